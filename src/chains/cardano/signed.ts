import { hex } from '@scure/base';
import type { SignedTransaction } from '../../core/chain/codec.js';
import type { Network } from '../../core/ids.js';
import { blake2b } from '../../crypto/hash.js';
import { invalid } from '../shared/fields.js';
import { type Body, firstItem, openEnvelope, readBody } from './body.js';

/** Signed bytes: [body, witnesses, valid, further data] (ledger specification, Alonzo and later). */
const TRANSACTION = 0x84;

/** Reads signed bytes in the node's envelope. @throws CustosError TRANSACTION_INVALID */
export function readSigned(txData: string): SignedTransaction {
  return { raw: txData.toLowerCase(), txId: hex.encode(blake2b(bodyBytes(txData), 32)) };
}

/** What signed bytes do, and on which network: their outputs say it. @throws CustosError TRANSACTION_INVALID, TRANSACTION_UNSUPPORTED */
export function readSignedBody(raw: string): Pick<Body, 'ttl'> & { readonly network: Network } {
  const bytes = bodyBytes(raw);
  try {
    return { network: 'mainnet', ttl: readBody(bytes, 'mainnet').ttl };
  } catch {
    return { network: 'testnet', ttl: readBody(bytes, 'testnet').ttl };
  }
}

function bodyBytes(text: string): Uint8Array {
  const { inner } = openEnvelope(text);
  if (inner[0] !== TRANSACTION) throw invalid('txData is no signed transaction of ADA');
  return firstItem(inner.subarray(1));
}
