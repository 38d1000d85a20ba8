import type { Effect } from '../../core/chain/effect.js';
import { type Summary, summaryToJson } from '../../core/chain/summary.js';
import { digestOf } from '../../core/signing/digest.js';
import { rulesOf } from '../../core/signing/signing-rules.js';
import { checkFeeLimit, checkLimits } from '../../signing/limits.js';
import { decodeUnsigned } from '../../signing/unsigned.js';
import { advance } from '../advance.js';
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
}

/**
 * Decodes the completed form, records what it does, and checks it against the operator's limits.
 * @throws CustosError TRANSACTION_INVALID, SENDER_MISMATCH, FEE_INVALID, HAZARD_REFUSED, OUTPUT_SPENT, OUTPUT_RESERVED, …
 */
export async function decode(
  parts: Traced & Pick<LifecycleParts, 'journal' | 'log' | 'rules'>,
  claimed: Claimed,
  { chain, signers, from, completed }: Signers & Pick<Decoded, 'completed'>,
): Promise<Decoded> {
  const { entry } = claimed;
  const { kind, feeLimit } = entry.pending;
  const { summary, effects, nonce, spends } = decodeUnsigned(
    chain,
    { kind, completed },
    contextOf(parts, entry, signers),
  );
  const fact = {
    completed,
    sender: from,
    summary: summaryToJson(summary),
    ...(nonce !== undefined && { nonce }),
    ...(spends !== undefined && { spends }),
  };
  // Facts that the row has are not recorded again: a transaction that is held for days would fill the store with repetitions.
  // Outputs become free whenever a transaction waits, so they are always reserved again.
  const isKnown = entry.completed === completed && entry.sender === from && spends === undefined;
  if (!isKnown) await advance(parts, claimed, { to: entry.state, fact, event: 'filled' });
  const place = { chain, network: entry.network, rules: rulesOf(parts.rules, entry.chain) };
  checkLimits(summary, place);
  checkFeeLimit(summary, feeLimit, place);
  return { completed, digest: digestOf(completed), summary, effects };
}
