import { CustosError } from '../../core/errors.js';
import type { Scheme, SigningKey } from '../../core/signing/signing-key.js';
import { verifyBchSchnorr } from '../../crypto/bch-schnorr.js';
import { verify as verifyEd25519 } from '../../crypto/ed25519.js';
import { verify as verifyP256 } from '../../crypto/p256.js';
import {
  isSamePoint,
  lowerS,
  type RecoverableSignature,
  recover,
  recoveryIds,
  verify as verifySecp256k1,
} from '../../crypto/secp256k1.js';
import { verifyTaproot } from '../../crypto/taproot.js';

/**
 * Has a key sign, and checks what it answers against its public key. With `recoverableOf` this is the only way by which a
 * signature gets into a transaction, so that whatever holds the key can be faulty or hostile, and nothing wrong leaves.
 * @returns 64 bytes; s is low in `ecdsa-secp256k1`
 * @throws CustosError SIGNATURE_INVALID: not a signature of this key; KEY_UNREACHABLE: no answer; KEY_WIPED
 */
export async function signatureOf(key: SigningKey, scheme: Scheme, bytes: Uint8Array): Promise<Uint8Array> {
  const answer = await ask(key, scheme, bytes);
  const signature = scheme === 'ecdsa-secp256k1' ? lowered(answer, 0)?.signature : answer;
  if (signature !== undefined && checks[scheme](bytes, signature, key.publicKey)) return signature;
  throw foreign();
}

/**
 * Has a key sign by `ecdsa-secp256k1`, where the chain wants to recover the signer. The recovered key shows both that the
 * signature is right and whose it is.
 * @param hash - 32 bytes
 * @param isSigner - tells the signer by the recovered key (65 bytes, beginning with 4), so that nobody need compute a public key
 *   where an address says enough; unless given, it is the key's public key
 * @throws CustosError as `signatureOf`
 */
export async function recoverableOf(
  key: SigningKey,
  hash: Uint8Array,
  isSigner = (point: Uint8Array) => isSamePoint(key.publicKey, point),
): Promise<RecoverableSignature> {
  const answer = await ask(key, 'ecdsa-secp256k1', hash);
  const told = answer[64];
  for (const recoveryId of recoveryIds) {
    if (told !== undefined && told !== recoveryId) continue;
    const made = lowered(answer, recoveryId);
    const point = made && recover(hash, made);
    if (made !== undefined && point !== undefined && isSigner(point)) return made;
  }
  throw foreign();
}

type Check = (bytes: Uint8Array, signature: Uint8Array, signer: Uint8Array) => boolean;

const checkEd25519: Check = (message, signature, signer) =>
  // The XRP Ledger marks such keys by a byte in front.
  verifyEd25519(message, signature, signer.subarray(-32));

const checks: Readonly<Record<Scheme, Check>> = {
  'ecdsa-secp256k1': (hash, signature, signer) => verifySecp256k1(hash, signature, { signer, half: 'low' }),
  'ecdsa-secp256k1-any-s': (hash, signature, signer) => verifySecp256k1(hash, signature, { signer, half: 'any' }),
  'ecdsa-p256': verifyP256,
  'schnorr-bch': verifyBchSchnorr,
  'bip340-taproot': verifyTaproot,
  ed25519: checkEd25519,
  'bip32-ed25519': checkEd25519,
};

async function ask(key: SigningKey, scheme: Scheme, bytes: Uint8Array): Promise<Uint8Array> {
  let answer: unknown;
  try {
    answer = await key.sign(scheme, bytes);
  } catch (cause) {
    if (cause instanceof CustosError) throw cause;
    throw new CustosError('KEY_UNREACHABLE', 'the key gave no signature', { cause });
  }
  if (answer instanceof Uint8Array && hasLength(answer, scheme)) return answer;
  throw foreign();
}

function hasLength({ length }: Uint8Array, scheme: Scheme): boolean {
  return length === 64 || (scheme === 'ecdsa-secp256k1' && length === 65);
}

function lowered(answer: Uint8Array, recoveryId: RecoverableSignature['recoveryId']): RecoverableSignature | undefined {
  return lowerS({ signature: answer.subarray(0, 64), recoveryId });
}

function foreign(): CustosError {
  return new CustosError('SIGNATURE_INVALID', 'the signature does not belong to the public key of the signer');
}
