import type { Hono } from 'hono';
import type { UnreadyReason } from '../../core/health.js';
import type { ChainId } from '../../core/ids.js';
import { isLoopback } from '../../core/network/loopback.js';
import type { QueueCount } from '../../core/store/queue.js';
import { seriesAnswer } from '../../http/meter.js';
import { probed, readyAnswer, remembered } from '../../http/readiness.js';
import type { GatewayContext } from '../context.js';

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

/** Routes for watchers. They show no secret, no address and no id. */
export function watchRoutes(app: Hono, gateway: GatewayContext): void {
  const ask = remembered(ANSWER_TIME, gateway.clock.now, () => examine(gateway));
  app.get('/health', (request) => request.json({ status: 'ok' }));
  app.get('/ready', async (request) => {
    const { reasons, nodes, queue } = await ask();
    // Only a client with the key sees how much waits.
    const isKnown = gateway.isKey(request.req.header('x-api-key'));
    return readyAnswer(reasons, { nodes, ...(isKnown && { queue }) });
  });
  app.get('/metrics', async () => seriesAnswer(await gateway.meter.text()));
}

/** Paths that need no key; the series need none only if no other machine can reach the gateway. */
export function isOpenPath(path: string, listeningOn: string): boolean {
  return path === '/health' || path === '/ready' || (path === '/metrics' && isLoopback(listeningOn));
}

/** Never rejects. */
async function examine(gateway: GatewayContext): Promise<Readiness> {
  let counts: readonly QueueCount[] = [];
  const queue = probed({ check: 'queue' }, DEADLINE, async () => {
    counts = await gateway.queue.waiting(gateway.network);
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
