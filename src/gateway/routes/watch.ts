import type { Context, Hono } from 'hono';
import { within } from '../../core/deadline.js';
import { asCustosError, CustosError, errorKinds } from '../../core/errors.js';
import type { UnreadyReason } from '../../core/health.js';
import type { ChainId } from '../../core/ids.js';
import type { QueueCount } from '../../core/store/queue.js';
import type { GatewayContext } from '../context.js';
import { isLoopback } from '../guard.js';

/** How long queue and nodes may take, in milliseconds. */
const DEADLINE = 5000;
/** For how long an answer is given again, in milliseconds, so that asking often is no burden for the nodes. */
const ANSWER_TIME = 2000;
const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8';

/** What a node was found to be. */
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

/** Routes for whoever watches the gateway. They tell no secret, no address and no id. */
export function watchRoutes(app: Hono, gateway: GatewayContext): void {
  let asked: { readonly at: number; readonly answer: Promise<Readiness> } | undefined;
  app.get('/health', (request) => request.json({ status: 'ok' }));
  app.get('/ready', async (request) => {
    const now = gateway.clock.now();
    if (asked === undefined || now - asked.at > ANSWER_TIME) asked = { at: now, answer: examine(gateway) };
    const { reasons, nodes, queue } = await asked.answer;
    const status = reasons.length === 0 ? 'ready' : 'not ready';
    // How much is paid is the business of who has the key.
    const isKnown = gateway.isKey(request.req.header('x-api-key'));
    return request.json({ status, reasons, nodes, ...(isKnown && { queue }) }, reasons.length === 0 ? 200 : 503);
  });
  app.get('/metrics', async (request: Context) => {
    return request.body(await gateway.meter.text(), 200, { 'content-type': PROMETHEUS });
  });
}

/** Paths that are answered without a key; what is counted only where nobody but this machine can ask. */
export function isOpenPath(path: string, listeningOn: string): boolean {
  return path === '/health' || path === '/ready' || (path === '/metrics' && isLoopback(listeningOn));
}

/** Never rejects. */
async function examine(gateway: GatewayContext): Promise<Readiness> {
  let counts: readonly QueueCount[] = [];
  const queue = tried('queue', undefined, async () => {
    counts = await gateway.queue.waiting(gateway.network);
  });
  const nodes = [...gateway.nodes].map(([chain, node]) => tried('node', chain, () => node.probe()));
  const found = await Promise.all([queue, ...nodes]);
  const failed = new Map(found.flatMap((reason) => (reason?.chain === undefined ? [] : [[reason.chain, reason]])));
  const now = gateway.clock.now();
  return {
    queue: counts.map(({ chain, progress, count, oldest }) => ({
      ...{ chain, progress, count },
      oldestSeconds: Math.max(0, now - oldest) / 1000,
    })),
    reasons: found.flatMap((reason) => reason ?? []),
    nodes: [...gateway.nodes.keys()].map((chain) => {
      const code = failed.get(chain)?.code;
      return code === undefined ? { chain, state: 'ok' } : { chain, state: 'failed', code };
    }),
  };
}

async function tried(
  check: string,
  chain: ChainId | undefined,
  run: () => Promise<unknown>,
): Promise<UnreadyReason | undefined> {
  try {
    const late = () => new CustosError('HEALTH_TIMEOUT', `${check} did not answer in time`);
    await within(DEADLINE, run(), late);
    return undefined;
  } catch (thrown) {
    // The message may name a path or a host; code and hint are the same for everybody.
    const { code } = asCustosError(thrown);
    return { check, ...(chain !== undefined && { chain }), code, text: errorKinds[code].hint };
  }
}
