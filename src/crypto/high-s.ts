import { CustosError } from '../core/errors.js';
import { deterministicNonce } from './rfc6979.js';
import { basePoint, isPrivateKey, signRecoverable } from './secp256k1.js';

/** Order of the group of secp256k1 (SEC 2). */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/**
 * Signs a hash over secp256k1 deterministically, exactly as RFC 6979 says: s may lie in either half of the order. The library
 * makes and checks the signature with a low s; the nonce's point then shows whether s was negated.
 * @param hash - 32 bytes   @param signer - 33 bytes, the public key that the signature must match   @returns r ‖ s, 64 bytes
 * @throws CustosError PRIVATE_KEY_INVALID, SIGNATURE_INVALID
 */
export function signWithAnyS(hash: Uint8Array, privateKey: Uint8Array, signer: Uint8Array): Uint8Array {
  if (!isPrivateKey(privateKey)) throw new CustosError('PRIVATE_KEY_INVALID', 'not a private key of secp256k1');
  const { signature, recoveryId } = signRecoverable(hash, privateKey, signer);
  const nonce = deterministicNonce(privateKey, hash);
  const point = basePoint(nonce);
  nonce.fill(0);
  const isOdd = ((point?.[64] ?? 0) & 1) === 1;
  if (isOdd === ((recoveryId & 1) === 1)) return signature;
  const s = ORDER - BigInt(`0x${Buffer.from(signature.subarray(32)).toString('hex')}`);
  return Uint8Array.from([...signature.subarray(0, 32), ...Buffer.from(s.toString(16).padStart(64, '0'), 'hex')]);
}
