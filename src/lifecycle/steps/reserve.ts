import type { BudgetCharge } from '../../core/store/budgets.js';
import type { Filling } from '../filling.js';
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
  { charges, filling }: { readonly charges: readonly BudgetCharge[]; readonly filling: Filling },
): Promise<void> {
  return step(parts, 'reserve', entry.id, async () => {
    const attempt = await presentAttempt(parts, lease);
    const { sender } = filling.open.filled ?? {};
    filling.reserved(
      await parts.journal.reserveBudgets(lease, { attempt, charges, ...(sender !== undefined && { sender }) }),
    );
  });
}
