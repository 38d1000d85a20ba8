import { CustosError } from '../../core/errors.js';
import { chunks } from '../../core/pages.js';
import { attemptOf } from '../../core/store/attempt.js';
import { isCounted } from '../../core/store/buckets.js';
import type { BudgetWindow } from '../../core/store/budgets.js';
import { compiledQuery, type Holes } from '../compiled-query.js';
import type { Tables } from '../journal/entries.js';
import { type Holder, lockClaims } from '../journal/leases.js';
import { requireStory, sealOf } from '../journal/seal.js';
import { rowsInsert } from '../rows-insert.js';
import type { StoreTables } from '../schema.js';
import { listNames, listSize, listValues } from '../value-lists.js';
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

/** Rows in one statement. */
const ROWS_AT_ONCE = 64;
/** Transactions that one query asks for. */
const MOST_IDS = 64;

function selectReserved(ids: number) {
  return compiledQuery((db: Tables, hole: Holes<Readonly<Record<string, string>>>) =>
    db.selectFrom('budget_reservations').selectAll().where('transaction_id', 'in', listNames('id', ids).map(hole)),
  );
}

const selects = new Map<number, ReturnType<typeof selectReserved>>();

const insertRows = rowsInsert(
  (db: Tables, rows: readonly Row[]) =>
    db
      .insertInto('budget_reservations')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['budget', 'transaction_id', 'attempt']).doUpdateSet({
          amount: (row) => row.ref('excluded.amount'),
          at: (row) => row.ref('excluded.at'),
          mac: (row) => row.ref('excluded.mac'),
        }),
      ),
  ROWS_AT_ONCE,
);

/** Everything that a transaction has reserved, in all makings of its bytes. @throws CustosError RECORD_DAMAGED */
async function reservedBy(db: Tables, id: string): Promise<readonly Reserved[]> {
  return (await reservedRows(db, [id])).map((row) => readReserved(db, row));
}

/** What each transaction has reserved for the same making of its bytes; those without are left out. @throws CustosError RECORD_DAMAGED */
export async function reservedForAttempts(
  db: Tables,
  all: readonly Reserver[],
): Promise<ReadonlyMap<string, readonly Reserved[]>> {
  const attempts = new Map(all.map(({ id, attempt }) => [id, attempt]));
  const found = new Map<string, Reserved[]>();
  for (const part of chunks([...attempts.keys()], MOST_IDS)) {
    for (const row of await reservedRows(db, part)) {
      const reserved = readReserved(db, row);
      if (reserved.attempt !== attempts.get(row.transaction_id)) continue;
      found.set(row.transaction_id, [...(found.get(row.transaction_id) ?? []), reserved]);
    }
  }
  return found;
}

async function reservedRows(db: Tables, ids: readonly string[]): Promise<readonly Row[]> {
  const size = listSize(ids.length);
  const select = selects.get(size) ?? selectReserved(size);
  selects.set(size, select);
  const values = listValues('id', ids, size).map(([name, id]) => [name, id ?? ''] as const);
  return (await select(db, Object.fromEntries(values))).rows;
}

function readReserved(db: Tables, row: Row): Reserved {
  const { budget, attempt, amount, at } = row;
  const isSound = sealOf(db).isSound('budget_reservations', row) && /^\d+$/.test(amount);
  if (!isSound) throw damagedBudget(budget);
  return { budget, attempt, amount: BigInt(amount), at: Number(at) };
}

/** Writes what transactions reserve, in place of what they had reserved of the same budget. */
export async function insertReservations(
  db: Tables,
  all: readonly (Reserved & { readonly id: string })[],
): Promise<void> {
  const seal = sealOf(db);
  const rows = all.map(({ id, budget, attempt, amount, at }) => {
    const row = { budget, transaction_id: id, attempt, amount: amount.toString(), at, mac: null };
    return { ...row, mac: seal.of('budget_reservations', row) };
  });
  await insertRows(db, rows);
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
