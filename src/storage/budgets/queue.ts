import { CustosError } from '../../core/errors.js';
import type { ReservedBudgets } from '../../core/store/budgets.js';
import type { Tables } from '../journal/entries.js';
import type { Holder } from '../journal/leases.js';
import { type Reserving, reserveBudgets } from './reserve.js';

type Write = <R>(work: (db: Tables, holder: Holder) => Promise<R>) => Promise<R>;

interface Waiting {
  readonly one: Reserving;
  resolve(reserved: ReservedBudgets): void;
  reject(error: unknown): void;
}

/**
 * Writes together what transactions reserve at the same time.
 * @returns reserves for one; it rejects with BUDGET_EXCEEDED, LEASE_LOST, STATE_CONFLICT, RECORD_DAMAGED or STORE_*
 */
export function reservationQueue(write: Write): (one: Reserving) => Promise<ReservedBudgets> {
  let waiting: Waiting[] = [];

  const reserve = (batch: readonly Waiting[]) => (db: Tables, holder: Holder) =>
    reserveBudgets(
      db,
      batch.map(({ one }) => one),
      holder,
    );

  async function writeWaiting(): Promise<void> {
    let batch: readonly Waiting[] = [];
    const take = () => {
      if (batch.length === 0) [batch, waiting] = [waiting, []];
      return batch;
    };
    try {
      settle(take, await write((db, holder) => reserve(take())(db, holder)));
    } catch (error) {
      if (take().length === 1) return batch[0]?.reject(error);
      // One of them stops all: each is written by itself.
      await Promise.all(
        batch.map((single) => write(reserve([single])).then((found) => settle(() => [single], found), single.reject)),
      );
    }
  }

  return (one) =>
    new Promise((resolve, reject) => {
      waiting.push({ one, resolve, reject });
      if (waiting.length === 1) void writeWaiting();
    });
}

function settle(batch: () => readonly Waiting[], answers: readonly (ReservedBudgets | CustosError)[]): void {
  for (const [place, { resolve, reject }] of batch().entries()) {
    const answer = answers[place];
    if (answer === undefined || answer instanceof CustosError) reject(answer);
    else resolve(answer);
  }
}
