import { secp256k1 } from '@noble/curves/secp256k1.js';
import { hex } from '@scure/base';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import type { RawKey, SigningKey } from '../../core/signing/signing-key.js';
import { sha3, sha256 } from '../../crypto/hash.js';
import * as p256 from '../../crypto/p256.js';
import { isPrivateKey, publicKey as secpPublicKey, uncompress } from '../../crypto/secp256k1.js';
import { signatureOf } from '../shared/signature.js';

/** How an account key hashes what it signs; each key of an account has one. */
export type FlowHash = 'SHA2_256' | 'SHA3_256';
/** Signature algorithms of account keys, by the names of the Access API without underscores. */
export type FlowCurve = 'ecdsap256' | 'ecdsasecp256k1';

/** First byte of a P-256 private key; Flow's own number of that algorithm. Keys of secp256k1 are bare. */
const P256_TAG = 1;
const P256_PREFIX = 'p256:';
/** A key with more leading zeros than this comes once in 2^32, a truncated one every day. */
const FEWEST_DIGITS = 56;

/** @returns 33 bytes (secp256k1, compressed) or 65 bytes (P-256, not compressed). @throws CustosError PRIVATE_KEY_INVALID */
export function publicKey(privateKey: Uint8Array): Uint8Array {
  return isP256(privateKey) ? p256.publicKey(privateKey.subarray(1)) : secpPublicKey(privateKey);
}

/**
 * Writes both coordinates of a public key, which identifies a wallet of this chain: the network assigns the address of an
 * account, which cannot be computed.
 * @param publicKey - 33 bytes of secp256k1 or 65 bytes of P-256   @returns 128 hexadecimal digits
 */
export function showPublicKey(publicKey: Uint8Array): string {
  if (publicKey.length !== 65) return hex.encode(uncompress(publicKey).subarray(1));
  if (!p256.isPublicKey(publicKey)) throw new CustosError('ADDRESS_INVALID', 'the public key is not a point of P-256');
  return hex.encode(publicKey.subarray(1));
}

/** Reads a public key of either curve: 128 hexadecimal digits, or 130 that begin with 04; with or without 0x. @throws CustosError ADDRESS_INVALID */
export function normalizePublicKey(text: string): string {
  const digits = /^(?:0x)?(?:04)?([0-9a-f]{128})$/i.exec(text)?.[1]?.toLowerCase();
  if (digits === undefined || curveOf(digits) === undefined) {
    throw new CustosError('ADDRESS_INVALID', `${quote(text)} is not a public key of secp256k1 or P-256 in 128 digits`);
  }
  return digits;
}

/** The curve on which a public key of 128 hexadecimal digits lies; undefined where it is on neither. */
export function curveOf(digits: string): FlowCurve | undefined {
  const point = hex.decode(`04${digits}`);
  if (secp256k1.utils.isValidPublicKey(point)) return 'ecdsasecp256k1';
  return p256.isPublicKey(point) ? 'ecdsap256' : undefined;
}

/** Keys of secp256k1 are written without leading zeros, as Tatum KMS does; keys of P-256 begin with `p256:`. */
export function encodePrivateKey(privateKey: Uint8Array): string {
  if (isP256(privateKey)) return P256_PREFIX + hex.encode(privateKey.subarray(1));
  return hex.encode(privateKey).replace(/^0+/, '');
}

/**
 * Reads 64 hexadecimal digits, or fewer where leading zeros are left out, with or without 0x. `p256:` in front marks the curve.
 * @returns 32 bytes (secp256k1), or 1 and 32 bytes (P-256)
 * @throws CustosError PRIVATE_KEY_INVALID
 */
export function decodePrivateKey(text: string): Uint8Array {
  const marked = text.toLowerCase().startsWith(P256_PREFIX);
  const digits = (marked ? text.slice(P256_PREFIX.length) : text).replace(/^0x/i, '');
  if (!/^[0-9a-fA-F]*$/.test(digits)) {
    throw new CustosError('PRIVATE_KEY_INVALID', 'the private key has characters that are not hexadecimal digits');
  }
  if (digits.length < FEWEST_DIGITS || digits.length > 64) {
    const text = `the private key has ${digits.length} hexadecimal digits, not 64; write out its leading zeros`;
    throw new CustosError('PRIVATE_KEY_INVALID', text);
  }
  const key = hex.decode(digits.toLowerCase().padStart(64, '0'));
  const isRight = marked ? p256.isPrivateKey(key) : isPrivateKey(key);
  const form = marked ? Uint8Array.of(P256_TAG, ...key) : key.slice();
  key.fill(0);
  if (isRight) return form;
  form.fill(0);
  throw new CustosError('PRIVATE_KEY_INVALID', 'the private key is zero or not below the order of the curve');
}

/**
 * Signs a message as account keys do: over the hash that the account key names, and without moving s into the lower half.
 * @returns r ‖ s, 64 bytes
 * @throws CustosError SIGNATURE_INVALID
 */
export function signMessage(message: Uint8Array, hash: FlowHash, key: SigningKey): Promise<Uint8Array> {
  const digest = hash === 'SHA3_256' ? sha3(message) : sha256(message);
  return signatureOf(key, key.publicKey.length === 65 ? 'ecdsa-p256' : 'ecdsa-secp256k1-any-s', digest);
}

/** A private key without the mark of its curve. @returns fresh bytes that the caller wipes. */
export function rawKey(privateKey: Uint8Array): RawKey {
  if (isP256(privateKey)) return { kind: 'p256', bytes: privateKey.slice(1) };
  return { kind: 'secp256k1', bytes: privateKey.slice() };
}

function isP256(privateKey: Uint8Array): boolean {
  return privateKey.length === 33 && privateKey[0] === P256_TAG;
}
