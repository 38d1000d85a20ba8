import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PublishedPolicy } from '../../src/core/policy/published-policy.js';
import { readPolicy } from '../../src/policy/document/read.js';
import { inForceAt, isReplaced, publishedText, readPublished } from '../../src/policy/in-force.js';
import { policyText } from '../support/policies.js';

const policyOf = (version: number) =>
  readPolicy(policyText({ version, ...(version > 1 && { previous: `sha256:${'00'.repeat(32)}` }) }));
const published = (version: number, publishedAt: number, effectiveAt: number): PublishedPolicy => ({
  policy: policyOf(version),
  publishedAt,
  effectiveAt,
  signatures: [],
});
const at = (all: readonly PublishedPolicy[], now: number) => {
  const { current, waiting } = inForceAt(all, now);
  return [current?.policy.version, waiting?.policy.version];
};

describe('the policy in force', () => {
  test('is none before the first, and then the highest whose time has come', () => {
    const all = [published(1, 10, 10), published(2, 20, 44)];
    expect(at([], 50)).toEqual([undefined, undefined]);
    expect([9, 10, 43, 44].map((now) => at(all, now))).toEqual([
      [undefined, 2],
      [1, 2],
      [1, 2],
      [2, undefined],
    ]);
  });

  test('is never a version that was still waiting when a higher one was published', () => {
    const all = [published(1, 10, 10), published(2, 20, 44), published(3, 30, 30)];
    expect([29, 30, 44, 99].map((now) => at([...all].reverse(), now))).toEqual([
      [1, 3],
      [3, undefined],
      [3, undefined],
      [3, undefined],
    ]);
    const again = [...all.slice(0, 2), published(3, 30, 54)];
    expect([44, 53, 54].map((now) => at(again, now))).toEqual([
      [1, 3],
      [1, 3],
      [3, undefined],
    ]);
    expect(again.map((one) => isReplaced(one, again))).toEqual([false, true, false]);
  });

  test('is not replaced by a version that was published at the moment it came into force or later', () => {
    const all = [published(1, 10, 10), published(2, 20, 44), published(3, 44, 68)];
    expect([44, 67, 68].map((now) => at(all, now)[0])).toEqual([2, 2, 3]);
  });
});

describe('a published policy', () => {
  const one = { ...published(1, 10, 20), signatures: [{ key: 'ed25519:k', signature: 's' }] };
  const text = publishedText(one);

  test('is read as it was written', () => {
    expect(readPublished(text, 1)).toEqual(one);
    const earliest = published(1, 0, 0);
    expect(readPublished(publishedText(earliest), 1)).toEqual(earliest);
  });

  test('is damaged in every other form, and as another version', () => {
    const changed = (change: object) => JSON.stringify({ ...JSON.parse(text), ...change });
    const texts = ['', '7', 'null', '[]', `${text} `, changed({ more: 1 }), changed({ publishedAt: -1 })];
    const others = [changed({ effectiveAt: '20' }), changed({ signatures: [7] }), changed({ signatures: 'x' })];
    const damaged = expect.objectContaining({ code: 'RECORD_DAMAGED' });
    for (const each of [...texts, ...others]) expect(() => readPublished(each, 1), each).toThrow(damaged);
    expect(() => readPublished(text, 2)).toThrow(damaged);
  });

  test('is read or refused with a code, whatever the text is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (given) => {
        expect(() => readPublished(given, 1)).toThrow(expect.objectContaining({ name: 'CustosError' }));
      }),
    );
  });
});
