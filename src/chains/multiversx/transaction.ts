import { hex } from '@scure/base';
import type { ParseContext, SignedTransaction, UnsignedTransaction } from '../../core/chain/codec.js';
import { CustosError } from '../../core/errors.js';
import { type Network, quote } from '../../core/ids.js';
import type { SigningKey } from '../../core/signing/signing-key.js';
import { blake2b } from '../../crypto/hash.js';
import { invalid } from '../shared/fields.js';
import { keyOf } from '../shared/key-of.js';
import { signatureOf } from '../shared/signature.js';
import { showAddress } from './address.js';
import { effectsOf } from './effects.js';
import { encodeTransaction, type MultiversxTransaction, readTransaction, writeTransaction } from './format.js';
import { summarize } from './summary.js';

/** Chain ids: mainnet; testnet and devnet. */
export const chainIds: Readonly<Record<Network, readonly string[]>> = { mainnet: ['1'], testnet: ['T', 'D'] };

/** Decodes and checks the completed form. @throws CustosError TRANSACTION_INVALID, CHAIN_ID_MISMATCH, SENDER_MISMATCH, ADDRESS_INVALID */
export function parseCompleted(completed: string, context: ParseContext): UnsignedTransaction {
  const transaction = readTransaction(completed);
  if (!chainIds[context.network].includes(transaction.chainId)) {
    const text = `chain id ${quote(transaction.chainId)} is not one of EGLD's ${context.network}`;
    throw new CustosError('CHAIN_ID_MISMATCH', text);
  }
  if (transaction.sender !== context.from) {
    throw new CustosError(
      'SENDER_MISMATCH',
      `the transaction is from ${transaction.sender}, the wallet is ${context.from}`,
    );
  }
  if (writeTransaction(transaction) !== completed)
    throw invalid('the completed transaction is not in the form that is signed');
  const effects = effectsOf(transaction);
  return {
    summary: summarize(effects),
    effects,
    nonce: transaction.nonce,
    sign: async (keys) => sign(transaction, keyOf(keys, transaction.sender, showAddress)),
  };
}

async function sign(transaction: MultiversxTransaction, key: SigningKey): Promise<SignedTransaction> {
  const text = writeTransaction(transaction);
  const signature = await signatureOf(key, 'ed25519', new TextEncoder().encode(text));
  const raw = JSON.stringify({ ...(JSON.parse(text) as object), signature: hex.encode(signature) });
  return { raw, txId: hex.encode(blake2b(encodeTransaction(transaction, signature), 32)) };
}
