import { ed25519 } from '@noble/curves/ed25519.js';
import { hex } from '@scure/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { publicKey, sign, verify } from '../../src/crypto/ed25519.js';

const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });

/** Source: RFC 8032, 7.1, tests 1 to 3. */
const published = [
  [
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
] as const;

describe('a seed of ed25519', () => {
  it.each(published)('%s has the published public key and signature', (seed, point, message, signature) => {
    const [secret, text] = [hex.decode(seed), hex.decode(message)];
    expect(hex.encode(publicKey(secret))).toBe(point);
    expect(hex.encode(sign(text, secret, hex.decode(point)))).toBe(signature);
  });

  it('an ed25519 seed gives the same public key and signatures as another library', () => {
    fc.assert(
      fc.property(bytes, fc.uint8Array({ maxLength: 200 }), (seed, message) => {
        expect(publicKey(seed)).toEqual(ed25519.getPublicKey(seed));
        expect(sign(message, seed, publicKey(seed))).toEqual(ed25519.sign(message, seed));
      }),
      { numRuns: 30 },
    );
  });

  it('an ed25519 seed makes no signature that verifies under a foreign public key', () => {
    const [seed, other] = [1, 2].map((fill) => new Uint8Array(32).fill(fill)) as [Uint8Array, Uint8Array];
    for (const signer of [publicKey(other), new Uint8Array(32), new Uint8Array(31)]) {
      try {
        expect(verify(seed, sign(seed, seed, signer), signer)).toBe(false);
      } catch (error) {
        // Some versions of Node compare the halves of a pair.
        expect(error).toMatchObject({ code: 'SIGNATURE_INVALID' });
      }
    }
  });

  it.each([0, 31, 33, 64])('an ed25519 seed is refused with a length of %d bytes', (length) => {
    const wrong = new Uint8Array(length);
    const refused = expect.objectContaining({ code: 'PRIVATE_KEY_INVALID' });
    expect(() => publicKey(wrong)).toThrow(refused);
    expect(() => sign(wrong, wrong, new Uint8Array(32))).toThrow(refused);
  });

  it('an ed25519 signature with one flipped bit is rejected', () => {
    const seed = new Uint8Array(32).fill(3);
    const signature = sign(seed, seed, publicKey(seed));
    expect(verify(seed, signature, publicKey(seed))).toBe(true);
    fc.assert(
      fc.property(fc.nat(511), (bit) => {
        const turned = signature.slice();
        turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(verify(seed, turned, publicKey(seed))).toBe(false);
      }),
    );
  });
});
