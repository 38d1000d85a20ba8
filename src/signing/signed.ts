import type { Chain } from '../core/chain/chain.js';
import type { SignedTransaction } from '../core/chain/codec.js';
import { CustosError } from '../core/errors.js';

/**
 * Checks before recording that a signer's answer can be a transaction of this chain: the id has the chain's form and, if the
 * chain's bytes can be read, belongs to the bytes.
 * @throws CustosError SIGNATURE_INVALID: repeats nothing of the answer
 */
export function checkSigned(chain: Chain, { raw, txId }: SignedTransaction): void {
  if (
    chain.codec.isTransactionId(txId) &&
    (chain.codec.readSigned === undefined || chain.node.sendsByNode === true || idOf(chain, raw) === txId)
  )
    return;
  throw new CustosError('SIGNATURE_INVALID', `what the signer gave back is not a transaction of ${chain.name}`);
}

function idOf(chain: Chain, raw: string): string | undefined {
  try {
    return chain.codec.readSigned?.(raw).txId;
  } catch {
    return undefined;
  }
}
