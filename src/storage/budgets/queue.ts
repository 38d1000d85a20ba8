import type { CustosError } from '../../core/errors.js';
import type { ReservedBudgets } from '../../core/store/budgets.js';
import type { WriteOptions } from '../database.js';
import type { Tables } from '../journal/entries.js';
import type { Holder } from '../journal/leases.js';
import { writtenTogether } from '../together.js';
import { type Reserving, reserveBudgets } from './reserve.js';

type Write = <R>(
  work: (db: Tables, holder: Holder) => Promise<R>,
  options: Pick<WriteOptions, 'callers'>,
) => Promise<R>;

/**
 * Writes together what transactions reserve at the same time.
 * @returns reserves for one; it rejects with BUDGET_EXCEEDED, LEASE_LOST, STATE_CONFLICT, RECORD_DAMAGED or STORE_*
 */
export function reservationQueue(write: Write): (one: Reserving) => Promise<ReservedBudgets> {
  return writtenTogether<Reserving, ReservedBudgets>((batch) =>
    write<readonly (ReservedBudgets | CustosError)[]>((db, holder) => reserveBudgets(db, batch(), holder), {
      callers: () => batch().length,
    }),
  );
}
