import { isState, isUnsigned } from '../../core/store/journal.js';
import { compiledQuery, type Holes } from '../compiled-query.js';
import type { Tables } from './entries.js';

/** Which leases count: those of others that end after `now`, and not after `wrong`. */
interface LeaseValues {
  readonly owner: string;
  readonly now: number;
  readonly wrong: number;
}

/**
 * Rows that other processes work on. Owners are compared by their order, and states are not named, because SQLite would go through all
 * rows of those states otherwise: thousands may be held.
 */
function heldElsewhere(db: Tables, hole: Holes<LeaseValues>) {
  return db
    .selectFrom('transactions')
    .select(['line', 'state'])
    .where((row) => row.or([row('lease_owner', '<', hole('owner')), row('lease_owner', '>', hole('owner'))]))
    .where('lease_expires_at', '>', hole('now'))
    .where('lease_expires_at', '<=', hole('wrong'));
}

const selectHeld = compiledQuery(heldElsewhere);
const selectHeldOfLine = compiledQuery((db: Tables, hole: Holes<LeaseValues & { readonly line: string }>) =>
  heldElsewhere(db, hole).where('line', '=', hole('line')),
);

/** Senders for whom another process makes something. */
export async function busyLines(db: Tables, at: LeaseValues): Promise<ReadonlySet<string | null>> {
  const { rows } = await selectHeld(db, at);
  return new Set(rows.filter(isMaking).map(({ line }) => line));
}

/** True while another process makes something for a sender. */
export async function isBusy(db: Tables, line: string, at: LeaseValues): Promise<boolean> {
  const { rows } = await selectHeldOfLine(db, { ...at, line });
  return rows.some(isMaking);
}

function isMaking({ state }: { readonly state: string }): boolean {
  return isState(state) && isUnsigned(state);
}
