import { chargeSums, isForgettable, type Span, type Sums, sumSince } from '../../core/store/buckets.js';
import type { BudgetWindow } from '../../core/store/budgets.js';

/** Sums of one budget by their span and its number. */
type Rows = Map<string, Sums>;

/** What was charged to budgets. A budget may count for ever; only minutes and hours of long ago are joined to days. */
export class Ledger {
  readonly #budgets = new Map<string, Rows>();
  /** The highest moment that was known: it never goes back. */
  #latest = 0;

  /** @throws CustosError RECORD_DAMAGED */
  used({ budget, since }: BudgetWindow): bigint {
    return sumSince(this.#sumsOf(budget), since, this.#latest);
  }

  /** @param amount - negative to take a charge back @throws CustosError RECORD_DAMAGED: less was charged */
  charge(budget: string, at: number, amount: bigint): void {
    const rows = this.#budgets.get(budget) ?? new Map<string, Sums>();
    this.#budgets.set(budget, rows);
    for (const { span, number, sums } of chargeSums(this.#sumsOf(budget), { at, amount, latest: this.#latest })) {
      rows.set(keyOf(span, number), sums);
    }
    this.#latest = Math.max(this.#latest, at);
  }

  /** Leaves out what no window tells apart any more. @param now - no charge was later */
  forget(now: number): void {
    this.#latest = Math.max(this.#latest, now);
    for (const rows of this.#budgets.values()) {
      for (const key of rows.keys()) if (isOld(key, this.#latest)) rows.delete(key);
    }
  }

  /** All rows, for a snapshot. */
  *rows(): Generator<{ readonly budget: string; readonly row: string; readonly sums: Sums }> {
    for (const [budget, rows] of this.#budgets) for (const [row, sums] of rows) yield { budget, row, sums };
  }

  /** No charge of a snapshot was later. */
  restoreClock(latest: number): void {
    this.#latest = latest;
  }

  /** Puts a row of a snapshot back. */
  restore(budget: string, row: string, sums: Sums): void {
    const rows = this.#budgets.get(budget) ?? new Map<string, Sums>();
    this.#budgets.set(budget, rows.set(row, sums));
  }

  #sumsOf(budget: string) {
    const rows = this.#budgets.get(budget);
    return (span: Span, number: number) => rows?.get(keyOf(span, number));
  }
}

function isOld(key: string, latest: number): boolean {
  const [span, number] = key.split(' ');
  return (span === 'hour' || span === 'day') && isForgettable(span, Number(number), latest);
}

function keyOf(span: Span, number: number): string {
  return `${span} ${number}`;
}
