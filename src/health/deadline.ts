import { CustosError } from '../core/errors.js';

/**
 * The answer of `work`, or a failure when it takes longer than `milliseconds`; the work itself goes on unheeded.
 * @throws CustosError HEALTH_TIMEOUT, or what the work throws
 */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new CustosError('HEALTH_TIMEOUT', 'no answer in time')), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
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
