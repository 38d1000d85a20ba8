import { asCustosError, CustosError } from '../../core/errors.js';
import type { UnreadyReason } from '../../core/health.js';
import type { ChainId } from '../../core/ids.js';
import { isLoopback } from '../../core/network/loopback.js';
import type { Queue, QueueCount } from '../../core/store/queue.js';
import { seriesAnswer } from '../../http/meter.js';
import { probed, readyAnswer, remembered } from '../../http/readiness.js';
import { type GatewayAccess, type GatewayApp, type GatewayCaller, type GatewayPeer, requireRole } from '../caller.js';
import type { GatewayContext } from '../context.js';
import type { GatewayMeter } from '../meter.js';

/** How long queue and nodes may take, in milliseconds. */
const DEADLINE = 5000;
/** How long an answer is reused, in milliseconds, so that frequent requests do not burden the nodes. */
const ANSWER_TIME = 2000;

/** The result of a node's probe. */
interface NodeState {
  readonly chain: ChainId;
  readonly state: 'ok' | 'failed';
  readonly code?: string;
}

interface Readiness {
  readonly reasons: readonly UnreadyReason[];
  readonly nodes: readonly NodeState[];
  readonly queue: readonly object[];
}

/** What watchers are shown, and to whom. */
interface WatchParts {
  readonly gateway: GatewayContext;
  readonly access: GatewayAccess;
  readonly meter: GatewayMeter;
  /** The whole queue. */
  readonly queue: Pick<Queue, 'waiting'>;
}

/** Routes for watchers. They show no secret, no address and no id. */
export function watchRoutes(app: GatewayApp, { gateway, access, meter, queue: whole }: WatchParts): void {
  const ask = remembered(ANSWER_TIME, gateway.clock.now, () => examine(gateway, whole));
  app.get('/health', (request) => request.json({ status: 'ok' }));
  app.get('/ready', async (request) => {
    const { reasons, nodes, queue } = await ask();
    const key = request.req.header('x-api-key');
    const caller = key === undefined ? undefined : await callerOf(access, key, request.env ?? {});
    // Only a client that may see all of it sees how much waits.
    const isShown = caller?.isWhole === true && caller.roles.includes('read');
    return readyAnswer(reasons, { nodes, ...(isShown && { queue }) });
  });
  app.get('/metrics', async (request) => {
    // Absent where no other machine can ask.
    const caller = request.get('caller');
    if (caller !== undefined) requireWhole(caller);
    return seriesAnswer(await meter.text());
  });
}

/** Readiness needs no key, so that one that ended is as good as none. */
async function callerOf(access: GatewayAccess, key: string, peer: GatewayPeer) {
  try {
    return await access.callerOf(key, peer);
  } catch (error) {
    if (asCustosError(error).code === 'API_KEY_INVALID') return undefined;
    throw error;
  }
}

/** The series count what all tenants hand in. @throws CustosError SCOPE_MISSING */
function requireWhole(caller: GatewayCaller): void {
  requireRole(caller, ['read']);
  if (!caller.isWhole) throw new CustosError('SCOPE_MISSING', 'the key sees one tenant only');
}

/** Paths that need no key; the series need none only if no other machine can reach the gateway. */
export function isOpenPath(path: string, listeningOn: string): boolean {
  return path === '/health' || path === '/ready' || (path === '/metrics' && isLoopback(listeningOn));
}

/** Never rejects. */
async function examine(gateway: GatewayContext, whole: Pick<Queue, 'waiting'>): Promise<Readiness> {
  let counts: readonly QueueCount[] = [];
  const queue = probed({ check: 'queue' }, DEADLINE, async () => {
    counts = await whole.waiting(gateway.network);
  });
  const nodes = [...gateway.nodes].map(([chain, node]) =>
    probed({ check: 'node', chain }, DEADLINE, () => node.probe()),
  );
  const reasons = (await Promise.all([queue, ...nodes])).flat();
  const failed = new Map(reasons.flatMap((reason) => (reason.chain === undefined ? [] : [[reason.chain, reason]])));
  const now = gateway.clock.now();
  return {
    queue: counts.map(({ chain, progress, count, oldest }) => ({
      ...{ chain, progress, count },
      oldestSeconds: Math.max(0, now - oldest) / 1000,
    })),
    reasons,
    nodes: [...gateway.nodes.keys()].map((chain) => {
      const code = failed.get(chain)?.code;
      return code === undefined ? { chain, state: 'ok' } : { chain, state: 'failed', code };
    }),
  };
}
