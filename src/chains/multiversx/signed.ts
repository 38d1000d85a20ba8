import { hex } from '@scure/base';
import type { SignedTransaction } from '../../core/chain/codec.js';
import { blake2b } from '../../crypto/hash.js';
import { hexOf, readObject } from '../shared/fields.js';
import { encodeTransaction, readTransaction } from './format.js';

/** Reads a signed transaction: JSON with its signature. @throws CustosError TRANSACTION_INVALID, ADDRESS_INVALID */
export function readSigned(txData: string): SignedTransaction {
  const { signature, ...unsigned } = readObject(txData);
  const transaction = readTransaction(JSON.stringify(unsigned));
  const bytes = encodeTransaction(transaction, hexOf(signature, 'signature', 64));
  return { raw: txData, txId: hex.encode(blake2b(bytes, 32)) };
}
