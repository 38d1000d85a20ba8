import type { Chain } from '../core/chain/chain.js';
import type { SignedTransaction } from '../core/chain/codec.js';
import { type MessageKind, readSignedMessage } from '../core/chain/message-content.js';
import { CustosError } from '../core/errors.js';
import type { Network } from '../core/ids.js';

/**
 * Checks before recording that a signer's answer can be a transaction of this chain: the id has the chain's form and, if the
 * chain's bytes can be read, belongs to the bytes. Of a message, that it is a signature.
 * @throws CustosError SIGNATURE_INVALID: repeats nothing of the answer
 */
export function checkSigned(
  {
    chain,
    network,
    kind,
  }: { readonly chain: Chain; readonly network: Network; readonly kind?: MessageKind | undefined },
  signed: SignedTransaction,
): void {
  if (kind === undefined ? isTransaction(chain, network, signed) : isMessage(signed)) return;
  const wanted = kind === undefined ? `a transaction of ${chain.name}` : 'the signature of a message';
  throw new CustosError('SIGNATURE_INVALID', `what the signer gave back is not ${wanted}`);
}

function isMessage({ raw, txId }: SignedTransaction): boolean {
  return /^[0-9a-f]{64}$/.test(txId) && readSignedMessage(raw).signature.length > 0;
}

function isTransaction(chain: Chain, network: Network, { raw, txId }: SignedTransaction): boolean {
  const { isTransactionId, readSigned } = chain.codec;
  if (!isTransactionId(txId)) return false;
  return readSigned === undefined || chain.node.sendsByNode === true || idOf(chain, network, raw) === txId;
}

function idOf(chain: Chain, network: Network, raw: string): string | undefined {
  try {
    return chain.codec.readSigned?.(raw, network).txId;
  } catch {
    return undefined;
  }
}
