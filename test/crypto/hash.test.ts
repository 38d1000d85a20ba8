import { keccak_256 } from '@noble/hashes/sha3.js';
import { describe, expect, it } from 'vitest';
import { hash160, keccak256, ripemd160, sha256 } from '../../src/crypto/hash.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const abc = new TextEncoder().encode('abc');

describe('a hash of published input', () => {
  it('Keccak-256 gives the published digest with the padding of Ethereum', () => {
    expect(hex(keccak256(new Uint8Array(0)))).toBe('c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470');
    expect(hex(keccak256(abc))).toBe('4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45');
  });

  it('each Keccak-256 starts anew, whatever was hashed before and whether it failed', () => {
    for (const length of [0, 1, 135, 136, 137, 272, 1000, 20]) {
      const bytes = Uint8Array.from({ length }, (_, at) => at);
      expect(() => keccak256('text' as never)).toThrow();
      const made = [keccak256(bytes), keccak256(bytes)];
      expect(made).toEqual([keccak_256(bytes), keccak_256(bytes)]);
      expect(made[0]).not.toBe(made[1]);
    }
  });

  it('SHA-256 (FIPS 180-4) and RIPEMD-160 give the published digests', () => {
    expect(hex(sha256(abc))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(hex(ripemd160(abc))).toBe('8eb208f7e05d987a9b044a8e98c6b087f15a0bfc');
    expect(hash160(abc)).toEqual(ripemd160(sha256(abc)));
  });
});
