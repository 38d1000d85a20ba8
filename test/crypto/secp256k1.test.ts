import { secp256k1 } from '@noble/curves/secp256k1.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CustosError } from '../../src/core/errors.js';
import {
  isPrivateKey,
  isPublicKey,
  lowerS,
  negateS,
  pointAddScalar,
  privateAdd,
  publicKey,
  recover,
  signHash,
  uncompress,
  verify,
} from '../../src/crypto/secp256k1.js';

const order = secp256k1.Point.Fn.ORDER;
const keys = fc.bigInt({ min: 1n, max: order - 1n }).map(toBytes);
const hashes = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('a private key', () => {
  it.each([
    ['zero', toBytes(0n)],
    ['the order of the curve', toBytes(order)],
    ['more than the order', toBytes(2n ** 256n - 1n)],
    ['31 bytes long', new Uint8Array(31).fill(1)],
    ['33 bytes long', new Uint8Array(33).fill(1)],
  ])('a private key is not %s', (_what, bytes) => {
    expect(isPrivateKey(bytes)).toBe(false);
    expect(() => publicKey(bytes)).toThrow(expect.objectContaining({ code: 'PRIVATE_KEY_INVALID' }));
    expect(() => signHash(new Uint8Array(32), bytes)).toThrow(expect.objectContaining({ code: 'PRIVATE_KEY_INVALID' }));
  });

  it('a private key may be as low as one and as high as the order minus one', () => {
    expect([toBytes(1n), toBytes(order - 1n)].every(isPrivateKey)).toBe(true);
  });
});

describe('a signature', () => {
  it('a signature is deterministic, has a low s and equals that of a second implementation', () => {
    fc.assert(
      fc.property(keys, hashes, (key, hash) => {
        const signer = publicKey(key);
        expect(signer).toEqual(secp256k1.getPublicKey(key, true));
        const made = signHash(hash, key);
        const expected = secp256k1.sign(hash, key, { prehash: false, lowS: true, format: 'recovered' });
        expect([made.recoveryId, ...made.signature]).toEqual([...expected]);
        expect(recover(hash, made)).toEqual(uncompress(signer));
        expect(verify(hash, made.signature, { signer, half: 'low' })).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('a signature with a high s is lowered to the one that is made, with its recovery id', () => {
    fc.assert(
      fc.property(keys, hashes, (key, hash) => {
        const made = signHash(hash, key);
        const high = { signature: negateS(made.signature), recoveryId: (made.recoveryId ^ 1) as 0 | 1 };
        expect(recover(hash, high)).toEqual(recover(hash, made));
        expect(lowerS(high)).toEqual(made);
        expect(lowerS(made)).toEqual(made);
      }),
      { numRuns: 40 },
    );
    const highest = order / 2n;
    const of = (s: bigint, recoveryId: 0 | 1) =>
      ({ signature: Uint8Array.from([...toBytes(1n), ...toBytes(s)]), recoveryId }) as const;
    for (const s of [1n, highest - 1n, highest]) expect(lowerS(of(s, 0))).toEqual(of(s, 0));
    for (const s of [highest + 1n, order - 1n]) expect(lowerS(of(s, 0))).toEqual(of(order - s, 1));
    for (const s of [0n, order, 2n ** 256n - 1n]) {
      expect(lowerS({ signature: Uint8Array.from([...toBytes(1n), ...toBytes(s)]), recoveryId: 0 })).toBeUndefined();
    }
  });

  it('a signature does not verify with a high s, another hash or another key', () => {
    const key = toBytes(77n);
    const hash = new Uint8Array(32).fill(3);
    const { signature } = signHash(hash, key);
    const low = (signer: Uint8Array) => ({ signer, half: 'low' }) as const;
    const s = BigInt(`0x${Buffer.from(signature.subarray(32)).toString('hex')}`);
    const high = Uint8Array.from([...signature.subarray(0, 32), ...toBytes(order - s)]);
    expect(verify(hash, high, low(publicKey(key)))).toBe(false);
    expect(verify(hash, high, { signer: publicKey(key), half: 'any' })).toBe(true);
    expect(verify(new Uint8Array(32), signature, low(publicKey(key)))).toBe(false);
    expect(verify(hash, signature, low(publicKey(toBytes(78n))))).toBe(false);
  });

  it('garbage verifies as false, and recovery from it gives a point or nothing', () => {
    const one = publicKey(toBytes(1n));
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 70 }),
        hashes,
        fc.constantFrom(0, 1, 2, 3),
        (signature, hash, recoveryId) => {
          for (const half of ['low', 'any'] as const) {
            expect(verify(hash, signature, { signer: one, half })).toBe(false);
          }
          const point = recover(hash, { signature, recoveryId } as never);
          expect(point === undefined || isPublicKey(secp256k1.Point.fromBytes(point).toBytes(true))).toBe(true);
        },
      ),
    );
  });
});

describe('adding a tweak', () => {
  it('adding a tweak gives the same key on the private and the public side', () => {
    fc.assert(
      fc.property(keys, keys, (key, tweak) => {
        const sum = privateAdd(key, tweak);
        expect(sum && publicKey(sum)).toEqual(pointAddScalar(publicKey(key), tweak));
      }),
      { numRuns: 40 },
    );
  });

  it('adding a tweak gives undefined if the result is not a valid key', () => {
    expect(privateAdd(toBytes(5n), toBytes(order - 5n))).toBeUndefined();
    expect(pointAddScalar(publicKey(toBytes(5n)), toBytes(order - 5n))).toBeUndefined();
    expect(privateAdd(toBytes(5n), toBytes(order))).toBeUndefined();
    expect(pointAddScalar(publicKey(toBytes(5n)), toBytes(0n))).toBeUndefined();
  });
});

describe('a public key', () => {
  it('a public key can be expanded to both coordinates', () => {
    const key = toBytes(12345n);
    expect(uncompress(publicKey(key))).toEqual(secp256k1.getPublicKey(key, false));
  });

  it('a public key must be a point of the curve', () => {
    const noPoint = Uint8Array.from([2, ...toBytes(7n)].slice(0, 33)).fill(0, 1, 32);
    noPoint[32] = 7;
    for (const bytes of [new Uint8Array(33), new Uint8Array(0), noPoint]) {
      expect(isPublicKey(bytes)).toBe(false);
      expect(() => uncompress(bytes)).toThrow(CustosError);
    }
  });
});

function toBytes(value: bigint): Uint8Array {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'));
}
