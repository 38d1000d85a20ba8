import { CustosError } from '../../core/errors.js';
import type { BudgetCharge, BudgetReservation } from '../../core/store/budgets.js';
import { isState, isUnsigned, type Lease, type State } from '../../core/store/journal.js';
import { explainRefusal, type Tables } from '../journal/entries.js';
import { type Holder, lockClaims } from '../journal/leases.js';
import { sealOf } from '../journal/seal.js';
import { advance } from '../journal/state-changes.js';
import { deleteReservation, insertReservation, type Reserved, requireMoments, reservedBy } from './reservations.js';
import { BudgetSums } from './sums.js';

/** A reservation of a transaction that its holder is going to sign. */
export interface Reserving {
  readonly lease: Lease;
  readonly reservation: BudgetReservation;
}

/**
 * Reserves all charges or none, in place of what this making of the bytes had reserved before.
 * @returns BUDGET_EXCEEDED if a charge does not fit; nothing is changed then
 * @throws CustosError LEASE_LOST, STATE_CONFLICT (signed or ended), RECORD_DAMAGED
 */
export async function reserveBudgets(
  db: Tables,
  { lease, reservation }: Reserving,
  holder: Holder,
): Promise<CustosError | undefined> {
  const { id } = lease;
  const { attempt, charges } = reservation;
  requireMoments(charges);
  if (holder.shared) await lockClaims(db);
  const before = (await reservedBy(db, id)).filter((one) => one.attempt === attempt);
  const sums = new BudgetSums(db);
  await sums.load([
    ...before.map(({ budget, at }) => ({ budget, moments: [at] })),
    ...charges.map(({ budget, since }) => ({ budget, moments: [since, holder.now] })),
  ]);
  for (const { budget, at, amount } of before) sums.charge(budget, at, -amount);
  // A budget's clock never goes back: a charge by a clock that was set back would leave its window too early.
  const momentOf = (budget: string) => Math.max(holder.now, sums.latest(budget));
  await sums.load(charges.map(({ budget }) => ({ budget, moments: [momentOf(budget)] })));
  for (const charge of charges) {
    const refusal = refusalOf(sums, charge, id);
    if (refusal !== undefined) return refusal;
    sums.charge(charge.budget, momentOf(charge.budget), charge.amount);
  }
  await sums.flush();
  const after = reservedWith(attempt, charges, momentOf);
  for (const one of before) if (!after.has(one.budget)) await deleteReservation(db, id, one);
  for (const one of after.values()) await insertReservation(db, id, one);
  await writeStep(db, { lease, attempt, after }, holder);
  return undefined;
}

function refusalOf(sums: BudgetSums, { budget, since, amount, max }: BudgetCharge, id: string) {
  if (amount < 0n) throw new CustosError('INTERNAL', `transaction ${id} would give back to the budget "${budget}"`);
  const used = sums.used(budget, since);
  if (max === undefined || used + amount <= max) return undefined;
  const text = `transaction ${id} takes ${amount} of the budget "${budget}", and ${used} of ${max} are taken`;
  return new CustosError('BUDGET_EXCEEDED', text, { details: { id, budget } });
}

/** One row a budget: two limits may count the same. */
function reservedWith(
  attempt: string,
  charges: readonly BudgetCharge[],
  momentOf: (budget: string) => number,
): ReadonlyMap<string, Reserved> {
  const after = new Map<string, Reserved>();
  for (const { budget, amount } of charges) {
    const whole = (after.get(budget)?.amount ?? 0n) + amount;
    after.set(budget, { budget, attempt, amount: whole, at: momentOf(budget) });
  }
  return after;
}

interface Step {
  readonly lease: Lease;
  readonly attempt: string;
  readonly after: ReadonlyMap<string, Reserved>;
}

/** Fences the reservation with the lease, and tells it in the story, from which a restore makes it again. */
async function writeStep(db: Tables, { lease, attempt, after }: Step, holder: Holder): Promise<void> {
  const to = await unsignedState(db, lease, holder);
  const charges = [...after.values()].map(({ budget, amount, at }) => [budget, amount.toString(), at] as const);
  await advance(db, { lease, to, fact: { budgets: { attempt, charges } }, event: 'reserved' }, holder);
}

async function unsignedState(db: Tables, lease: Lease, { owner }: Holder): Promise<State> {
  const known = sealOf(db).known(lease.id) ?? (await stateOf(db, lease.id));
  const state = known?.state ?? '';
  if (isState(state) && isUnsigned(state)) return state;
  return explainRefusal(db, { lease, owner }, 'claimed');
}

function stateOf(db: Tables, id: string) {
  return db.selectFrom('transactions').select('state').where('id', '=', id).executeTakeFirst();
}
