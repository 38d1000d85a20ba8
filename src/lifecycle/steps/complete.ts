import { rulesOf } from '../../core/signing/signing-rules.js';
import { type RecentForms, refuseKnown } from '../forms.js';
import { contextOf } from '../identify.js';
import type { Claimed, LifecycleParts, Signers } from '../parts.js';
import { step, type Traced } from '../step.js';

type CompleteParts = Traced & Pick<LifecycleParts, 'journal' | 'nodes' | 'rules' | 'meter'>;

/**
 * Has the chain fill in missing parts such as nonce, fee and recent block. No key is open.
 * @returns the completed form
 * @throws CustosError NODE_*, STEP_TIMEOUT, TRANSACTION_DUPLICATE: another transaction was made of the same form
 */
export async function complete(
  parts: CompleteParts,
  claimed: Claimed,
  { chain, signers, from, forms }: Signers & { readonly forms: RecentForms },
): Promise<string> {
  const { entry, lease } = claimed;
  // A message is signed as it came, as often as it is asked for.
  if (entry.pending.kind !== undefined) return entry.pending.serialized;
  const completed = await step(parts, 'complete', entry.id, () =>
    chain.node.complete(entry.pending, {
      ...contextOf(parts, entry, signers),
      node: parts.nodes.client(chain),
      allowUnproved: rulesOf(parts.rules, entry.chain).allowedHazards.has('unproved-amount'),
      isTaken: (form) => forms.ownerOf({ from, completed: form }) !== undefined,
      async nextNonce(latest, waiting) {
        const counts = { sender: from, latest, ...(waiting !== undefined && { waiting }) };
        const { nonce, missing } = await parts.journal.takeNonce(lease, counts);
        if (missing > 0) parts.meter.nonceGap(entry.chain, missing);
        return nonce;
      },
    }),
  );
  await refuseKnown(parts, claimed, { forms, from, completed });
  return completed;
}
