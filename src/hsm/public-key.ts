import { CustosError } from '../core/errors.js';
import type { HeldKey } from '../core/signing/key-holder.js';

type PublicHalf = Pick<HeldKey, 'curve' | 'publicKey'>;

/** Object identifiers and names by which a curve is written, in hexadecimal digits of their DER encoding. */
const curves: ReadonlyMap<string, HeldKey['curve']> = new Map([
  ['06052b8104000a', 'secp256k1'],
  ['06082a8648ce3d030107', 'p256'],
  ['06032b6570', 'ed25519'],
  // PKCS#11 v3.0, 2.3.10: the name of the curve as a PrintableString; the OID of draft-josefsson-pkix-eddsa before it.
  ['130c656477617264733235353139', 'ed25519'],
  ['06092b06010401da470f01', 'ed25519'],
]);

/**
 * Reads a public key as PKCS#11 gives it.
 * @param params - CKA_EC_PARAMS   @param point - CKA_EC_POINT: DER of an OCTET STRING; some tokens leave the wrapping out
 * @throws CustosError KEY_UNSUITABLE
 */
export function readPoint(params: Uint8Array, point: Uint8Array): PublicHalf {
  const curve = curves.get(Buffer.from(params).toString('hex'));
  if (curve === undefined) throw new CustosError('KEY_UNSUITABLE', 'the key is on a curve that no chain signs with');
  const length = curve === 'ed25519' ? 32 : 65;
  const bare = point.length === length ? point : unwrapped(point, length);
  if (bare === undefined) throw unreadable();
  return half(curve, bare);
}

/** DER prefixes of SubjectPublicKeyInfo (RFC 5480, RFC 8410); behind them is the point, uncompressed. */
const prefixes: readonly (readonly [hex: string, HeldKey['curve'], length: number])[] = [
  ['3056301006072a8648ce3d020106052b8104000a034200', 'secp256k1', 65],
  ['3059301306072a8648ce3d020106082a8648ce3d030107034200', 'p256', 65],
  ['302a300506032b6570032100', 'ed25519', 32],
];

/** Reads SubjectPublicKeyInfo, as key services give it. @throws CustosError KEY_UNSUITABLE: another form or curve */
export function readSpki(der: Uint8Array): PublicHalf {
  const hex = Buffer.from(der).toString('hex');
  for (const [prefix, curve, length] of prefixes) {
    if (hex.startsWith(prefix) && der.length === prefix.length / 2 + length) {
      return half(curve, der.subarray(prefix.length / 2));
    }
  }
  throw new CustosError('KEY_UNSUITABLE', 'the key is on a curve that no chain signs with');
}

/** @param x, y - big-endian, 32 bytes each */
export function readCoordinates(curve: 'secp256k1' | 'p256', x: Uint8Array, y: Uint8Array): PublicHalf {
  if (x.length !== 32 || y.length !== 32) throw unreadable();
  return half(curve, Uint8Array.from([4, ...x, ...y]));
}

function half(curve: HeldKey['curve'], bare: Uint8Array): PublicHalf {
  if (curve === 'ed25519') return { curve, publicKey: Uint8Array.from(bare) };
  if (bare[0] !== 4) throw unreadable();
  if (curve === 'p256') return { curve, publicKey: Uint8Array.from(bare) };
  // Compressed (SEC 1, 2.3.3): the parity of y before x.
  return { curve, publicKey: Uint8Array.from([2 + ((bare[64] ?? 0) & 1), ...bare.subarray(1, 33)]) };
}

function unwrapped(point: Uint8Array, length: number): Uint8Array | undefined {
  // OCTET STRING, or a BIT STRING without unused bits, of a length below 128.
  if (point.length === length + 2 && point[0] === 0x04 && point[1] === length) return point.subarray(2);
  const isBits = point.length === length + 3 && point[0] === 0x03 && point[1] === length + 1 && point[2] === 0;
  return isBits ? point.subarray(3) : undefined;
}

function unreadable(): CustosError {
  return new CustosError('KEY_UNSUITABLE', 'the public half of the key has a form that cannot be read');
}
