import type { CustosError } from './errors.js';

/**
 * The answer of `work`, or a failure when it takes longer than `milliseconds`; the work itself goes on unheeded.
 * @param late - makes the error of that failure
 * @throws that error, or what the work throws
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
