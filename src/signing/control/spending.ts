import { CustosError } from '../../core/errors.js';
import type { SignatureClaim, SpentApproval } from '../../core/signing/control.js';
import { isCounted } from '../../core/store/buckets.js';
import type { BudgetCharge, BudgetWindow } from '../../core/store/budgets.js';
import type { Ledger } from './ledger.js';

/** What one family took of a budget at one moment. */
interface TakenCharge {
  readonly budget: string;
  readonly at: number;
  readonly amount: bigint;
}

/**
 * Transactions of which a network takes at most one: all of them share one number or output. What one of them took of budgets and
 * approvals suffices for all.
 */
export interface Family {
  readonly id: number;
  marks: readonly string[];
  /** What all of them use. */
  uses: readonly string[];
  approvals: readonly SpentApproval[];
  charges: readonly TakenCharge[];
  /** Signatures that were given, or may still be. */
  holders: number;
}

/** What a signature takes, all or nothing. */
export interface Reserving {
  readonly claim: SignatureClaim;
  readonly approvals: readonly SpentApproval[];
  readonly charges: readonly BudgetCharge[];
  /** Milliseconds since 1970, by a clock that never goes back. */
  readonly at: number;
}

/** Families beyond this number are forgotten, the oldest first, unless an approval still counts. Their charges stay. */
const MOST_FAMILIES = 20_000;

/** Which approvals and budgets were used up, and for which bytes. */
export class Spending {
  readonly #ledger: Ledger;
  readonly #families = new Map<number, Family>();
  readonly #byMark = new Map<string, number>();
  readonly #byUse = new Map<string, number>();
  readonly #byApproval = new Map<string, number>();
  #last = 0;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** What others than these bytes have charged. @throws CustosError RECORD_DAMAGED */
  used(claim: SignatureClaim, wanted: readonly BudgetWindow[]): readonly bigint[] {
    const own = chargesOf(this.#familyOf(claim, []));
    return wanted.map((window) => this.#ledger.used(window) - ownCharge(own, window));
  }

  /** @throws CustosError APPROVAL_SPENT, BUDGET_EXCEEDED: nothing was changed */
  check({ claim, approvals, charges }: Reserving): void {
    const own = chargesOf(this.#familyOf(claim, approvals));
    for (const charge of charges) {
      const { amount, max } = charge;
      if (max === undefined) continue;
      if (this.#ledger.used(charge) - ownCharge(own, charge) + amount <= max) continue;
      throw new CustosError('BUDGET_EXCEEDED', 'other signatures have used up a budget meanwhile');
    }
  }

  /** Takes what `check` found free. @returns the number of the family @throws CustosError as `check` */
  take({ claim, approvals, charges, at }: Reserving): number {
    const found = this.#familyOf(claim, approvals);
    if (found === undefined) return this.#begin({ claim, approvals, charges, at });
    const own = chargesOf(found);
    const fresh = charges.flatMap(({ budget, since, amount }) => {
      const missing = amount - ownCharge(own, { budget, since });
      return missing > 0n ? [{ budget, at, amount: missing }] : [];
    });
    for (const charge of fresh) this.#ledger.charge(charge.budget, at, charge.amount);
    if (!found.marks.includes(claim.mark)) this.#narrow(found, claim.uses);
    const known = new Set(found.approvals.map(({ nonce }) => nonce));
    found.approvals = [...found.approvals, ...approvals.filter(({ nonce }) => !known.has(nonce))];
    found.charges = [...found.charges, ...fresh];
    if (!found.marks.includes(claim.mark)) found.marks = [...found.marks, claim.mark];
    found.holders += 1;
    this.#index(found);
    this.#forget(at);
    return found.id;
  }

  /** Most signatures share nothing with another one. */
  #begin({ claim, approvals, charges, at }: Reserving): number {
    const taken: TakenCharge[] = [];
    for (const { budget, amount } of charges) {
      if (amount <= 0n) continue;
      this.#ledger.charge(budget, at, amount);
      taken.push({ budget, at, amount });
    }
    this.#last += 1;
    const { mark, uses } = claim;
    const family: Family = { id: this.#last, marks: [mark], uses, approvals, charges: taken, holders: 1 };
    this.#families.set(family.id, family);
    this.#index(family);
    this.#forget(at);
    return family.id;
  }

  /** A signature was not given, and never will be. What only it took is free again. */
  release(id: number): void {
    const family = this.#families.get(id);
    if (family === undefined) return;
    family.holders -= 1;
    // Another signature may exist that shares what was taken.
    if (family.holders > 0) return;
    for (const { budget, at, amount } of family.charges) this.#ledger.charge(budget, at, -amount);
    this.#remove(family);
  }

  families(): readonly Family[] {
    return [...this.#families.values()];
  }

  /** Number of the last family that ever was, also of one that is gone. */
  get last(): number {
    return this.#last;
  }

  /** Puts the families of a snapshot back, whose charges the ledger has. */
  restore(families: readonly Family[], last: number): void {
    this.#last = last;
    for (const family of families) {
      this.#families.set(family.id, family);
      this.#last = Math.max(this.#last, family.id);
      this.#index(family);
    }
  }

  /**
   * The family that a signature belongs to; undefined if it is new.
   * @throws CustosError APPROVAL_SPENT: one of its approvals was used for bytes that it does not exclude
   */
  #familyOf(claim: SignatureClaim, approvals: readonly SpentApproval[]): Family | undefined {
    if (approvals.length === 0) return this.#kin(claim);
    const owners = new Set(approvals.flatMap(({ nonce }) => this.#byApproval.get(nonce) ?? []));
    const [owner, ...others] = [...owners].flatMap((id) => this.#families.get(id) ?? []);
    if (owner === undefined) return this.#kin(claim);
    if (others.length === 0 && isKin(owner, claim)) return owner;
    throw new CustosError('APPROVAL_SPENT', 'an approval was used for another signature');
  }

  #kin(claim: SignatureClaim): Family | undefined {
    const same = this.#ofId(this.#byMark.get(claim.mark), claim);
    if (same !== undefined) return same;
    for (const use of claim.uses) {
      const family = this.#ofId(this.#byUse.get(use), claim);
      if (family !== undefined) return family;
    }
    return undefined;
  }

  #ofId(id: number | undefined, claim: SignatureClaim): Family | undefined {
    const family = id === undefined ? undefined : this.#families.get(id);
    return family !== undefined && isKin(family, claim) ? family : undefined;
  }

  /** Of three transactions, the first and last may exclude the second and not each other: what all share is what counts. */
  #narrow(family: Family, uses: readonly string[]): void {
    const others = new Set(uses);
    for (const use of family.uses) if (!others.has(use)) this.#unindex(this.#byUse, use, family);
    family.uses = family.uses.filter((use) => others.has(use));
  }

  #index({ id, marks, uses, approvals }: Family): void {
    for (const mark of marks) this.#byMark.set(mark, id);
    for (const use of uses) this.#byUse.set(use, id);
    for (const { nonce } of approvals) this.#byApproval.set(nonce, id);
  }

  #remove(family: Family): void {
    this.#families.delete(family.id);
    for (const mark of family.marks) this.#unindex(this.#byMark, mark, family);
    for (const use of family.uses) this.#unindex(this.#byUse, use, family);
    for (const { nonce } of family.approvals) this.#unindex(this.#byApproval, nonce, family);
  }

  #unindex(index: Map<string, number>, key: string, { id }: Family): void {
    if (index.get(key) === id) index.delete(key);
  }

  /** A forgotten family charges again when its bytes are signed again: that errs to the safe side. */
  #forget(now: number): void {
    let excess = this.#families.size - MOST_FAMILIES;
    for (const family of this.#families.values()) {
      if (excess <= 0) return;
      if (family.approvals.some(({ expires }) => expires > now)) continue;
      this.#remove(family);
      excess -= 1;
    }
  }
}

/** The same bytes, or bytes that exclude all others of the family. */
function isKin({ marks, uses }: Family, claim: SignatureClaim): boolean {
  return marks.includes(claim.mark) || uses.some((use) => claim.uses.includes(use));
}

const nothing: ReadonlyMap<string, readonly TakenCharge[]> = new Map();

/** By budget: a family may have charged thousands, of which a question wants thousands. */
function chargesOf(family: Family | undefined): ReadonlyMap<string, readonly TakenCharge[]> {
  if (family === undefined) return nothing;
  const byBudget = new Map<string, TakenCharge[]>();
  for (const one of family.charges) {
    const charges = byBudget.get(one.budget);
    if (charges === undefined) byBudget.set(one.budget, [one]);
    else charges.push(one);
  }
  return byBudget;
}

/** What a family has charged already, as far as the window still counts it. */
function ownCharge(own: ReadonlyMap<string, readonly TakenCharge[]>, { budget, since }: BudgetWindow): bigint {
  let sum = 0n;
  for (const one of own.get(budget) ?? []) if (isCounted(one.at, since)) sum += one.amount;
  return sum;
}
