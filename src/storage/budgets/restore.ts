import { isObject, tryJson } from '../../core/json.js';
import { remakingEvents } from '../../core/store/attempt.js';
import type { JournalRecord } from '../../core/store/journal-records.js';
import type { Tables } from '../journal/entries.js';
import { insertReservations, type Reserved } from './reservations.js';
import { BudgetSums } from './sums.js';

/** Makes the reservations of restored transactions again, and the sums of their budgets. */
export async function restoreBudgets(db: Tables, records: readonly JournalRecord[]): Promise<void> {
  const standing = records.flatMap(({ id, events }) => standingOf(events).map((reserved) => ({ id, reserved })));
  if (standing.length === 0) return;
  const sums = new BudgetSums(db);
  await sums.load(standing.map(({ reserved: { budget, at } }) => ({ budget, moments: [at] })));
  // The latest first: it decides which rows are too old to be made again.
  for (const { reserved } of standing.toSorted((one, other) => other.reserved.at - one.reserved.at)) {
    sums.charge(reserved.budget, reserved.at, reserved.amount);
  }
  await sums.flush();
  await insertReservations(
    db,
    standing.map(({ id, reserved }) => ({ id, ...reserved })),
  );
}

/** What a story says is still reserved: the journal frees by the same rules. */
export function standingOf(events: JournalRecord['events']): readonly Reserved[] {
  const byAttempt = new Map<string, readonly Reserved[]>();
  let attempt = 0;
  let hasBytes = false;
  for (const { event, fact } of [...events].sort((one, other) => one.place - other.place)) {
    if (event === 'reserved') {
      const reserved = readReserved(fact);
      byAttempt.set(reserved[0]?.attempt ?? String(attempt), reserved);
    }
    if (event === 'signed') hasBytes = true;
    const isUnsent = (event === 'denied' || event === 'failed') && !hasBytes;
    if (isUnsent || freeing.has(event)) byAttempt.delete(String(attempt));
    if (remakingEvents.some((one) => one === event)) {
      attempt += 1;
      hasBytes = false;
    }
  }
  return [...byAttempt.values()].flat();
}

/** Events with which bytes were never made or are proved dead. */
const freeing: ReadonlySet<string> = new Set(['expired', 'cancelled', 'withdrawn by the application']);

/** A story that was damaged before the backup must not prevent the restore of all wallets. */
function readReserved(fact: string): readonly Reserved[] {
  const value = tryJson(fact);
  const budgets = isObject(value) ? value['budgets'] : undefined;
  if (!isObject(budgets) || typeof budgets['attempt'] !== 'string' || !Array.isArray(budgets['charges'])) return [];
  const { attempt } = budgets;
  return budgets['charges'].flatMap((charge: unknown) => {
    const [budget, amount, at] = Array.isArray(charge) ? charge : [];
    const isCharge = typeof budget === 'string' && typeof amount === 'string' && /^\d+$/.test(amount);
    return isCharge && Number.isSafeInteger(at) ? [{ budget, attempt, amount: BigInt(amount), at }] : [];
  });
}
