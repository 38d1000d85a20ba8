import { CustosError } from '../../core/errors.js';
import type { BudgetCharge, BudgetReservation } from '../../core/store/budgets.js';
import { isState, isUnsigned, type JournalFact, type Lease, type State } from '../../core/store/journal.js';
import { explainRefusal, type Tables } from '../journal/entries.js';
import { type Holder, lockClaims } from '../journal/leases.js';
import { sealOf } from '../journal/seal.js';
import { advance } from '../journal/state-changes.js';
import {
  deleteReservation,
  insertReservations,
  type Reserved,
  requireMoments,
  reservedForAttempts,
} from './reservations.js';
import { type BudgetMoments, BudgetSums } from './sums.js';

/** A reservation of a transaction that its holder is going to sign. */
export interface Reserving {
  readonly lease: Lease;
  readonly reservation: BudgetReservation;
  /** What was filled in before, and is not recorded yet. */
  readonly filled?: JournalFact | undefined;
}

/**
 * Reserves for each transaction all charges or none, in place of what this making of its bytes had reserved before. What transactions
 * reserve at the same time is written together, because most of them charge the same budgets.
 * @returns for each, in order: BUDGET_EXCEEDED if a charge does not fit; nothing of it is changed then
 * @throws CustosError LEASE_LOST, STATE_CONFLICT (signed or ended), RECORD_DAMAGED: one of them stops all
 */
export async function reserveBudgets(
  db: Tables,
  all: readonly Reserving[],
  holder: Holder,
): Promise<readonly (CustosError | undefined)[]> {
  for (const { reservation } of all) requireMoments(reservation.charges);
  if (holder.shared) await lockClaims(db);
  const reserved = await reservedForAttempts(
    db,
    all.map(({ lease, reservation }) => ({ id: lease.id, attempt: reservation.attempt })),
  );
  const sums = new BudgetSums(db);
  await sums.load(
    all.flatMap(({ lease, reservation }) => momentsOf(reservation, reserved.get(lease.id) ?? [], holder)),
  );
  // A budget's clock never goes back: a charge by a clock that was set back would leave its window too early.
  const momentOf = (budget: string) => Math.max(holder.now, sums.latest(budget));
  await sums.load(all.flatMap(({ reservation }) => latestMoments(reservation, momentOf)));
  const tabs = all.map((one) => tabOf(one, { before: reserved.get(one.lease.id) ?? [], momentOf }));
  const refusals = tabs.map((tab) => chargeTab(sums, tab));
  const fitting = tabs.filter((_, place) => refusals[place] === undefined);
  await sums.flush();
  for (const { id, before, after } of fitting) {
    for (const one of before) if (!after.has(one.budget)) await deleteReservation(db, id, one);
  }
  await insertReservations(
    db,
    fitting.flatMap(({ id, after }) => [...after.values()].map((one) => ({ id, ...one }))),
  );
  for (const tab of fitting) await writeStep(db, tab, holder);
  return refusals;
}

function momentsOf({ charges }: BudgetReservation, before: readonly Reserved[], { now }: Holder): BudgetMoments[] {
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
  readonly lease: Lease;
  readonly attempt: string;
  readonly before: readonly Reserved[];
  readonly charges: readonly (BudgetCharge & { readonly at: number })[];
  /** One row a budget: two limits may count the same. */
  readonly after: ReadonlyMap<string, Reserved>;
  readonly filled: JournalFact | undefined;
}

function tabOf(
  { lease, reservation: { attempt, charges }, filled }: Reserving,
  { before, momentOf }: { readonly before: readonly Reserved[]; momentOf(budget: string): number },
): Tab {
  const after = new Map<string, Reserved>();
  for (const { budget, amount } of charges) {
    const whole = (after.get(budget)?.amount ?? 0n) + amount;
    after.set(budget, { budget, attempt, amount: whole, at: momentOf(budget) });
  }
  const moments = charges.map((charge) => ({ ...charge, at: momentOf(charge.budget) }));
  return { id: lease.id, lease, attempt, before, charges: moments, after, filled };
}

/** Charges all, or changes nothing. */
function chargeTab(sums: BudgetSums, { id, before, charges }: Tab): CustosError | undefined {
  for (const { budget, at, amount } of before) sums.charge(budget, at, -amount);
  for (const [place, charge] of charges.entries()) {
    const refusal = refusalOf(sums, charge, id);
    if (refusal !== undefined) {
      for (const { budget, at, amount } of charges.slice(0, place)) sums.charge(budget, at, -amount);
      for (const { budget, at, amount } of before) sums.charge(budget, at, amount);
      return refusal;
    }
    sums.charge(charge.budget, charge.at, charge.amount);
  }
  return undefined;
}

function refusalOf(sums: BudgetSums, { budget, since, amount, max }: BudgetCharge, id: string) {
  if (amount < 0n) throw new CustosError('INTERNAL', `transaction ${id} would give back to the budget "${budget}"`);
  const used = sums.used(budget, since);
  if (max === undefined || used + amount <= max) return undefined;
  const text = `transaction ${id} takes ${amount} of the budget "${budget}", and ${used} of ${max} are taken`;
  return new CustosError('BUDGET_EXCEEDED', text, { details: { id, budget } });
}

/** Fences the reservation with the lease, and tells it in the story, from which a restore makes it again. */
async function writeStep(db: Tables, { lease, attempt, after, filled }: Tab, holder: Holder): Promise<void> {
  const to = await unsignedState(db, lease, holder);
  const charges = [...after.values()].map(({ budget, amount, at }) => [budget, amount.toString(), at] as const);
  const fact = { budgets: { attempt, charges }, ...(filled && { filled }) };
  await advance(db, { lease, to, fact, event: 'reserved' }, holder);
}

async function unsignedState(db: Tables, lease: Lease, { owner, now }: Holder): Promise<State> {
  const known = sealOf(db).known(lease.id) ?? (await stateOf(db, lease.id));
  const state = known?.state ?? '';
  if (isState(state) && isUnsigned(state)) return state;
  return explainRefusal(db, { lease, owner, now }, 'claimed');
}

function stateOf(db: Tables, id: string) {
  return db.selectFrom('transactions').select('state').where('id', '=', id).executeTakeFirst();
}
