import { hex } from '@scure/base';
import type { ParseContext, SignedTransaction, UnsignedTransaction } from '../../core/chain/codec.js';
import { CustosError } from '../../core/errors.js';
import type { SigningKey } from '../../core/signing/signing-key.js';
import { readObject } from '../shared/fields.js';
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

/** r ‖ s in lower case, then 27 or 28 in upper case: the form that programs in the field expect. */
async function sign(completed: string, { txId }: TronTransaction, key: SigningKey): Promise<SignedTransaction> {
  const { signature, recoveryId } = await recoverableOf(key, hex.decode(txId));
  const text = hex.encode(signature) + (27 + recoveryId).toString(16).toUpperCase();
  return { raw: JSON.stringify({ ...readObject(completed), signature: [text] }), txId };
}
