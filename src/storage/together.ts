import { CustosError } from '../core/errors.js';

interface Waiting<T, R> {
  readonly one: T;
  resolve(answer: R): void;
  reject(error: unknown): void;
}

/** Writes a batch, by a unit of work. @returns for each, in order: what came of it, or why it alone was refused */
export type WriteBatch<T, R> = (batch: () => readonly T[]) => Promise<readonly (R | CustosError)[]>;

/**
 * Writes together what is asked for while a batch before it is being written.
 * @param write - asks for the batch when the unit of work begins, so that it has everything that waits by then
 * @returns writes one; when one stops all of a batch, each is written by itself, and it rejects with why it was refused
 */
export function writtenTogether<T, R>(write: WriteBatch<T, R>): (one: T) => Promise<R> {
  let waiting: Waiting<T, R>[] = [];

  async function writeWaiting(): Promise<void> {
    let batch: readonly Waiting<T, R>[] = [];
    const take = () => {
      if (batch.length === 0) [batch, waiting] = [waiting, []];
      return batch;
    };
    try {
      const answers = await write(() => take().map(({ one }) => one));
      settle(take(), answers);
    } catch (error) {
      if (take().length === 1) return batch[0]?.reject(error);
      const byItself = async (single: Waiting<T, R>) => settle([single], await write(() => [single.one]));
      await Promise.all(batch.map((single) => byItself(single).catch(single.reject)));
    }
  }

  return (one) =>
    new Promise((resolve, reject) => {
      waiting.push({ one, resolve, reject });
      if (waiting.length === 1) void writeWaiting();
    });
}

function settle<T, R>(batch: readonly Waiting<T, R>[], answers: readonly (R | CustosError)[]): void {
  for (const [place, { resolve, reject }] of batch.entries()) {
    const answer = answers[place];
    if (answer instanceof CustosError) reject(answer);
    else resolve(answer as R);
  }
}
