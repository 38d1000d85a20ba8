import { hex } from '@scure/base';
import type { ParseContext, ReadSigned, SignedTransaction, UnsignedTransaction } from '../../core/chain/codec.js';
import { CustosError } from '../../core/errors.js';
import type { SigningKey } from '../../core/signing/signing-key.js';
import { hexOf, invalid, listOf, readObject } from '../shared/fields.js';
import { keyOf } from '../shared/key-of.js';
import { recoverableOf } from '../shared/signature.js';
import { addressOf } from './address.js';
import { effectsOfTransaction } from './effects.js';
import { readTransaction, type TronTransaction } from './format.js';
import { summarize } from './summary.js';

/** Decodes and checks a transaction. @throws CustosError SENDER_MISMATCH, and those of `readTransaction` */
export function parseTransaction(completed: string, context: ParseContext): UnsignedTransaction {
  const transaction = readTransaction(completed);
  if (transaction.owner !== context.from && context.allowForeignKey !== true) {
    throw new CustosError(
      'SENDER_MISMATCH',
      `the transaction is of ${transaction.owner}, the wallet is ${context.from}`,
    );
  }
  const effects = effectsOfTransaction(transaction, context.from);
  return {
    summary: summarize(effects),
    effects,
    sign: async (keys) => sign(completed, transaction, keyOf(keys, context.from, addressOf)),
  };
}

/** Reads the form that is sent. The id is the hash of its members, and signatures are no part of it. @throws CustosError TRANSACTION_INVALID */
export function readSigned(txData: string): ReadSigned {
  const { signature, ...unsigned } = readObject(txData);
  const signatures = listOf(signature, 'signature');
  if (signatures.length === 0) throw invalid('the transaction is not signed');
  for (const one of signatures) hexOf(one, 'signature', 65);
  const completed = JSON.stringify(unsigned);
  return { raw: txData, txId: readTransaction(completed).txId, completed };
}

/** r ‖ s in lower case, then 27 or 28 in upper case: the form that programs in the field expect. */
async function sign(completed: string, { txId }: TronTransaction, key: SigningKey): Promise<SignedTransaction> {
  const { signature, recoveryId } = await recoverableOf(key, hex.decode(txId));
  const text = hex.encode(signature) + (27 + recoveryId).toString(16).toUpperCase();
  return { raw: JSON.stringify({ ...readObject(completed), signature: [text] }), txId };
}
