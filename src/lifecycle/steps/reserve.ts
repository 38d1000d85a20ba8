import { attemptOf } from '../../core/store/attempt.js';
import type { BudgetCharge } from '../../core/store/budgets.js';
import type { Journal, Lease } from '../../core/store/journal.js';
import type { Claimed, LifecycleParts } from '../parts.js';
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
    const attempt = await presentAttempt(parts.journal, lease);
    await parts.journal.reserveBudgets(lease, { attempt, charges });
  });
}

async function presentAttempt(journal: Journal, { id, generation }: Lease): Promise<string> {
  // Bytes that were expired or given over were released first, so nothing is made again under the first lease.
  return generation === 1 ? attemptOf([]) : attemptOf(await journal.events(id));
}
