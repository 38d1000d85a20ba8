import { publicKey } from '../../crypto/ed25519.js';

const SEED_BYTES = 32;

/**
 * Reads the two forms in which ed25519 secrets are written: the seed, or the seed and its public key behind it.
 * @param bytes - 32 or 64 bytes; wiped
 * @returns the seed, 32 fresh bytes; undefined if the second half is not its public key
 */
export function seedOf(bytes: Uint8Array): Uint8Array | undefined {
  const seed = bytes.slice(0, SEED_BYTES);
  const stated = bytes.subarray(SEED_BYTES);
  const fits = stated.length === 0 || isSame(publicKey(seed), stated);
  bytes.fill(0);
  if (fits) return seed;
  seed.fill(0);
  return undefined;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
