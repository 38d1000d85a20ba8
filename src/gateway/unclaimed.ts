import { asCustosError } from '../core/errors.js';
import { tell } from '../core/log.js';
import type { Queue } from '../core/store/queue.js';
import type { GatewayContext } from './context.js';

/** How many transactions a turn logs one by one. */
const TOLD = 20;
/** Longest time between two checks, in milliseconds. */
const PERIOD = 30_000;

/** What is watched. */
type Watched = Pick<GatewayContext, 'network' | 'clock' | 'log'> & { readonly queue: Pick<Queue, 'unclaimed'> };

/**
 * Warns once of each pending transaction that no daemon has fetched for `limit` milliseconds: no daemon runs, or none serves
 * its wallet or its chain. Resolves when `signal` is aborted.
 */
export async function warnOfUnclaimed(watched: Watched, limit: number, signal: AbortSignal): Promise<void> {
  const { queue, network, clock, log } = watched;
  let warnedOf: ReadonlySet<string> = new Set();
  while (!signal.aborted) {
    await clock.wait(Math.min(limit, PERIOD), signal);
    if (signal.aborted) return;
    try {
      const found = await queue.unclaimed({ network, before: clock.now() - limit, limit: 1000 });
      const fresh = found.filter(({ id }) => !warnedOf.has(id));
      for (const { id, chain, createdAt } of fresh.slice(0, TOLD)) {
        tell(log, 'pending-unclaimed', { id, chain, seconds: Math.round((clock.now() - createdAt) / 1000) });
      }
      if (fresh.length > TOLD) tell(log, 'more-pending-unclaimed', { count: fresh.length - TOLD });
      warnedOf = new Set(found.map(({ id }) => id));
    } catch (thrown) {
      const { code, message } = asCustosError(thrown);
      tell(log, 'queue-not-readable', { code, error: message });
    }
  }
}
