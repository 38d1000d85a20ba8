import { concatBytes } from '@noble/hashes/utils.js';
import { base32nopad, hex } from '@scure/base';
import type { ParseContext, SignedTransaction, UnsignedTransaction } from '../../core/chain/codec.js';
import { CustosError } from '../../core/errors.js';
import type { SigningKey } from '../../core/signing/signing-key.js';
import { sha512t256 } from '../../crypto/hash.js';
import { keyOf } from '../shared/key-of.js';
import { signatureOf } from '../shared/signature.js';
import { showAddress } from './address.js';
import { effectsOf } from './effects.js';
import { type AlgorandTransaction, encodeTransaction, readTransaction } from './format.js';
import { Encoded, encodeMap } from './msgpack.js';
import { summarize } from './summary.js';

/** TX: the start of each message, so that nothing else that is signed can pass for a transaction. */
export const PREFIX = Uint8Array.of(0x54, 0x58);

/** Decodes and checks a completed transaction. @throws CustosError SENDER_MISMATCH, and as `readTransaction` */
export function parseTransaction(completed: string, context: ParseContext): UnsignedTransaction {
  const transaction = readTransaction(completed, context);
  const sender = showAddress(transaction.sender);
  const isForeign = sender !== context.from;
  if (isForeign && context.allowForeignKey !== true) {
    throw new CustosError('SENDER_MISMATCH', `the transaction is from ${sender}, the wallet is ${context.from}`);
  }
  const effects = effectsOf(transaction, { from: sender, key: context.from });
  return {
    summary: summarize(effects),
    effects,
    sign: async (keys) => sign(transaction, keyOf(keys, context.from, showAddress)),
  };
}

async function sign(transaction: AlgorandTransaction, key: SigningKey): Promise<SignedTransaction> {
  const body = encodeTransaction(transaction);
  const message = concatBytes(PREFIX, body);
  const sig = await signatureOf(key, 'ed25519', message);
  const isForeign = key.publicKey.some((byte, at) => byte !== transaction.sender[at]);
  // The bytes name the signer only where it is not the sender, that is, where the account was rekeyed.
  const raw = encodeMap({ sgnr: isForeign ? key.publicKey : undefined, sig, txn: new Encoded(body) });
  return { raw: hex.encode(raw), txId: base32nopad.encode(sha512t256(message)) };
}
