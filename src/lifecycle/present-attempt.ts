import { attemptOf } from '../core/store/attempt.js';
import type { Lease } from '../core/store/journal.js';
import type { LifecycleParts } from './parts.js';

/** Which making of its bytes a transaction is at. @throws CustosError RECORD_DAMAGED, STORE_* */
export async function presentAttempt(
  { journal }: Pick<LifecycleParts, 'journal'>,
  { id, generation }: Lease,
): Promise<string> {
  // Bytes that were expired or given over were released first, so nothing is made again under the first lease.
  return generation === 1 ? attemptOf([]) : attemptOf(await journal.events(id));
}
