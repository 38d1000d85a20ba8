import type { Expression } from 'kysely';
import { CustosError } from '../../core/errors.js';
import { chunks } from '../../core/pages.js';
import type { BudgetCharge, BudgetReservation, ReservedBudgets } from '../../core/store/budgets.js';
import { isState, isUnsigned, type Lease } from '../../core/store/journal.js';
import { recordStep } from '../journal/audited.js';
import { explainRefusal, type Tables } from '../journal/entries.js';
import { type Holder, lockClaims } from '../journal/leases.js';
import { sealOf } from '../journal/seal.js';
import type { StoreTables } from '../schema.js';
import { listQuery } from '../value-lists.js';
import {
  chargesList,
  insertReservations,
  requireMoments,
  reservedForAttempts,
  type Taken,
  takenOf,
} from './reservations.js';
import { type BudgetMoments, BudgetSums } from './sums.js';

/** Transactions that one query asks for. */
const MOST_IDS = 64;

/** A reservation of a transaction that its holder is going to sign. */
export interface Reserving {
  readonly lease: Lease;
  readonly reservation: BudgetReservation;
}

/**
 * Reserves for each transaction all charges or none, in place of what this making of its bytes had reserved before. What transactions
 * reserve at the same time is written together, because most of them charge the same budgets.
 * @returns for each, in order, what its story has to say; BUDGET_EXCEEDED if a charge does not fit: nothing of it is changed then
 * @throws CustosError LEASE_LOST, STATE_CONFLICT (signed or ended), RECORD_DAMAGED: one of them stops all
 */
export async function reserveBudgets(
  db: Tables,
  all: readonly Reserving[],
  holder: Holder,
): Promise<readonly (ReservedBudgets | CustosError)[]> {
  for (const { reservation } of all) requireMoments(reservation.charges);
  if (holder.shared) await lockClaims(db);
  await requireHeld(
    db,
    all.map(({ lease }) => lease),
    holder,
  );
  const earlier = await reservedForAttempts(
    db,
    all.map(({ lease, reservation }) => ({ id: lease.id, attempt: reservation.attempt })),
  );
  const sums = new BudgetSums(db);
  await sums.load(all.flatMap(({ lease, reservation }) => momentsOf(reservation, earlier.get(lease.id) ?? [], holder)));
  // A budget's clock never goes back: a charge by a clock that was set back would leave its window too early.
  const momentOf = (budget: string) => Math.max(holder.now, sums.latest(budget));
  await sums.load(all.flatMap(({ reservation }) => latestMoments(reservation, momentOf)));
  const tabs = all.map((one) => tabOf(one, { before: earlier.get(one.lease.id) ?? [], momentOf }));
  const refusals = tabs.map((tab) => chargeTab(sums, tab));
  const fitting = tabs.filter((_, place) => refusals[place] === undefined);
  await sums.flush();
  await insertReservations(
    db,
    fitting
      .filter(({ before, after }) => before.length + after.size > 0)
      .map(({ id, attempt, after }) => ({ id, attempt, charges: [...after.values()] })),
  );
  return tabs.map((tab, place) => refusals[place] ?? reserved(db, tab));
}

function momentsOf({ charges }: BudgetReservation, before: readonly Taken[], { now }: Holder): BudgetMoments[] {
  return [
    ...before.map(({ budget, at }) => ({ budget, moments: [at] })),
    ...charges.map(({ budget, since }) => ({ budget, moments: [since, now] })),
  ];
}

function latestMoments({ charges }: BudgetReservation, momentOf: (budget: string) => number): BudgetMoments[] {
  return charges.map(({ budget }) => ({ budget, moments: [momentOf(budget)] }));
}

/** What a transaction has reserved, and what it wants to have reserved. */
interface Tab {
  readonly id: string;
  readonly attempt: string;
  readonly sender: string | undefined;
  readonly before: readonly Taken[];
  readonly charges: readonly (BudgetCharge & { readonly at: number })[];
  /** One charge a budget: two limits may count the same. */
  readonly after: ReadonlyMap<string, Taken>;
}

function tabOf(
  { lease, reservation: { attempt, charges, sender } }: Reserving,
  { before, momentOf }: { readonly before: readonly Taken[]; momentOf(budget: string): number },
): Tab {
  const after = new Map<string, Taken>();
  for (const { budget, amount } of charges) {
    const whole = (after.get(budget)?.amount ?? 0n) + amount;
    after.set(budget, { budget, amount: whole, at: momentOf(budget) });
  }
  const moments = charges.map((charge) => ({ ...charge, at: momentOf(charge.budget) }));
  return { id: lease.id, attempt, sender, before, charges: moments, after };
}

/** What was reserved. The audit log hears of it now, and the story with the next step. */
function reserved(db: Tables, { id, attempt, sender, after }: Tab): ReservedBudgets {
  const budgets = { attempt, charges: chargesList([...after.values()]) };
  recordStep(db, { id, event: 'reserved', fact: { budgets, ...(sender !== undefined && { sender }) } });
  return budgets;
}

/** Charges all, or changes nothing: not even the latest moment of a budget, which a clock set forward for a while would move. */
function chargeTab(sums: BudgetSums, { id, before, charges }: Tab): CustosError | undefined {
  for (const [place, charge] of charges.entries()) {
    const used = sums.used(charge.budget, charge.since);
    const given = takenOf(before, charge);
    const refusal = refusalOf(charge, used - given + takenOf(charges.slice(0, place), charge), id);
    if (refusal !== undefined) return refusal;
  }
  for (const { budget, at, amount } of before) sums.charge(budget, at, -amount);
  for (const { budget, at, amount } of charges) sums.charge(budget, at, amount);
  return undefined;
}

/** @param used - what others and this transaction have taken */
function refusalOf({ budget, amount, max }: BudgetCharge, used: bigint, id: string) {
  if (amount < 0n) throw new CustosError('INTERNAL', `transaction ${id} would give back to the budget "${budget}"`);
  if (max === undefined || used + amount <= max) return undefined;
  const text = `transaction ${id} takes ${amount} of the budget "${budget}", and ${used} of ${max} are taken`;
  return new CustosError('BUDGET_EXCEEDED', text, { details: { id, budget } });
}

type Held = Pick<StoreTables['transactions'], 'id' | 'state' | 'generation' | 'lease_owner'>;

function heldRows(db: Tables, ids: readonly Expression<string>[]) {
  return db.selectFrom('transactions').select(['id', 'state', 'generation', 'lease_owner']).where('id', 'in', ids);
}

const selectHeld = listQuery((db: Tables, ids = []) => heldRows(db, ids));
const selectHeldAndLock = listQuery((db: Tables, ids = []) => heldRows(db, ids).orderBy('id').forUpdate());

/**
 * Each reservation is fenced by its lease. The rows are locked where other machines write, so that none of them ends while it is
 * charged for.
 * @throws CustosError LEASE_LOST, STATE_CONFLICT (signed or ended), RECORD_DAMAGED
 */
async function requireHeld(db: Tables, leases: readonly Lease[], { owner, now, shared }: Holder): Promise<void> {
  const found = new Map<string, Held>();
  const select = shared ? selectHeldAndLock : selectHeld;
  for (const part of chunks(
    leases.map(({ id }) => id),
    MOST_IDS,
  )) {
    for (const row of (await select(db, part)).rows) found.set(row.id, row);
  }
  for (const lease of leases) {
    const row = found.get(lease.id);
    const isHeld = row?.lease_owner === owner && Number(row.generation) === lease.generation;
    if (!isHeld || !isState(row.state) || !isUnsigned(row.state)) {
      await explainRefusal(db, { lease, owner, now }, 'claimed');
    }
    // The audit log says where it happened.
    if (sealOf(db).lastRead(lease.id) === undefined) await sealOf(db).touch(db, lease.id);
  }
}
