/** What a limit counts, and the moment from which on a charge counts for it. */
export interface BudgetWindow {
  /** Name of what is counted, as the evaluator gives it. It does not change when a policy is published again. */
  readonly budget: string;
  /** Milliseconds since 1970; 0 counts everything. */
  readonly since: number;
}

/** What a transaction takes of a budget. */
export interface BudgetCharge extends BudgetWindow {
  /** In smallest units, or a count; at least 0. */
  readonly amount: bigint;
  /** The most that the window may hold with this charge. Absent: approvals raised the limit. */
  readonly max?: bigint;
}

/** Everything that one making of a transaction's bytes takes of budgets. */
export interface BudgetReservation {
  /** Which making of its bytes (`attemptOf`). */
  readonly attempt: string;
  readonly charges: readonly BudgetCharge[];
  /** Address of the sender, for the audit log; absent where the journal has it. */
  readonly sender?: string;
}

/** What was reserved, as a story tells it: a restore makes reservations and sums from it. */
export interface ReservedBudgets {
  readonly attempt: string;
  /** Amounts in decimal digits, and the moments by the clock of each budget, in milliseconds since 1970. */
  readonly charges: readonly (readonly [budget: string, amount: string, at: number])[];
}
