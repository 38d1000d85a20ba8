import { isObject, tryJson } from '../../core/json.js';
import { remakingEvents } from '../../core/store/attempt.js';
import type { JournalRecord } from '../../core/store/journal-records.js';
import type { Tables } from '../journal/entries.js';
import { insertReservations, type Reserved, readCharges } from './reservations.js';
import { BudgetSums } from './sums.js';

/** Makes the reservations of restored transactions again, and the sums of their budgets. */
export async function restoreBudgets(db: Tables, records: readonly JournalRecord[]): Promise<void> {
  const standing = records.flatMap(({ id, events }) => standingOf(id, events));
  if (standing.length === 0) return;
  const charges = standing.flatMap((reserved) => reserved.charges);
  const sums = new BudgetSums(db);
  await sums.load(charges.map(({ budget, at }) => ({ budget, moments: [at] })));
  // The latest first: it decides which rows are too old to be made again.
  for (const { budget, at, amount } of charges.toSorted((one, other) => other.at - one.at)) {
    sums.charge(budget, at, amount);
  }
  await sums.flush();
  await insertReservations(db, standing);
}

/** What a story says is still reserved: the journal frees by the same rules. */
export function standingOf(id: string, events: JournalRecord['events']): readonly Reserved[] {
  const byAttempt = new Map<string, Reserved | undefined>();
  let attempt = 0;
  let hasBytes = false;
  for (const { event, fact } of [...events].sort((one, other) => one.place - other.place)) {
    if (event === 'reserved') {
      const reserved = readReserved(id, fact);
      byAttempt.set(reserved?.attempt ?? String(attempt), reserved);
    }
    if (event === 'signed') hasBytes = true;
    const isUnsent = (event === 'denied' || event === 'failed') && !hasBytes;
    if (isUnsent || freeing.has(event)) byAttempt.delete(String(attempt));
    if (remakingEvents.some((one) => one === event)) {
      attempt += 1;
      hasBytes = false;
    }
  }
  return [...byAttempt.values()].flatMap((one) => (one === undefined || one.charges.length === 0 ? [] : one));
}

/** Events with which bytes were never made or are proved dead. */
const freeing: ReadonlySet<string> = new Set(['expired', 'cancelled', 'withdrawn by the application']);

/** A story that was damaged before the backup must not prevent the restore of all wallets. */
function readReserved(id: string, fact: string): Reserved | undefined {
  const value = tryJson(fact);
  const budgets = isObject(value) ? value['budgets'] : undefined;
  if (!isObject(budgets) || typeof budgets['attempt'] !== 'string') return undefined;
  return { id, attempt: budgets['attempt'], charges: readCharges(budgets['charges']) ?? [] };
}
