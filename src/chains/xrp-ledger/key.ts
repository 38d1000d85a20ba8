import { hex } from '@scure/base';
import { CustosError } from '../../core/errors.js';
import type { RawKey, SigningKey } from '../../core/signing/signing-key.js';
import { publicKey as ed25519PublicKey } from '../../crypto/ed25519.js';
import { sha512 } from '../../crypto/hash.js';
import { isPrivateKey, privateAdd, publicKey as secp256k1PublicKey } from '../../crypto/secp256k1.js';
import { signatureOf } from '../shared/signature.js';
import { decodeChecked, encodeChecked } from './base58.js';

/** First byte of a private key in the byte form of this chain; a seed of 16 bytes or a key of 32 follows. */
const kinds = { familySeed: 0, ed25519Seed: 1, secp256k1Key: 2, ed25519Key: 3 } as const;
const ED_PREFIX = Uint8Array.of(0x01, 0xe1, 0x4b);
const FAMILY_PREFIX = Uint8Array.of(0x21);
/** First byte of an ed25519 public key, in place of the parity of a secp256k1 one. */
export const ED = 0xed;

/** A new wallet's secret: an ed25519 seed of 16 random bytes. */
export function newPrivateKey(random: Uint8Array): Uint8Array {
  return Uint8Array.of(kinds.ed25519Seed, ...random.subarray(0, 16));
}

/** The byte form of a secp256k1 key, e.g. of a derivation. */
export function fromSecp256k1(key: Uint8Array): Uint8Array {
  return Uint8Array.of(kinds.secp256k1Key, ...key);
}

/** Writes a seed as s… or sEd…, and a key as 00 or ED and 64 digits. */
export function encodePrivateKey(privateKey: Uint8Array): string {
  const [kind] = privateKey;
  const body = privateKey.subarray(1);
  if (kind === kinds.familySeed) return encodeChecked(FAMILY_PREFIX, body);
  if (kind === kinds.ed25519Seed) return encodeChecked(ED_PREFIX, body);
  return `${kind === kinds.ed25519Key ? 'ED' : '00'}${hex.encode(body).toUpperCase()}`;
}

/**
 * Reads a family seed (s…), an ed25519 seed (sEd…), or a key in hexadecimal digits: 64 of secp256k1, or 66 with 00 or ED before.
 * @throws CustosError PRIVATE_KEY_INVALID
 */
export function decodePrivateKey(text: string): Uint8Array {
  if (/^(00|ed)?[0-9a-f]{64}$/i.test(text)) {
    const kind = /^ed/i.test(text) && text.length === 66 ? kinds.ed25519Key : kinds.secp256k1Key;
    return checkedKey(Uint8Array.of(kind, ...hex.decode(text.slice(-64).toLowerCase())));
  }
  const bytes = decodeChecked(text);
  if (bytes?.length === 17 && bytes[0] === FAMILY_PREFIX[0])
    return Uint8Array.of(kinds.familySeed, ...bytes.subarray(1));
  if (bytes?.length === 19 && ED_PREFIX.every((byte, at) => byte === bytes[at])) {
    return Uint8Array.of(kinds.ed25519Seed, ...bytes.subarray(3));
  }
  throw new CustosError(
    'PRIVATE_KEY_INVALID',
    'the secret is no XRP seed (s… or sEd…), or its checksum does not match',
  );
}

function checkedKey(key: Uint8Array): Uint8Array {
  if (key[0] === kinds.ed25519Key || isPrivateKey(key.subarray(1))) return key;
  key.fill(0);
  throw new CustosError('PRIVATE_KEY_INVALID', 'the private key is zero or not below the order of the curve');
}

/** @returns 33 bytes; the first is 0xed for ed25519 */
export function publicKey(privateKey: Uint8Array): Uint8Array {
  const { kind, bytes } = rawKey(privateKey);
  try {
    return kind === 'ed25519' ? Uint8Array.of(ED, ...ed25519PublicKey(bytes)) : secp256k1PublicKey(bytes);
  } finally {
    bytes.fill(0);
  }
}

/** Signs the bytes of a transaction. @returns DER for secp256k1 (over SHA-512Half), 64 bytes for ed25519. @throws CustosError SIGNATURE_INVALID */
export async function signBytes(bytes: Uint8Array, key: SigningKey): Promise<Uint8Array> {
  if (key.publicKey[0] === ED) return signatureOf(key, 'ed25519', bytes);
  return der(await signatureOf(key, 'ecdsa-secp256k1', sha512(bytes).subarray(0, 32)));
}

/** What a secret signs with: a seed gives its key. @returns fresh bytes that the caller wipes. @throws CustosError PRIVATE_KEY_INVALID */
export function rawKey(privateKey: Uint8Array): RawKey {
  const [kind] = privateKey;
  const body = privateKey.subarray(1);
  if (kind === kinds.familySeed && body.length === 16) return { kind: 'secp256k1', bytes: familyKey(body) };
  if (kind === kinds.ed25519Seed && body.length === 16) return { kind: 'ed25519', bytes: sha512(body).slice(0, 32) };
  if (kind === kinds.ed25519Key && body.length === 32) return { kind: 'ed25519', bytes: body.slice() };
  if (kind === kinds.secp256k1Key && isPrivateKey(body)) return { kind: 'secp256k1', bytes: body.slice() };
  throw new CustosError('PRIVATE_KEY_INVALID', 'not a private key of the XRP Ledger');
}

/** The key of account 0 of a family seed (XRP Ledger documentation, Key Derivation): root and account key added. */
function familyKey(seed: Uint8Array): Uint8Array {
  const root = scalarOf(seed);
  const account = scalarOf(Uint8Array.of(...secp256k1PublicKey(root), 0, 0, 0, 0));
  const key = privateAdd(root, account);
  root.fill(0);
  account.fill(0);
  if (key === undefined) throw new CustosError('PRIVATE_KEY_INVALID', 'the seed gives no key');
  return key;
}

/** The first hash of the bytes and a counter that is a private key. */
function scalarOf(bytes: Uint8Array): Uint8Array {
  for (let counter = 0; ; counter++) {
    const scalar = sha512(Uint8Array.of(...bytes, 0, 0, 0, counter)).slice(0, 32);
    if (isPrivateKey(scalar)) return scalar;
  }
}

/** Writes r ‖ s in DER. */
function der(signature: Uint8Array): Uint8Array {
  const numbers = [signature.subarray(0, 32), signature.subarray(32)].flatMap((bytes) => {
    const start = bytes.findIndex((byte) => byte !== 0);
    const digits = bytes.subarray(start);
    const padded = (digits[0] ?? 0) > 127 ? [0, ...digits] : [...digits];
    return [2, padded.length, ...padded];
  });
  return Uint8Array.of(48, numbers.length, ...numbers);
}
