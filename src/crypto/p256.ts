import { p256 } from '@noble/curves/nist.js';
import { CustosError } from '../core/errors.js';

/** True for 32 bytes that are neither zero nor at or above the curve order. */
export function isPrivateKey(bytes: Uint8Array): boolean {
  return p256.utils.isValidSecretKey(bytes);
}

/** True for 33 or 65 bytes that encode a point of the curve (SEC 1). */
export function isPublicKey(bytes: Uint8Array): boolean {
  return p256.utils.isValidPublicKey(bytes);
}

/**
 * Computes the public key of a private key over P-256 (FIPS 186-5, also called secp256r1).
 * @returns 65 bytes (SEC 1, not compressed), beginning with 4
 * @throws CustosError PRIVATE_KEY_INVALID: not 32 bytes, zero, or at or above the curve order
 */
export function publicKey(privateKey: Uint8Array): Uint8Array {
  if (!isPrivateKey(privateKey)) throw new CustosError('PRIVATE_KEY_INVALID', 'not a private key of P-256');
  return p256.getPublicKey(privateKey, false);
}

/**
 * Signs a hash, deterministically (RFC 6979). Either half of the order may hold s, as RFC 6979 has it.
 * @param hash - 32 bytes   @returns r ‖ s, 64 bytes
 * @throws CustosError PRIVATE_KEY_INVALID
 */
export function sign(hash: Uint8Array, privateKey: Uint8Array): Uint8Array {
  if (!isPrivateKey(privateKey)) throw new CustosError('PRIVATE_KEY_INVALID', 'not a private key of P-256');
  return p256.sign(hash, privateKey, { prehash: false, lowS: false });
}

/** Checks a signature of 64 bytes (r ‖ s) over a hash. Malformed input is `false`. */
export function verify(hash: Uint8Array, signature: Uint8Array, signer: Uint8Array): boolean {
  try {
    return p256.verify(signature, hash, signer, { prehash: false, lowS: false });
  } catch {
    return false;
  }
}

/**
 * Checks a signature in DER (X9.62, Ecdsa-Sig-Value) over the SHA-256 of a message. Either half of the order may hold s. Malformed
 * input is `false`.
 */
export function verifyDer(message: Uint8Array, signature: Uint8Array, signer: Uint8Array): boolean {
  try {
    return p256.verify(signature, message, signer, { prehash: true, lowS: false, format: 'der' });
  } catch {
    return false;
  }
}
