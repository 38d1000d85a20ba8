import { advance } from '../advance.js';
import { type FreezeParts, refuseFrozen } from '../frozen.js';
import type { Claimed, LifecycleParts, Outcome } from '../parts.js';
import type { Traced } from '../step.js';

/**
 * Ends a request whose recorded bytes are handed out. Its nonce and outputs stay taken: the bytes may take effect any day.
 * @throws CustosError FROZEN, LEASE_LOST, STORE_*
 */
export async function give(
  parts: Traced & FreezeParts & Pick<LifecycleParts, 'journal' | 'log'>,
  claimed: Claimed,
): Promise<Outcome> {
  await refuseFrozen(parts, claimed.entry);
  await advance(parts, claimed, { to: 'completed', fact: {}, event: 'handed out' });
  return { id: claimed.entry.id, kind: 'completed' };
}
