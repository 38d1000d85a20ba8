import { RawOldTx } from '@scure/btc-signer/script.js';
import type { SigningKey } from '../../../core/signing/signing-key.js';
import { sha256 } from '../../../crypto/hash.js';
import { signatureOf } from '../../shared/signature.js';
import type { UtxoTransaction } from '../format.js';
import { type AddressScript, writeScript } from '../script.js';
import { ALL, amountSighash, join, taprootSighash } from '../sighash.js';
import { der, transactionId } from '../sign.js';

/** The forms of addresses that BIP-322 is for here. */
export type ProvenScript = Extract<AddressScript, { type: 'wpkh' | 'tr' }>;

const OP_RETURN = 0x6a;

/**
 * Signs a message as BIP-322 does in its simple form: by a transaction that spends an output of one that cannot exist, because
 * it spends output 2^32-1 of no transaction.
 * @returns the witness, in the coding of transactions
 */
export async function simpleSignature(key: SigningKey, script: ProvenScript, message: Uint8Array): Promise<Uint8Array> {
  const hash = challengeHash(script, message);
  if (script.type === 'tr') return witness([await signatureOf(key, 'bip340-taproot', hash)]);
  const signature = join(der(await signatureOf(key, 'ecdsa-secp256k1', hash)), Uint8Array.of(ALL));
  return witness([signature, key.publicKey]);
}

/** What is signed for an address and a message. @returns 32 bytes */
export function challengeHash(script: ProvenScript, message: Uint8Array): Uint8Array {
  const spent = writeScript(script);
  const toSign: UtxoTransaction = {
    version: 0,
    lockTime: 0,
    inputs: [{ txId: transactionId(toSpend(spent, message)), index: 0, sequence: 0, amount: 0n }],
    outputs: [{ amount: 0n, script: Uint8Array.of(OP_RETURN) }],
  };
  if (script.type === 'tr') return taprootSighash(toSign, 0, [spent]);
  const scriptCode = writeScript({ type: 'pkh', hash: script.hash });
  return amountSighash(toSign, { at: 0, scriptCode, hashType: ALL });
}

function toSpend(script: Uint8Array, message: Uint8Array): Uint8Array {
  const tag = sha256(new TextEncoder().encode('BIP0322-signed-message'));
  // OP_0, and a push of 32 bytes.
  const finalScriptSig = join(Uint8Array.of(0x00, 0x20), sha256(join(tag, tag, message)));
  return RawOldTx.encode({
    version: 0,
    inputs: [{ txid: new Uint8Array(32), index: 0xffffffff, finalScriptSig, sequence: 0 }],
    outputs: [{ amount: 0n, script }],
    lockTime: 0,
  });
}

/** Counts and lengths are all below 253. */
function witness(items: readonly Uint8Array[]): Uint8Array {
  return join(Uint8Array.of(items.length), ...items.flatMap((item) => [Uint8Array.of(item.length), item]));
}
