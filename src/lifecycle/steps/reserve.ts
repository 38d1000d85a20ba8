import type { BudgetCharge } from '../../core/store/budgets.js';
import type { Claimed, LifecycleParts } from '../parts.js';
import { presentAttempt } from '../present-attempt.js';
import { step, type Traced } from '../step.js';

/**
 * Reserves what the transaction takes of limits, before it is signed.
 * @throws CustosError BUDGET_EXCEEDED: others have taken since what the judges saw; LEASE_LOST, STATE_CONFLICT, RECORD_DAMAGED,
 *   STORE_*
 */
export function reserve(
  parts: Traced & Pick<LifecycleParts, 'journal'>,
  { entry, lease }: Claimed,
  charges: readonly BudgetCharge[],
): Promise<void> {
  return step(parts, 'reserve', entry.id, async () => {
    const attempt = await presentAttempt(parts, lease);
    await parts.journal.reserveBudgets(lease, { attempt, charges });
  });
}
