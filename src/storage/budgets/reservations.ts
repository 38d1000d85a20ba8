import { CustosError } from '../../core/errors.js';
import { attemptOf } from '../../core/store/attempt.js';
import { isCounted } from '../../core/store/buckets.js';
import type { BudgetWindow } from '../../core/store/budgets.js';
import { compiledQuery, type Holes } from '../compiled-query.js';
import type { Tables } from '../journal/entries.js';
import { type Holder, lockClaims } from '../journal/leases.js';
import { requireStory, sealOf } from '../journal/seal.js';
import type { StoreTables } from '../schema.js';
import { BudgetSums, damagedBudget } from './sums.js';

type Row = StoreTables['budget_reservations'];

/** A reservation as the store has it, verified. */
export interface Reserved {
  readonly budget: string;
  readonly attempt: string;
  readonly amount: bigint;
  readonly at: number;
}

/** The transaction and the making of its bytes that reserve. */
export interface Reserver {
  readonly id: string;
  readonly attempt: string;
}

const selectReserved = compiledQuery((db: Tables, hole: Holes<{ readonly id: string }>) =>
  db.selectFrom('budget_reservations').selectAll().where('transaction_id', '=', hole('id')),
);

const insertReserved = compiledQuery((db: Tables, hole: Holes<Row>) =>
  db
    .insertInto('budget_reservations')
    .values({
      budget: hole('budget'),
      transaction_id: hole('transaction_id'),
      attempt: hole('attempt'),
      amount: hole('amount'),
      at: hole('at'),
      mac: hole('mac'),
    })
    .onConflict((conflict) =>
      conflict.columns(['budget', 'transaction_id', 'attempt']).doUpdateSet({
        amount: (row) => row.ref('excluded.amount'),
        at: (row) => row.ref('excluded.at'),
        mac: (row) => row.ref('excluded.mac'),
      }),
    ),
);

/** Everything that a transaction has reserved, in all makings of its bytes. @throws CustosError RECORD_DAMAGED */
export async function reservedBy(db: Tables, id: string): Promise<readonly Reserved[]> {
  const { rows } = await selectReserved(db, { id });
  return rows.map((row) => {
    const { budget, attempt, amount, at } = row;
    const isSound = sealOf(db).isSound('budget_reservations', row) && /^\d+$/.test(amount);
    if (!isSound) throw damagedBudget(budget);
    return { budget, attempt, amount: BigInt(amount), at: Number(at) };
  });
}

export async function insertReservation(db: Tables, id: string, { budget, attempt, amount, at }: Reserved) {
  const row = { budget, transaction_id: id, attempt, amount: amount.toString(), at };
  await insertReserved(db, { ...row, mac: sealOf(db).of('budget_reservations', row) });
}

export async function deleteReservation(db: Tables, id: string, { budget, attempt }: Reserved): Promise<void> {
  await db
    .deleteFrom('budget_reservations')
    .where('budget', '=', budget)
    .where('transaction_id', '=', id)
    .where('attempt', '=', attempt)
    .execute();
}

/** What was charged from each moment on, without what the asker reserved itself. @throws CustosError RECORD_DAMAGED */
export async function budgetsUsed(
  db: Tables,
  wanted: readonly BudgetWindow[],
  { id, attempt }: Reserver,
): Promise<readonly bigint[]> {
  requireMoments(wanted);
  const own = (await reservedBy(db, id)).filter((one) => one.attempt === attempt);
  const sums = new BudgetSums(db);
  await sums.load(wanted.map(({ budget, since }) => ({ budget, moments: [since] })));
  return wanted.map(({ budget, since }) => {
    const mine = own.filter((one) => one.budget === budget && isCounted(one.at, since));
    return sums.used(budget, since) - mine.reduce((sum, { amount }) => sum + amount, 0n);
  });
}

/** @throws CustosError INTERNAL: a window that no evaluator gives */
export function requireMoments(windows: readonly BudgetWindow[]): void {
  for (const { budget, since } of windows) {
    if (!Number.isSafeInteger(since)) throw new CustosError('INTERNAL', `the budget "${budget}" has no moment`);
  }
}

/**
 * Gives back what the present making of a transaction's bytes reserved. Only for bytes that were never made or are proved dead:
 * what earlier makings reserved stays, because their bytes may belong to another transaction.
 * @throws CustosError RECORD_DAMAGED
 */
export async function freeBudgets(db: Tables, id: string, { shared }: Pick<Holder, 'shared'>): Promise<void> {
  const reserved = await reservedBy(db, id);
  if (reserved.length === 0) return;
  const attempt = await presentAttempt(db, id);
  const mine = reserved.filter((one) => one.attempt === attempt);
  if (mine.length === 0) return;
  if (shared) await lockClaims(db);
  const sums = new BudgetSums(db);
  await sums.load(mine.map(({ budget, at }) => ({ budget, moments: [at] })));
  for (const { budget, at, amount } of mine) sums.charge(budget, at, -amount);
  await sums.flush();
  for (const one of mine) await deleteReservation(db, id, one);
}

/** As `freeBudgets`, but frees nothing if bytes are recorded. */
export async function freeUnlessSigned(db: Tables, id: string, holder: Pick<Holder, 'shared'>): Promise<void> {
  if ((await reservedBy(db, id)).length === 0) return;
  const row = await db.selectFrom('transactions').select('signed').where('id', '=', id).executeTakeFirst();
  if (row?.signed === null) await freeBudgets(db, id, holder);
}

/** Counted in the story, which is authenticated: without one of its lines an earlier making would be freed. */
async function presentAttempt(db: Tables, id: string): Promise<string> {
  const lines = await db
    .selectFrom('transaction_events')
    .selectAll()
    .where('transaction_id', '=', id)
    .orderBy('place')
    .execute();
  await requireStory(db, id, lines);
  return attemptOf(lines.map(({ at, event }) => ({ at, event, fact: {} })));
}
