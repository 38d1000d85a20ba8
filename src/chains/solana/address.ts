import { ed25519 } from '@noble/curves/ed25519.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { base58, hex } from '@scure/base';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { publicKey } from '../../crypto/ed25519.js';
import { sha256 } from '../../crypto/hash.js';
import { programs } from './programs/ids.js';

const ADDRESS_BYTES = 32;
const MAX_ADDRESS_LENGTH = 44;
const MAX_KEY_LENGTH = 88;
/** Seed of the hash that makes addresses without a private key. */
const DERIVED = new TextEncoder().encode('ProgramDerivedAddress');

/** Address of a public key: base58 of its 32 bytes, on all networks. */
export function showAddress(publicKeyBytes: Uint8Array): string {
  return base58.encode(publicKeyBytes);
}

/** @returns 32 bytes. @throws CustosError ADDRESS_INVALID: not base58 of 32 bytes */
export function readAddress(text: string): Uint8Array {
  const bytes = text.length > MAX_ADDRESS_LENGTH ? undefined : decode58(text);
  if (bytes?.length === ADDRESS_BYTES) return bytes;
  throw new CustosError('ADDRESS_INVALID', `${quote(text)} is not an address of Solana`);
}

/** True for addresses that a private key can belong to; false for those that programs derive. */
export function isOnCurve(address: Uint8Array): boolean {
  try {
    // ZIP-215 rules are those of the nodes' decompression, which takes encodings that are not reduced.
    ed25519.Point.fromBytes(address, true);
    return true;
  } catch {
    return false;
  }
}

/**
 * Where a wallet keeps its tokens of one mint: the derived address of the Associated Token Account program.
 * @param tokenProgram - that the mint belongs to   @returns base58
 * @throws CustosError ADDRESS_INVALID
 */
export function associatedTokenAddress(owner: string, mint: string, tokenProgram: string): string {
  const program = readAddress(programs.associatedToken);
  const seeds = [owner, tokenProgram, mint].map(readAddress);
  for (let bump = 255; bump >= 0; bump -= 1) {
    const address = sha256(concatBytes(...seeds, Uint8Array.of(bump), program, DERIVED));
    if (!isOnCurve(address)) return base58.encode(address);
  }
  throw new CustosError('ADDRESS_INVALID', `${owner} has no token account for ${mint}`);
}

/** Base58 of 64 bytes, seed and public key, which is the form of wallets and of the peer. @param seed - 32 bytes */
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
  const bytes = keyBytes(text.trim());
  const seed = bytes.slice(0, ADDRESS_BYTES);
  const fits = bytes.length === ADDRESS_BYTES || sameBytes(publicKey(seed), bytes.subarray(ADDRESS_BYTES));
  bytes.fill(0);
  if (fits) return seed;
  seed.fill(0);
  throw new CustosError('PRIVATE_KEY_INVALID', 'the public half of the private key does not belong to its secret half');
}

function keyBytes(text: string): Uint8Array {
  if (text.startsWith('[')) return listedBytes(text);
  const digits = /^(?:0x)?((?:[0-9a-fA-F]{64}){1,2})$/.exec(text)?.[1];
  if (digits !== undefined) return hex.decode(digits.toLowerCase());
  const bytes = text.length > MAX_KEY_LENGTH ? undefined : decode58(text);
  if (bytes?.length === 2 * ADDRESS_BYTES) return bytes;
  const why = bytes?.length === ADDRESS_BYTES ? 'has the form of an address' : 'is not base58 of 64 bytes';
  throw new CustosError('PRIVATE_KEY_INVALID', `the private key ${why}`);
}

function listedBytes(text: string): Uint8Array {
  const numbers = text.length > 1000 ? undefined : tryJson(text);
  const isKey = Array.isArray(numbers) && numbers.length === 2 * ADDRESS_BYTES && numbers.every(isByte);
  if (isKey) return Uint8Array.from(numbers);
  throw new CustosError('PRIVATE_KEY_INVALID', 'the private key is not a list of 64 bytes');
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isByte(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255;
}

function decode58(text: string): Uint8Array | undefined {
  try {
    return base58.decode(text);
  } catch {
    return undefined;
  }
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
