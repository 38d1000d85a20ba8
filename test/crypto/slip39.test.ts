import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interpolate } from '../../src/crypto/slip39/field.js';
import { formatShare, parseShare } from '../../src/crypto/slip39/share.js';
import { combineShares, splitSecret } from '../../src/crypto/slip39/split.js';
import { shareWords } from '../../src/crypto/slip39/words.js';
import { readVectors } from '../support/slip39.js';

const { vectors } = readVectors();
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'none';
  } catch (error) {
    return (error as { code: string }).code;
  }
};
const combined = (shares: readonly string[], passphrase = 'TREZOR') =>
  combineShares(shares.map(parseShare), passphrase);

describe('shares of SLIP-39', () => {
  it.each(vectors)('the official vector holds: $name', ({ shares, secret }) => {
    if (secret === '') expect(codeOf(() => combined(shares))).toMatch(/^RECOVERY_SHARE/);
    else expect(Buffer.from(combined(shares)).toString('hex')).toBe(secret);
  });

  it.each(vectors.filter(({ secret }) => secret !== ''))(
    'the words are written as the standard does: $name',
    ({ shares }) => {
      for (const share of shares) expect(formatShare(parseShare(share))).toBe(share);
    },
  );

  it('any of the needed shares give the secret, and one fewer gives none', () => {
    const secret = Uint8Array.from({ length: 32 }, (_, at) => at * 7);
    const shares = splitSecret(secret, { threshold: 3, shares: 5 }).map(formatShare);
    const some = (...at: number[]) => at.map((one) => shares[one] ?? '');
    for (const chosen of [some(0, 1, 2), some(4, 2, 0), some(3, 1, 4), shares]) {
      expect(combined(chosen, '')).toEqual(secret);
    }
    expect(codeOf(() => combined(some(0, 4), ''))).toBe('RECOVERY_SHARES_MISSING');
    expect(codeOf(() => combined(some(0, 4, 4), ''))).toBe('RECOVERY_SHARE_REPEATED');
    expect(shares.every((share) => share.split(' ').length === 33)).toBe(true);
  });

  it('a share of another set is called foreign', () => {
    const secret = new Uint8Array(32).fill(5);
    const [one] = splitSecret(secret, { threshold: 2, shares: 2 });
    const other = { ...splitSecret(secret, { threshold: 2, shares: 2 })[1]!, id: (one!.id + 1) % 32768 };
    expect(codeOf(() => combineShares([one!, other]))).toBe('RECOVERY_SHARE_FOREIGN');
  });

  it('every changed word is found', () => {
    const [share] = splitSecret(new Uint8Array(32).fill(1), { threshold: 2, shares: 2 }).map(formatShare);
    const words = share!.split(' ');
    fc.assert(
      fc.property(fc.nat(words.length - 1), fc.nat(1023), (at, index) => {
        const changed = words.with(at, shareWords[index] ?? '');
        fc.pre(changed[at] !== words[at]);
        expect(codeOf(() => parseShare(changed.join(' ')))).toBe('RECOVERY_SHARE_INVALID');
      }),
    );
  });

  it('case, blanks and the letters after the fourth do not matter, and a foreign word is named by its place alone', () => {
    const text = vectors[0]!.shares[0]!;
    const short = text.split(' ').map((word) => word.slice(0, 4));
    expect(parseShare(`  ${short.join('   ').toUpperCase()}\n`)).toEqual(parseShare(text));
    const foreign = text.replace('academic', 'academix');
    expect(() => parseShare(foreign)).toThrow('word 3 is not a word of a share');
    expect(() => parseShare('')).toThrow(/word 1|0 words/);
  });

  it('any text is either a share or refused with the one code', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...shareWords.slice(0, 40)), { maxLength: 60 }), (words) => {
        expect(['none', 'RECOVERY_SHARE_INVALID']).toContain(codeOf(() => parseShare(words.join(' '))));
      }),
    );
  });

  it('a polynomial goes through every point that made it', () => {
    const points = [3, 7, 200].map((x) => ({ x, bytes: Uint8Array.of(x, 255 - x, 0) }));
    const fourth = { x: 90, bytes: interpolate(points, 90) };
    for (const left of points) {
      const rest = [...points.filter((one) => one !== left), fourth];
      expect(interpolate(rest, left.x)).toEqual(left.bytes);
    }
  });
});
