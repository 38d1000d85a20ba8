import * as curve from 'tiny-secp256k1';
import { CustosError } from '../core/errors.js';

/** A signature from which the public key can be recovered. */
export interface RecoverableSignature {
  /** r ‖ s, 64 bytes, s in the lower half of the order (BIP-62, EIP-2). */
  readonly signature: Uint8Array;
  /** Bit 0: y of R is odd. Bit 1: x of R is at or above the order. */
  readonly recoveryId: 0 | 1 | 2 | 3;
}

/** True for 32 bytes that are neither zero nor at or above the curve order. */
export function isPrivateKey(bytes: Uint8Array): boolean {
  return curve.isPrivate(bytes);
}

/** True for 33 bytes that encode a point of the curve (SEC 1, compressed). */
export function isPublicKey(bytes: Uint8Array): boolean {
  return curve.isPointCompressed(bytes);
}

/**
 * Computes the public key of a private key.
 * @returns 33 bytes (SEC 1, compressed)
 * @throws CustosError PRIVATE_KEY_INVALID: not 32 bytes, zero, or at or above the curve order
 */
export function publicKey(privateKey: Uint8Array): Uint8Array {
  const point = curve.isPrivate(privateKey) ? curve.pointFromScalar(privateKey, false) : null;
  if (point === null) throw new CustosError('PRIVATE_KEY_INVALID', 'not a private key of secp256k1');
  const compressed = compress(point);
  points.set(compressed, point);
  return compressed;
}

/** Both coordinates of each public key computed here, kept as long as the key is in use: finding y again takes a square root. */
const points = new WeakMap<Uint8Array, Uint8Array>();

/** SEC 1, 2.3.3: 2 for an even y or 3 for an odd one, then the x coordinate. */
function compress(point: Uint8Array): Uint8Array {
  const compressed = point.slice(0, 33);
  compressed[0] = 2 + ((point[64] ?? 0) & 1);
  return compressed;
}

/**
 * Writes out both coordinates of a public key.
 * @param compressed - 33 bytes   @returns 65 bytes, beginning with 4
 * @throws CustosError ADDRESS_INVALID: not a point of the curve
 */
export function uncompress(compressed: Uint8Array): Uint8Array {
  const known = knownPoint(compressed);
  if (known !== undefined) return known.slice();
  try {
    return curve.pointCompress(compressed, false);
  } catch {
    throw new CustosError('ADDRESS_INVALID', 'the public key is not a point of secp256k1');
  }
}

function knownPoint(compressed: Uint8Array): Uint8Array | undefined {
  const known = points.get(compressed);
  return known !== undefined && sameBytes(compress(known), compressed) ? known : undefined;
}

/**
 * Signs a hash, deterministically (RFC 6979) and with a low s, and checks the signature by recovering the signer from it.
 * @param hash - 32 bytes   @param privateKey - 32 bytes   @param signer - 33 bytes, the public key that must come out
 * @throws CustosError PRIVATE_KEY_INVALID; SIGNATURE_INVALID: the signature is not the signer's
 */
export function signRecoverable(hash: Uint8Array, privateKey: Uint8Array, signer: Uint8Array): RecoverableSignature {
  return signChecked(hash, privateKey, (point) => sameBytes(curve.pointCompress(point, true), signer));
}

/**
 * Like `signRecoverable`, when the caller knows only something made from the signer's public key, such as an address. The
 * recovered key proves both the signature and the signer, so the public key need not be computed.
 * @param owns - whether the recovered key (65 bytes, beginning with 4) is the signer's
 * @throws CustosError PRIVATE_KEY_INVALID, SIGNATURE_INVALID
 */
export function signChecked(
  hash: Uint8Array,
  privateKey: Uint8Array,
  owns: (point: Uint8Array) => boolean,
): RecoverableSignature {
  if (!curve.isPrivate(privateKey)) throw new CustosError('PRIVATE_KEY_INVALID', 'not a private key of secp256k1');
  const signed = curve.signRecoverable(hash, privateKey);
  const recovered = curve.recover(hash, signed.signature, signed.recoveryId, false);
  if (recovered === null || !owns(recovered)) {
    throw new CustosError('SIGNATURE_INVALID', 'the signature does not belong to the public key of the signer');
  }
  return signed;
}

/**
 * Signs a hash as `signRecoverable` does.
 * @returns r ‖ s, 64 bytes, low s
 * @throws CustosError PRIVATE_KEY_INVALID, SIGNATURE_INVALID
 */
export function sign(hash: Uint8Array, privateKey: Uint8Array, signer: Uint8Array): Uint8Array {
  if (!curve.isPrivate(privateKey)) throw new CustosError('PRIVATE_KEY_INVALID', 'not a private key of secp256k1');
  const signature = curve.sign(hash, privateKey);
  // With both coordinates at hand the check needs no square root and takes a third less time.
  if (!curve.verify(hash, knownPoint(signer) ?? signer, signature, true)) {
    throw new CustosError('SIGNATURE_INVALID', 'the signature does not belong to the public key of the signer');
  }
  return signature;
}

/** Signs a hash as BIP-340 does, without extra randomness, and checks the signature. @returns 64 bytes. @throws CustosError SIGNATURE_INVALID */
export function signSchnorr(hash: Uint8Array, privateKey: Uint8Array): Uint8Array {
  if (!curve.isPrivate(privateKey)) throw new CustosError('PRIVATE_KEY_INVALID', 'not a private key of secp256k1');
  const signature = curve.signSchnorr(hash, privateKey);
  const signer = curve.pointFromScalar(privateKey, true)?.subarray(1);
  if (signer === undefined || !curve.verifySchnorr(hash, signer, signature)) {
    throw new CustosError('SIGNATURE_INVALID', 'the signature does not belong to the public key of the signer');
  }
  return signature;
}

/**
 * The key that may spend a taproot output by itself (BIP-341, key path without scripts).
 * @param publicKey - 33 bytes   @param tweak - 32 bytes   @returns 32 bytes (x only)
 * @throws CustosError INTERNAL: the odds are negligible
 */
export function tweakedPublicKey(publicKey: Uint8Array, tweak: Uint8Array): Uint8Array {
  const tweaked = curve.xOnlyPointAddTweak(publicKey.subarray(1), tweak);
  if (tweaked === null) throw new CustosError('INTERNAL', 'the taproot tweak gives no key');
  return tweaked.xOnlyPubkey;
}

/** The private key of `tweakedPublicKey`. @returns 32 bytes; the caller wipes them. @throws CustosError INTERNAL */
export function tweakedPrivateKey(privateKey: Uint8Array, tweak: Uint8Array): Uint8Array {
  const even = publicKey(privateKey)[0] === 2 ? privateKey : curve.privateNegate(privateKey);
  const tweaked = curve.privateAdd(even, tweak);
  if (tweaked === null) throw new CustosError('INTERNAL', 'the taproot tweak gives no key');
  return tweaked;
}

/** The point k·G, uncompressed, for 32 bytes; undefined for zero and for numbers at or above the order. */
export function basePoint(scalar: Uint8Array): Uint8Array | undefined {
  return curve.isPrivate(scalar) ? (curve.pointFromScalar(scalar, false) ?? undefined) : undefined;
}

/** a·G + b·P, uncompressed; undefined at infinity. */
export function combinePoints(scalar: Uint8Array, point: Uint8Array, factor: Uint8Array): Uint8Array | undefined {
  const one = basePoint(scalar);
  const other = curve.pointMultiply(point, factor, false);
  return one === undefined || other === null ? undefined : (curve.pointAdd(one, other, false) ?? undefined);
}

/** Checks a signature of 64 bytes (r ‖ s); a high s is refused. Malformed input is `false`. */
export function verify(hash: Uint8Array, signature: Uint8Array, signer: Uint8Array): boolean {
  try {
    return curve.verify(hash, signer, signature, true);
  } catch {
    return false;
  }
}

/**
 * Recovers the public key that made a signature.
 * @returns 33 bytes (SEC 1, compressed)
 * @throws CustosError SIGNATURE_INVALID: no key can have made the signature
 */
export function recover(hash: Uint8Array, { signature, recoveryId }: RecoverableSignature): Uint8Array {
  let point: Uint8Array | null = null;
  try {
    point = curve.recover(hash, signature, recoveryId, true);
  } catch (error) {
    throw new CustosError('SIGNATURE_INVALID', 'the signature has values out of range', { cause: error });
  }
  if (point === null) throw new CustosError('SIGNATURE_INVALID', 'no public key belongs to the signature');
  return point;
}

/** Adds a tweak of 32 bytes to a private key, modulo the order; undefined where BIP-32 calls the child invalid. */
export function privateAdd(privateKey: Uint8Array, tweak: Uint8Array): Uint8Array | undefined {
  return isTweak(tweak) ? (curve.privateAdd(privateKey, tweak) ?? undefined) : undefined;
}

/** Adds tweak·G to a public key of 33 bytes; undefined where BIP-32 calls the child invalid. */
export function pointAddScalar(point: Uint8Array, tweak: Uint8Array): Uint8Array | undefined {
  return isTweak(tweak) ? (curve.pointAddScalar(point, tweak, true) ?? undefined) : undefined;
}

// A tweak of zero would give the parent key itself. It is as unlikely as one above the order.
function isTweak(bytes: Uint8Array): boolean {
  return curve.isPrivate(bytes);
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
