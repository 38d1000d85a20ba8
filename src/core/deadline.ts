import type { CustosError } from './errors.js';

/**
 * Returns the answer of `work`, or fails if it takes longer than `milliseconds`; the work itself then goes on unobserved.
 * @param late - makes the time-out error
 * @throws the time-out error, or what the work throws
 */
export async function within<T>(milliseconds: number, work: Promise<T>, late: () => CustosError): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late()), milliseconds);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
