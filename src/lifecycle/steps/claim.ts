import { CustosError } from '../../core/errors.js';
import type { Source } from '../../core/network/source.js';
import type { PendingTransaction } from '../../core/signing/pending.js';
import { type ClaimResult, isDue, type JournalEntry } from '../../core/store/journal.js';
import { sourceOf } from '../local-source.js';
import type { Claimed, LifecycleParts } from '../parts.js';
import { step, type Traced } from '../step.js';

/** What a claim found. */
export type Claim =
  /** This process has the lease now. */
  | { readonly kind: 'claimed'; readonly claimed: Claimed }
  /** It was tried, and waits until `until`. */
  | { readonly kind: 'waits'; readonly id: string; readonly until: number }
  /** Failed, denied or cancelled: nothing happens to it until a person retries it. */
  | { readonly kind: 'ended'; readonly id: string }
  /** Completed, but the source still lists it. */
  | { readonly kind: 'completed'; readonly id: string; readonly entry: JournalEntry }
  /** Another process works on it, or on one of the same sender. */
  | { readonly kind: 'elsewhere'; readonly id: string }
  /** PENDING_CHANGED: another payload came under the id. RECORD_DAMAGED: its row cannot be read. */
  | { readonly kind: 'changed' | 'damaged'; readonly error: CustosError };

/**
 * Writes pending transactions into the journal, once each, and takes the leases of those that may proceed.
 * @returns what was found, in the order of the transactions
 * @throws CustosError STORE_*
 */
export async function claim(
  parts: Traced & Pick<LifecycleParts, 'journal' | 'clock'>,
  source: Source,
  pending: readonly PendingTransaction[],
): Promise<readonly Claim[]> {
  const results = await step(parts, 'claim', undefined, () => parts.journal.claim(pending));
  const now = parts.clock.now();
  return results.map((result) => read(result, source, now));
}

function read(result: ClaimResult, source: Source, now: number): Claim {
  if (result.kind === 'damaged') return result;
  const { entry } = result;
  const { id, state, nextAttemptAt } = entry;
  if (result.kind === 'changed') {
    const text = `another payload came under the id ${id}`;
    return { kind: 'changed', error: new CustosError('PENDING_CHANGED', text, { details: { id } }) };
  }
  if (result.lease !== undefined) {
    return { kind: 'claimed', claimed: { entry, lease: result.lease, source: sourceOf(entry, source) } };
  }
  if (state === 'failed' || state === 'denied' || state === 'cancelled') return { kind: 'ended', id };
  if (!isDue(nextAttemptAt, now)) return { kind: 'waits', id, until: nextAttemptAt };
  return state === 'completed' ? { kind: 'completed', id, entry } : { kind: 'elsewhere', id };
}
