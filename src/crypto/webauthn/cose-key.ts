import { ed25519 } from '@noble/curves/ed25519.js';
import { verify as verifyEd25519 } from '../ed25519.js';
import { isPublicKey, verifyDer } from '../p256.js';
import { readMap } from './cbor.js';
import { invalid } from './refusal.js';

/** COSE algorithms that are understood (IANA), the preferred one first: ES256 and EdDSA. */
export const algorithms = [-7, -8] as const;

/** A public key of a credential. */
export interface CoseKey {
  readonly algorithm: (typeof algorithms)[number];
  /** ES256: 65 bytes (SEC 1, not compressed). EdDSA: 32 bytes. */
  readonly point: Uint8Array;
}

/** Members of a key, as RFC 9053 numbers them. */
const [KTY, ALG, CRV, X, Y] = [1, 3, -1, -2, -3];

/**
 * Reads a key (RFC 9052, section 7; WebAuthn 2, section 5.8.5): ES256 over P-256 with both coordinates, or EdDSA over Ed25519.
 * It has the members that it needs and no others (section 6.5.1.1). Points outside the curve or of small order are refused: with
 * the latter one signature fits many messages.
 * @param bytes - one map of CBOR and nothing else
 * @throws CustosError PASSKEY_INVALID
 */
export function readCoseKey(bytes: Uint8Array): CoseKey {
  const { map, rest } = readMap(bytes, 'the public key');
  if (rest.length > 0) throw invalid('bytes follow the public key');
  const [kty, algorithm, curve] = [KTY, ALG, CRV].map((member) => map.get(member));
  const [x, y] = [map.get(X), map.get(Y)];
  if (algorithm === -7 && kty === 2 && curve === 1 && map.size === 5 && isField(x) && isField(y)) {
    const point = Uint8Array.of(4, ...x, ...y);
    if (isPublicKey(point)) return { algorithm, point };
  }
  if (algorithm === -8 && kty === 1 && curve === 6 && map.size === 4 && isField(x) && isOfFullOrder(x)) {
    return { algorithm, point: Uint8Array.from(x) };
  }
  throw invalid('the public key is neither one of ES256 over P-256 nor one of EdDSA over Ed25519');
}

/**
 * A key by its point alone, of which there is one text, while COSE has several for one key.
 * @param bytes - ES256: both coordinates, 64 bytes. EdDSA: 32 bytes.
 * @returns undefined for what is no such point
 */
export function keyOfPoint(bytes: Uint8Array): CoseKey | undefined {
  const point = bytes.length === 64 ? Uint8Array.of(4, ...bytes) : bytes;
  if (bytes.length === 64) return isPublicKey(point) ? { algorithm: -7, point } : undefined;
  return bytes.length === 32 && isOfFullOrder(bytes) ? { algorithm: -8, point } : undefined;
}

/** The bytes that `keyOfPoint` takes. */
export function pointOf({ algorithm, point }: CoseKey): Uint8Array {
  return algorithm === -7 ? point.slice(1) : point;
}

/**
 * Checks a signature of a credential (WebAuthn 2, section 6.5.6). Malformed input is `false`.
 * @param signature - ES256: DER (Ecdsa-Sig-Value). EdDSA: 64 bytes.
 */
export function verifyByKey({ algorithm, point }: CoseKey, message: Uint8Array, signature: Uint8Array): boolean {
  return algorithm === -7 ? verifyDer(message, signature, point) : verifyEd25519(message, signature, point);
}

function isField(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && value.length === 32;
}

/** False for what encodes no point of the curve, too (RFC 8032, section 5.1.3). */
function isOfFullOrder(bytes: Uint8Array): boolean {
  try {
    return !ed25519.Point.fromBytes(bytes).isSmallOrder();
  } catch {
    return false;
  }
}
