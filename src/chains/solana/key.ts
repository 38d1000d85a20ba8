import { concatBytes } from '@noble/hashes/utils.js';
import { base58, hex } from '@scure/base';
import { CustosError } from '../../core/errors.js';
import { tryJson } from '../../core/json.js';
import { publicKey } from '../../crypto/ed25519.js';
import { seedOf } from '../shared/seed-of.js';
import { tryDecode } from '../shared/try-decode.js';

const SEED_BYTES = 32;
const MAX_KEY_LENGTH = 88;

/** Base58 of 64 bytes, seed and public key, as wallets and Tatum KMS write it. @param seed - 32 bytes */
export function encodePrivateKey(seed: Uint8Array): string {
  const pair = concatBytes(seed, publicKey(seed));
  const text = base58.encode(pair);
  pair.fill(0);
  return text;
}

/**
 * Reads a private key: base58 or 128 hexadecimal digits of seed and public key, the JSON list of these 64 bytes that the
 * Solana tools write, or 64 hexadecimal digits of the seed alone. Base58 of 32 bytes is refused: it looks like an address,
 * and an address taken for a key would be a key that everybody knows.
 * @returns the seed, 32 bytes
 * @throws CustosError PRIVATE_KEY_INVALID; the key is never repeated in the message
 */
export function decodePrivateKey(text: string): Uint8Array {
  const seed = seedOf(keyBytes(text.trim()));
  if (seed !== undefined) return seed;
  throw new CustosError('PRIVATE_KEY_INVALID', 'the public half of the private key does not belong to its secret half');
}

function keyBytes(text: string): Uint8Array {
  if (text.startsWith('[')) return listedBytes(text);
  const digits = /^(?:0x)?((?:[0-9a-fA-F]{64}){1,2})$/.exec(text)?.[1];
  if (digits !== undefined) return hex.decode(digits.toLowerCase());
  const bytes = text.length > MAX_KEY_LENGTH ? undefined : tryDecode(text, base58);
  if (bytes?.length === 2 * SEED_BYTES) return bytes;
  const why = bytes?.length === SEED_BYTES ? 'has the form of an address' : 'is not base58 of 64 bytes';
  throw new CustosError('PRIVATE_KEY_INVALID', `the private key ${why}`);
}

function listedBytes(text: string): Uint8Array {
  const numbers = text.length > 1000 ? undefined : tryJson(text);
  const isKey = Array.isArray(numbers) && numbers.length === 2 * SEED_BYTES && numbers.every(isByte);
  if (isKey) return Uint8Array.from(numbers);
  throw new CustosError('PRIVATE_KEY_INVALID', 'the private key is not a list of 64 bytes');
}

function isByte(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255;
}
