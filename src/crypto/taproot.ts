import { CustosError } from '../core/errors.js';
import { sha256 } from './hash.js';
import { privateAdd, privateNegate, signSchnorr, verifySchnorr, xOnlyAddTweak } from './secp256k1.js';

/**
 * The key that may spend a taproot output by itself (BIP-341, key path without scripts, BIP-86).
 * @param publicKey - 33 bytes   @returns 32 bytes (x only)
 * @throws CustosError INTERNAL: the odds are negligible
 */
export function taprootKey(publicKey: Uint8Array): Uint8Array {
  const tweaked = xOnlyAddTweak(publicKey.subarray(1), tapTweak(publicKey));
  if (tweaked === undefined) throw noKey();
  return tweaked;
}

/**
 * Signs a hash with the private key of `taprootKey` (BIP-340, without extra randomness).
 * @param publicKey - 33 bytes, of the untweaked private key   @returns 64 bytes: x of R, s
 * @throws CustosError PRIVATE_KEY_INVALID, INTERNAL
 */
export function signTaproot(hash: Uint8Array, privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const even = publicKey[0] === 2 ? privateKey.slice() : privateNegate(privateKey);
  const tweaked = privateAdd(even, tapTweak(publicKey));
  even.fill(0);
  if (tweaked === undefined) throw noKey();
  try {
    return signSchnorr(hash, tweaked);
  } finally {
    tweaked.fill(0);
  }
}

/** Checks a signature of `signTaproot`. @param publicKey - 33 bytes, untweaked. Malformed input is `false`. */
export function verifyTaproot(hash: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  return verifySchnorr(hash, signature, taprootKey(publicKey));
}

function tapTweak(publicKey: Uint8Array): Uint8Array {
  const tag = sha256(new TextEncoder().encode('TapTweak'));
  return sha256(Uint8Array.from([...tag, ...tag, ...publicKey.subarray(1)]));
}

function noKey(): CustosError {
  return new CustosError('INTERNAL', 'the taproot tweak gives no key');
}
