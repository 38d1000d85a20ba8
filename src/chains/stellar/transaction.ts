import { base64, hex } from '@scure/base';
import type { ParseContext, ReadSigned, SignedTransaction, UnsignedTransaction } from '../../core/chain/codec.js';
import { CustosError } from '../../core/errors.js';
import type { Network } from '../../core/ids.js';
import type { SigningKey } from '../../core/signing/signing-key.js';
import { sha256 } from '../../crypto/hash.js';
import { invalid } from '../shared/fields.js';
import { keyOf } from '../shared/key-of.js';
import { signatureOf } from '../shared/signature.js';
import { plainAccount, showAccount } from './address.js';
import { effectsOf } from './effects.js';
import { type Envelope, MAX_SIGNATURES, readEnvelope, TRANSACTION } from './envelope.js';
import { summarize } from './summary.js';

const passphrases: Readonly<Record<Network, string>> = {
  mainnet: 'Public Global Stellar Network ; September 2015',
  testnet: 'Test SDF Network ; September 2015',
};

/** Decodes and checks an envelope. @throws CustosError SENDER_MISMATCH: the account, or that of an operation, is not the signer's */
export function parseTransaction(completed: string, context: ParseContext): UnsignedTransaction {
  const envelope = readEnvelope(completed);
  const accounts = [envelope.source, ...envelope.operations.flatMap(({ source }) => source ?? [])];
  const foreign = [...new Set(accounts)].filter((account) => plainAccount(account) !== context.from);
  if (foreign.length > 0 && context.allowForeignKey !== true) {
    throw new CustosError('SENDER_MISMATCH', `the transaction acts for ${foreign[0]}, the wallet is ${context.from}`);
  }
  if (envelope.signatures.length === MAX_SIGNATURES) throw invalid('the transaction has no room for another signature');
  const effects = effectsOf(envelope, { wallet: context.from, foreign });
  return {
    summary: summarize(effects),
    effects,
    nonce: envelope.sequence,
    sign: async (keys) => sign(envelope, keyOf(keys, context.from, showAccount), context.network),
  };
}

/** Reads what is sent: an envelope with signatures. @throws CustosError TRANSACTION_INVALID, TRANSACTION_UNSUPPORTED */
export function readSigned(txData: string, network: Network): ReadSigned {
  const envelope = readEnvelope(txData);
  if (envelope.signatures.length === 0) throw invalid('the transaction is not signed');
  const raw = txData.trim();
  return { raw, txId: hex.encode(envelopeHash(envelope, network)), completed: raw };
}

/** The hash that is signed, which is also the transaction's id. @returns 32 bytes */
function envelopeHash(envelope: Envelope, network: Network): Uint8Array {
  const id = sha256(new TextEncoder().encode(passphrases[network]));
  return sha256(Uint8Array.from([...id, 0, 0, 0, TRANSACTION, ...envelope.body]));
}

/** The signature goes behind those that are there; one of this key already is not made twice. */
async function sign(envelope: Envelope, key: SigningKey, network: Network): Promise<SignedTransaction> {
  const hash = envelopeHash(envelope, network);
  const signature = await signatureOf(key, 'ed25519', hash);
  const { bytes, body, signatures } = envelope;
  const isThere = signatures.some((one) => Buffer.compare(one.signature, signature) === 0);
  const signed = [4 + body.length, signatures.length + 1] as const;
  const raw = isThere
    ? bytes
    : Uint8Array.from([
        ...bytes.subarray(0, signed[0]),
        ...[0, 0, 0, signed[1]],
        ...bytes.subarray(signed[0] + 4),
        ...key.publicKey.subarray(28),
        ...[0, 0, 0, 64],
        ...signature,
      ]);
  return { raw: base64.encode(raw), txId: hex.encode(hash) };
}
