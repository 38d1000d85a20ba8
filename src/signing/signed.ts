import type { Chain } from '../core/chain/chain.js';
import type { SignedTransaction } from '../core/chain/codec.js';
import { CustosError } from '../core/errors.js';

/**
 * Whether what a signer gave back can be a transaction of this chain, before it is recorded: the id has the chain's form,
 * and where the chain's bytes can be read, it is theirs.
 * @throws CustosError SIGNATURE_INVALID: without a word of what came
 */
export function checkSigned(chain: Chain, { raw, txId }: SignedTransaction): void {
  if (
    chain.codec.isTransactionId(txId) &&
    (chain.codec.readSigned === undefined || chain.node.sendsByNode === true || idOf(chain, raw) === txId)
  )
    return;
  throw new CustosError('SIGNATURE_INVALID', `what the signer gave back is no transaction of ${chain.name}`);
}

function idOf(chain: Chain, raw: string): string | undefined {
  try {
    return chain.codec.readSigned?.(raw).txId;
  } catch {
    return undefined;
  }
}
