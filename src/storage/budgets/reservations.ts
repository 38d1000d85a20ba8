import { CustosError } from '../../core/errors.js';
import { tryJson } from '../../core/json.js';
import { chunks } from '../../core/pages.js';
import { attemptOf } from '../../core/store/attempt.js';
import { isCounted } from '../../core/store/buckets.js';
import type { BudgetWindow, ReservedBudgets } from '../../core/store/budgets.js';
import type { Tables } from '../journal/entries.js';
import { type Holder, lockClaims } from '../journal/leases.js';
import { provedStory, sealOf } from '../journal/seal.js';
import { rowsInsert } from '../rows-insert.js';
import type { StoreTables } from '../schema.js';
import { listQuery } from '../value-lists.js';
import { BudgetSums } from './sums.js';

type Row = StoreTables['budget_reservations'];

/** What was taken of one budget. */
export interface Taken {
  readonly budget: string;
  readonly amount: bigint;
  readonly at: number;
}

/** A reservation as the store has it, verified: everything that one making of a transaction's bytes takes. */
export interface Reserved extends Reserver {
  readonly charges: readonly Taken[];
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

const selectReserved = listQuery((db: Tables, ids = []) =>
  db.selectFrom('budget_reservations').selectAll().where('transaction_id', 'in', ids),
);

const insertRows = rowsInsert(
  (db: Tables, rows: readonly Row[]) =>
    db
      .insertInto('budget_reservations')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['transaction_id', 'attempt']).doUpdateSet({
          charges: (row) => row.ref('excluded.charges'),
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
): Promise<ReadonlyMap<string, readonly Taken[]>> {
  const attempts = new Map(all.map(({ id, attempt }) => [id, attempt]));
  const found = new Map<string, readonly Taken[]>();
  for (const part of chunks([...attempts.keys()], MOST_IDS)) {
    for (const row of await reservedRows(db, part)) {
      const { id, attempt, charges } = readReserved(db, row);
      if (attempt === attempts.get(id)) found.set(id, charges);
    }
  }
  return found;
}

async function reservedRows(db: Tables, ids: readonly string[]): Promise<readonly Row[]> {
  return (await selectReserved(db, ids)).rows;
}

/** @throws CustosError RECORD_DAMAGED */
function readReserved(db: Tables, row: Row): Reserved {
  const { transaction_id: id, attempt } = row;
  const charges = sealOf(db).isSound('budget_reservations', row) ? readCharges(tryJson(row.charges)) : undefined;
  if (charges === undefined) throw damagedReservation(id);
  return { id, attempt, charges };
}

/** What a list says that `chargesList` made; undefined for any other. */
export function readCharges(value: unknown): readonly Taken[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const charges = value.flatMap((charge: unknown): readonly Taken[] => {
    const [budget, amount, at]: unknown[] = Array.isArray(charge) ? charge : [];
    const isCharge = typeof budget === 'string' && typeof amount === 'string' && /^\d+$/.test(amount);
    return isCharge && typeof at === 'number' && Number.isSafeInteger(at)
      ? [{ budget, amount: BigInt(amount), at }]
      : [];
  });
  return charges.length === value.length ? charges : undefined;
}

/** As rows and stories have it. */
export function chargesList(charges: readonly Taken[]): ReservedBudgets['charges'] {
  return charges.map(({ budget, amount, at }) => [budget, amount.toString(), at]);
}

/** Writes what makings reserve, in place of what they had reserved. */
export async function insertReservations(db: Tables, all: readonly Reserved[]): Promise<void> {
  const seal = sealOf(db);
  const rows = all.map(({ id, attempt, charges }) => {
    const row = { transaction_id: id, attempt, charges: JSON.stringify(chargesList(charges)), mac: null };
    return { ...row, mac: seal.of('budget_reservations', row) };
  });
  await insertRows(db, rows);
}

async function deleteReservation(db: Tables, { id, attempt }: Reserver): Promise<void> {
  await db.deleteFrom('budget_reservations').where('transaction_id', '=', id).where('attempt', '=', attempt).execute();
}

function damagedReservation(id: string): CustosError {
  const text = `what transaction ${id} has reserved was changed by somebody who has no key of this store`;
  return new CustosError('RECORD_DAMAGED', text, { details: { id } });
}

/** What was charged from each moment on, without what the asker reserved itself. @throws CustosError RECORD_DAMAGED */
export async function budgetsUsed(
  db: Tables,
  wanted: readonly BudgetWindow[],
  { id, attempt }: Reserver,
): Promise<readonly bigint[]> {
  requireMoments(wanted);
  const own = (await reservedBy(db, id)).filter((one) => one.attempt === attempt).flatMap(({ charges }) => charges);
  const sums = new BudgetSums(db);
  await sums.load(wanted.map(({ budget, since }) => ({ budget, moments: [since] })));
  return wanted.map((window) => sums.used(window.budget, window.since) - takenOf(own, window));
}

/** What these take of a budget's window. */
export function takenOf(all: readonly Taken[], { budget, since }: BudgetWindow): bigint {
  const counted = all.filter((one) => one.budget === budget && isCounted(one.at, since));
  return counted.reduce((sum, { amount }) => sum + amount, 0n);
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
  const mine = reserved.find((one) => one.attempt === attempt);
  if (mine === undefined) return;
  if (shared) await lockClaims(db);
  const sums = new BudgetSums(db);
  await sums.load(mine.charges.map(({ budget, at }) => ({ budget, moments: [at] })));
  for (const { budget, at, amount } of mine.charges) sums.charge(budget, at, -amount);
  await sums.flush();
  await deleteReservation(db, mine);
}

/** As `freeBudgets`, but frees nothing if bytes are recorded. */
export async function freeUnlessSigned(db: Tables, id: string, holder: Pick<Holder, 'shared'>): Promise<void> {
  if ((await reservedBy(db, id)).length === 0) return;
  const row = await db.selectFrom('transactions').select('signed').where('id', '=', id).executeTakeFirst();
  if (row?.signed === null) await freeBudgets(db, id, holder);
}

/** Counted in the story, which is authenticated: without one of its lines an earlier making would be freed. */
async function presentAttempt(db: Tables, id: string): Promise<string> {
  const lines = await provedStory(db, id);
  return attemptOf(lines.map(({ at, event }) => ({ at, event, fact: {} })));
}
