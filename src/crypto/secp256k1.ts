import * as curve from 'tiny-secp256k1';
import { CustosError } from '../core/errors.js';
import { type Checks, usedChecks } from './secp256k1-checks.js';

/** A signature from which the public key can be recovered. */
export interface RecoverableSignature {
  /** r ‖ s, 64 bytes, s in the lower half of the order (BIP-62, EIP-2). */
  readonly signature: Uint8Array;
  /** Bit 0: y of R is odd. Bit 1: x of R is at or above the order. */
  readonly recoveryId: 0 | 1 | 2 | 3;
}

/** All recovery ids, each at its own place; those of 2 and 3 come once in 2^127 signatures. */
export const recoveryIds = [0, 1, 2, 3] as const;

/** Order of the group (SEC 2). */
export const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

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
 * Signs a hash, deterministically (RFC 6979) and with a low s (BIP-62, EIP-2). Whoever hands the signature on checks it before.
 * @param hash - 32 bytes   @param privateKey - 32 bytes
 * @throws CustosError PRIVATE_KEY_INVALID
 */
export function signHash(hash: Uint8Array, privateKey: Uint8Array): RecoverableSignature {
  checkPrivateKey(privateKey);
  return curve.signRecoverable(hash, privateKey);
}

/** Signs a hash as BIP-340 does, without extra randomness. @returns 64 bytes: x of R, s. @throws CustosError PRIVATE_KEY_INVALID */
export function signSchnorr(hash: Uint8Array, privateKey: Uint8Array): Uint8Array {
  checkPrivateKey(privateKey);
  return curve.signSchnorr(hash, privateKey);
}

function checkPrivateKey(privateKey: Uint8Array): void {
  if (!curve.isPrivate(privateKey)) throw new CustosError('PRIVATE_KEY_INVALID', 'not a private key of secp256k1');
}

/** Checks a signature of BIP-340. @param signer - 32 bytes (x only). Malformed input is `false`. */
export function verifySchnorr(hash: Uint8Array, signature: Uint8Array, signer: Uint8Array): boolean {
  try {
    return curve.verifySchnorr(hash, signer, signature);
  } catch {
    return false;
  }
}

/** Adds a tweak to a public key as BIP-341 does. @param xOnly - 32 bytes   @returns 32 bytes; undefined where no key comes out */
export function xOnlyAddTweak(xOnly: Uint8Array, tweak: Uint8Array): Uint8Array | undefined {
  return curve.xOnlyPointAddTweak(xOnly, tweak)?.xOnlyPubkey;
}

/** The private key of the negated point. @returns 32 bytes; the caller wipes them. */
export function privateNegate(privateKey: Uint8Array): Uint8Array {
  return curve.privateNegate(privateKey);
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

/**
 * Checks a signature of 64 bytes (r ‖ s). Malformed input is `false`.
 * @param signer - 33 bytes   @param half - `low`: a high s is refused
 */
export function verify(
  hash: Uint8Array,
  signature: Uint8Array,
  { signer, half }: { readonly signer: Uint8Array; readonly half: 'low' | 'any' },
): boolean {
  // With both coordinates at hand the check costs less: no square root.
  const point = knownPoint(signer) ?? signer;
  if (hash.length !== 32 || signature.length !== 64) return false;
  try {
    return (usedChecks() ?? checks).verify(hash, signature, { point, half });
  } catch {
    return false;
  }
}

/** Moves s into the lower half of the order, and the recovery id with it. @returns undefined where s is no number of the group */
export function lowerS({ signature, recoveryId }: RecoverableSignature): RecoverableSignature | undefined {
  if (isLow(signature)) return isZero(signature) ? undefined : { signature, recoveryId };
  if (sOf(signature) >= ORDER) return undefined;
  // -s belongs to -R, whose y has the other parity.
  return { signature: negateS(signature), recoveryId: recoveryIds[recoveryId ^ 1] ?? recoveryId };
}

/** Half of the order, rounded down, as 32 bytes. */
const half = Uint8Array.from(Buffer.from((ORDER / 2n).toString(16).padStart(64, '0'), 'hex'));

/** Compares bytes, because nearly every s is low, and to make a number costs more. */
function isLow(signature: Uint8Array): boolean {
  const at = half.findIndex((byte, place) => byte !== signature[32 + place]);
  return at < 0 || (signature[32 + at] ?? 0) < (half[at] ?? 0);
}

function isZero(signature: Uint8Array): boolean {
  return signature.subarray(32).every((byte) => byte === 0);
}

/** The same signature with its s in the other half of the order. @param signature - 64 bytes (r ‖ s) */
export function negateS(signature: Uint8Array): Uint8Array {
  const negated = Uint8Array.from(signature);
  negated.set(Buffer.from((ORDER - sOf(signature)).toString(16).padStart(64, '0'), 'hex'), 32);
  return negated;
}

function sOf(signature: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(signature.subarray(32)).toString('hex') || '0'}`);
}

/**
 * Recovers the public key that made a signature.
 * @returns 65 bytes (SEC 1, not compressed); undefined where no key can have made it
 */
export function recover(hash: Uint8Array, { signature, recoveryId }: RecoverableSignature): Uint8Array | undefined {
  if (hash.length !== 32 || signature.length !== 64) return undefined;
  try {
    return (usedChecks() ?? checks).recover(hash, signature, recoveryId);
  } catch {
    return undefined;
  }
}

/** Checks by the library that signs. */
const checks: Checks = {
  verify: (hash, signature, { point, half }) => curve.verify(hash, point, signature, half === 'low'),
  recover: (hash, signature, recoveryId) => curve.recover(hash, signature, recoveryId, false) ?? undefined,
};

/** True for a public key of 33 bytes and one of 65 that are the same point. */
export function isSamePoint(compressed: Uint8Array, point: Uint8Array): boolean {
  return sameBytes(compress(point), compressed);
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
