import type { SignedTransaction } from '../../core/chain/codec.js';
import { checkSigned } from '../../signing/signed.js';
import { type FreezeParts, refuseFrozen } from '../frozen.js';
import type { Claimed, LifecycleParts, Signers } from '../parts.js';
import { step, type Traced } from '../step.js';
import type { Decoded } from './decode.js';

/**
 * Has the signer sign what the judges allowed. The signer gets its digest and signs nothing else. It judges by the store's rules
 * itself, and gets what it needs for that.
 * @throws CustosError FROZEN; SIGNATURE_INVALID: what came back is not a transaction of this chain; and whatever the signer throws
 */
export async function sign(
  parts: Traced & FreezeParts & Pick<LifecycleParts, 'signer' | 'control' | 'meter'>,
  { entry }: Claimed,
  { chain, sealed, completed, digest }: Signers & Decoded,
): Promise<SignedTransaction> {
  await refuseFrozen(parts, entry);
  const start = performance.now();
  const signed = await step(parts, 'sign', entry.id, async () => {
    const control = await parts.control?.(entry.id);
    return parts.signer.sign({ pending: entry.pending, completed, digest, sealed, ...(control && { control }) });
  });
  checkSigned({ chain, network: entry.network, kind: entry.pending.kind }, signed);
  parts.meter.signed(entry.chain, (performance.now() - start) * 1000);
  parts.trace?.('open', 'end', signed.timing.open, entry.id);
  return signed;
}
