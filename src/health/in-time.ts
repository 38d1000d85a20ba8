import { within } from '../core/deadline.js';
import { CustosError } from '../core/errors.js';

/** @throws CustosError HEALTH_TIMEOUT: it takes longer than `milliseconds`; or what the work throws */
export function inTime<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  return within(milliseconds, work, () => new CustosError('HEALTH_TIMEOUT', 'no answer in time'));
}

/**
 * Asks once for all who ask within `milliseconds`, and never twice at the same time: whoever watches often, or hangs,
 * costs no more than whoever watches once.
 */
export function remembered<T>(milliseconds: number, now: () => number, ask: () => Promise<T>): () => Promise<T> {
  let asking: Promise<T> | undefined;
  let until = 0;
  return () => {
    if (asking !== undefined && now() < until) return asking;
    // While it is being asked, and for as long as said after its answer.
    until = Number.POSITIVE_INFINITY;
    asking = ask().finally(() => {
      until = now() + milliseconds;
    });
    return asking;
  };
}
