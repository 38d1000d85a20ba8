import { chargeSums, type Span, type Sums, sumSince } from '../../core/store/buckets.js';
import type { BudgetWindow } from '../../core/store/budgets.js';

/** Sums of one budget by their span and its number. */
type Rows = Map<string, Sums>;

/** What was charged to budgets. It forgets nothing: a budget may count for ever. */
export class Ledger {
  readonly #budgets = new Map<string, Rows>();

  /** @throws CustosError RECORD_DAMAGED */
  used({ budget, since }: BudgetWindow): bigint {
    return sumSince(this.#sumsOf(budget), since);
  }

  /** @param amount - negative to take a charge back @throws CustosError RECORD_DAMAGED: less was charged */
  charge(budget: string, at: number, amount: bigint): void {
    const rows = this.#budgets.get(budget) ?? new Map<string, Sums>();
    this.#budgets.set(budget, rows);
    for (const { span, number, sums } of chargeSums(this.#sumsOf(budget), at, amount)) {
      rows.set(keyOf(span, number), sums);
    }
  }

  /** All rows, for a snapshot. */
  *rows(): Generator<{ readonly budget: string; readonly row: string; readonly sums: Sums }> {
    for (const [budget, rows] of this.#budgets) for (const [row, sums] of rows) yield { budget, row, sums };
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

function keyOf(span: Span, number: number): string {
  return `${span} ${number}`;
}
