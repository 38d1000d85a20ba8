import { concatBytes } from '@noble/hashes/utils.js';
import { base32nopad, hex } from '@scure/base';
import type { SignedTransaction } from '../../core/chain/codec.js';
import { sha512t256 } from '../../crypto/hash.js';
import { hexOf, invalid } from '../shared/fields.js';
import { PREFIX } from './transaction.js';

/** Signed bytes before the transaction, in canonical MessagePack: names with the bytes behind them, in alphabetical order. */
const SGNR = 'a473676e72c420';
const SIG = 'a3736967c440';
const TXN = 'a374786e';

/**
 * Reads signed bytes in hexadecimal digits: a map of the signature and the transaction, and of the key where it is not the sender's.
 * @throws CustosError TRANSACTION_INVALID
 */
export function readSigned(txData: string): SignedTransaction {
  const raw = hex.encode(hexOf(txData, 'txData'));
  const [, txn] = new RegExp(`^(?:82|83${SGNR}[0-9a-f]{64})${SIG}[0-9a-f]{128}${TXN}([0-9a-f]+)$`).exec(raw) ?? [];
  // The map of a transaction has up to 15 members in the short form, or its number of them in two bytes.
  if (txn === undefined || !/^(8[1-9a-f]|de)/.test(txn)) throw invalid('txData is no signed transaction of ALGO');
  return { raw, txId: base32nopad.encode(sha512t256(concatBytes(PREFIX, hex.decode(txn)))) };
}
