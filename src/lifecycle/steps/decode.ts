import type { Effect } from '../../core/chain/effect.js';
import { signingAddresses } from '../../core/chain/signed-by.js';
import { type Summary, summaryToJson } from '../../core/chain/summary.js';
import { digestOf } from '../../core/signing/digest.js';
import { decodeUnsigned } from '../../signing/unsigned.js';
import { createFilling, type Filling } from '../filling.js';
import { contextOf } from '../identify.js';
import type { Claimed, LifecycleParts, Signers } from '../parts.js';
import type { Traced } from '../step.js';

/** What will be signed, and what it does. */
export interface Decoded {
  readonly completed: string;
  /** Digest of `completed`: the judges allow it, and the signer compares its bytes with it. */
  readonly digest: string;
  readonly summary: Summary;
  /** Everything that it does. */
  readonly effects: readonly Effect[];
  /** Addresses of the keys that sign. */
  readonly signedBy: readonly string[];
  readonly filling: Filling;
}

/**
 * Decodes the completed form.
 * @throws CustosError TRANSACTION_INVALID, SENDER_MISMATCH, OUTPUT_SPENT, OUTPUT_RESERVED, …
 */
export async function decode(
  parts: Traced & Pick<LifecycleParts, 'journal' | 'log' | 'rules'>,
  claimed: Claimed,
  { chain, signers, from, completed }: Signers & Pick<Decoded, 'completed'>,
): Promise<Decoded> {
  const { entry } = claimed;
  const { kind } = entry.pending;
  const unsigned = decodeUnsigned(chain, { kind, completed }, contextOf(parts, entry, signers));
  const { summary, effects, nonce, spends } = unsigned;
  const fact = {
    completed,
    sender: from,
    summary: summaryToJson(summary),
    ...(nonce !== undefined && { nonce }),
    ...(spends !== undefined && { spends }),
  };
  // Facts that the row has are not recorded again: a transaction that is held for days would fill the store with repetitions.
  // Outputs become free whenever a transaction waits, so they are always reserved again, before anything else.
  const isKnown = entry.completed === completed && entry.sender === from && spends === undefined;
  const filling = createFilling(parts, claimed, isKnown ? undefined : fact);
  if (spends !== undefined) await filling.note();
  const signedBy = signingAddresses(unsigned, signers);
  return { completed, digest: digestOf(completed), summary, effects, signedBy, filling };
}
