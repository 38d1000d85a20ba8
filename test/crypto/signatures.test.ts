import { secp256k1 } from '@noble/curves/secp256k1.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signBchSchnorr, verifyBchSchnorr } from '../../src/crypto/bch-schnorr.js';
import { signWithAnyS } from '../../src/crypto/high-s.js';
import { publicKey } from '../../src/crypto/secp256k1.js';

const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
const keys = bytes.filter((key) => secp256k1.utils.isValidSecretKey(key));
const [key, other] = [1, 2].map((fill) => new Uint8Array(32).fill(fill)) as [Uint8Array, Uint8Array];
const hash = new Uint8Array(32).fill(9);

describe('a signature that allows a high s', () => {
  it('a signature that allows a high s equals that of another library', () => {
    fc.assert(
      fc.property(keys, bytes, (privateKey, digest) => {
        const expected = secp256k1.sign(digest, privateKey, { prehash: false, lowS: false });
        expect(signWithAnyS(digest, privateKey)).toEqual(expected);
      }),
    );
  });

  it('a signature is not made with bytes that are not a key', () => {
    expect(() => signWithAnyS(hash, new Uint8Array(32))).toThrow(
      expect.objectContaining({ code: 'PRIVATE_KEY_INVALID' }),
    );
  });
});

describe('a Schnorr signature of Bitcoin Cash', () => {
  it('a Schnorr signature of Bitcoin Cash verifies, but not with one flipped bit', () => {
    fc.assert(
      fc.property(keys, bytes, fc.nat(511), (privateKey, digest, bit) => {
        const signature = signBchSchnorr(digest, privateKey, publicKey(privateKey));
        expect(verifyBchSchnorr(digest, signature, publicKey(privateKey))).toBe(true);
        signature[bit >> 3] = (signature[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(verifyBchSchnorr(digest, signature, publicKey(privateKey))).toBe(false);
      }),
    );
  });

  it('a Schnorr signature made with a foreign public key does not verify under either', () => {
    const signature = signBchSchnorr(hash, key, publicKey(other));
    for (const one of [key, other]) expect(verifyBchSchnorr(hash, signature, publicKey(one))).toBe(false);
  });
});
