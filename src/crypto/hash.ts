import { blake2b as nobleBlake2b } from '@noble/hashes/blake2.js';
import { ripemd160 as nobleRipemd160 } from '@noble/hashes/legacy.js';
import { sha256 as nobleSha256, sha512 as nobleSha512, sha512_256 as nobleSha512256 } from '@noble/hashes/sha2.js';
import { keccak_256, sha3_256 } from '@noble/hashes/sha3.js';

/** Kept, because the state of each new one is a block of memory outside of V8's heap. */
const [unused, running] = [keccak_256.create(), keccak_256.create()];

/** Keccak-256 with Ethereum's padding, not that of FIPS 202. @returns 32 bytes. */
export function keccak256(bytes: Uint8Array): Uint8Array {
  unused._cloneInto(running);
  const hash = new Uint8Array(32);
  running.update(bytes).digestInto(hash);
  return hash;
}

/** SHA-256 (FIPS 180-4). @returns 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return nobleSha256(bytes);
}

/** RIPEMD-160. @returns 20 bytes. */
export function ripemd160(bytes: Uint8Array): Uint8Array {
  return nobleRipemd160(bytes);
}

/** RIPEMD-160 of SHA-256: the key identifier of Bitcoin and of BIP-32. @returns 20 bytes. */
export function hash160(bytes: Uint8Array): Uint8Array {
  return ripemd160(sha256(bytes));
}

/** SHA-512 (FIPS 180-4). @returns 64 bytes. */
export function sha512(bytes: Uint8Array): Uint8Array {
  return nobleSha512(bytes);
}

/** SHA-512/256 (FIPS 180-4), which is not a truncated SHA-512. @returns 32 bytes. */
export function sha512t256(bytes: Uint8Array): Uint8Array {
  return nobleSha512256(bytes);
}

/** SHA3-256 (FIPS 202). @returns 32 bytes. */
export function sha3(bytes: Uint8Array): Uint8Array {
  return sha3_256(bytes);
}

/** BLAKE2b (RFC 7693) without a key. @param length - of the hash, in bytes */
export function blake2b(bytes: Uint8Array, length: number): Uint8Array {
  return nobleBlake2b(bytes, { dkLen: length });
}
