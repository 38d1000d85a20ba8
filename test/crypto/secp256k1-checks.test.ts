import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  negateS,
  ORDER,
  publicKey,
  recover,
  recoveryIds,
  signHash,
  uncompress,
  verify,
} from '../../src/crypto/secp256k1.js';
import { loadChecks, useChecks, usedChecks } from '../../src/crypto/secp256k1-checks.js';

const key = new Uint8Array(32).fill(9);
const signer = publicKey(key);
const hash = new Uint8Array(32).fill(7);
const { signature, recoveryId } = signHash(hash, key);
const numbers = [0n, 1n, ORDER - 1n, ORDER, ORDER + 1n, 2n ** 256n - 1n].map(bytesOf);

function bytesOf(number: bigint): Uint8Array {
  return Uint8Array.from(Buffer.from(number.toString(16).padStart(64, '0'), 'hex'));
}

function join(r: Uint8Array, s: Uint8Array): Uint8Array {
  return Uint8Array.from([...r, ...s]);
}

interface Case {
  readonly hash: Uint8Array;
  readonly signature: Uint8Array;
  readonly signer: Uint8Array;
}

/** Everything that the checks say about one case. */
function verdictOf({ hash, signature, signer }: Case) {
  return {
    low: verify(hash, signature, { signer, half: 'low' }),
    any: verify(hash, signature, { signer, half: 'any' }),
    points: recoveryIds.map((recoveryId) => recover(hash, { signature, recoveryId })),
  };
}

/** Right, wrong and malformed signatures. */
function cases(): Case[] {
  const right = { hash, signature, signer };
  const changed = signature.map((byte, at) => (at === 40 ? byte ^ 1 : byte));
  const edges = numbers.flatMap((r) => numbers.map((s) => ({ ...right, signature: join(r, s) })));
  const half = numbers.flatMap((one) => [
    { ...right, signature: join(signature.subarray(0, 32), one) },
    { ...right, signature: join(one, signature.subarray(32)) },
  ]);
  const lengths = [0, 31, 32, 33, 63, 64, 65, 66, 72, 73];
  return [
    right,
    { ...right, signer: uncompress(signer) },
    { ...right, signature: negateS(signature) },
    { ...right, signature: changed },
    { ...right, hash: new Uint8Array(32).fill(8) },
    { ...right, hash: new Uint8Array(32) },
    { ...right, hash: new Uint8Array(32).fill(255) },
    { ...right, signer: publicKey(new Uint8Array(32).fill(3)) },
    ...numbers.map((x) => ({ ...right, signer: Uint8Array.from([2, ...x]) })),
    ...edges,
    ...half,
    ...lengths.map((length) => ({ ...right, hash: new Uint8Array(length).fill(7) })),
    ...lengths.map((length) => ({ ...right, signature: resized(signature, length) })),
    ...lengths.map((length) => ({ ...right, signer: resized(signer, length) })),
    ...lengths.map((length) => ({ ...right, signer: resized(uncompress(signer), length) })),
  ];
}

function resized(bytes: Uint8Array, length: number): Uint8Array {
  const made = new Uint8Array(length);
  made.set(bytes.subarray(0, length));
  return made;
}

describe('the checks of the signer process', () => {
  const before = cases().map(verdictOf);
  beforeAll(async () => useChecks(await loadChecks()));
  afterAll(() => useChecks(undefined));

  it('The library that signs checks until the other one is loaded.', () => {
    expect(before[0]).toMatchObject({ low: true, any: true });
    expect(before[0]?.points[recoveryId]).toEqual(uncompress(signer));
    expect(usedChecks()).toBeDefined();
  });

  it('Both libraries say the same about right, wrong and malformed signatures.', () => {
    expect(cases().map(verdictOf)).toEqual(before);
    expect(before.filter(({ low }) => low).length).toBeGreaterThan(1);
    expect(before.filter(({ low, any }) => any && !low)).toHaveLength(1);
  });

  it('What one library signs, the other one recovers and verifies, and no other bytes.', () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(bytes, bytes, fc.integer({ min: 0, max: 511 }), (digest, seed, bit) => {
        const secret = Uint8Array.from([1, ...seed.subarray(1)]);
        const point = publicKey(secret);
        const made = signHash(digest, secret);
        expect(recover(digest, made)).toEqual(uncompress(point));
        expect(verify(digest, made.signature, { signer: point, half: 'low' })).toBe(true);
        const wrong = made.signature.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
        expect(verify(digest, wrong, { signer: point, half: 'any' })).toBe(false);
      }),
      { numRuns: 40 },
    );
  });
});
