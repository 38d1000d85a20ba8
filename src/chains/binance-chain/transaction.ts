import type { ParseContext, SignedTransaction, UnsignedTransaction } from '../../core/chain/codec.js';
import { CustosError } from '../../core/errors.js';
import type { SigningKey } from '../../core/signing/signing-key.js';
import { sha256 } from '../../crypto/hash.js';
import { keyOf } from '../shared/key-of.js';
import { signatureOf } from '../shared/signature.js';
import { addressOf, readAddress, showAddress } from './address.js';
import { effectsOf } from './effects.js';
import { type BinanceTransfer, signDocument, signedBytes } from './format.js';
import { readCompleted } from './request.js';
import { summarize } from './summary.js';

/** Decodes a completed request; both forms of the message must say the same. */
export function parseCompleted(completed: string, context: ParseContext): UnsignedTransaction {
  const transfer = readCompleted(completed, context.network);
  const from = showAddress(readAddress(context.from, context.network), context.network);
  const foreign = transfer.inputs.find(({ text }) => text !== from);
  if (foreign !== undefined) {
    throw new CustosError('SENDER_MISMATCH', `the transaction spends from ${foreign.text}, the wallet is ${from}`);
  }
  const effects = effectsOf(transfer, from);
  return {
    summary: summarize(effects),
    effects,
    nonce: transfer.sequence,
    sign: async (keys) =>
      sign(
        keyOf(keys, from, (key) => addressOf(key, context.network)),
        transfer,
      ),
  };
}

async function sign(key: SigningKey, transfer: BinanceTransfer): Promise<SignedTransaction> {
  const signature = await signatureOf(key, 'ecdsa-secp256k1', sha256(signDocument(transfer)));
  const bytes = signedBytes(transfer, key.publicKey, signature);
  return { raw: Buffer.from(bytes).toString('hex'), txId: Buffer.from(sha256(bytes)).toString('hex').toUpperCase() };
}
