import { describe, expect, test } from 'vitest';
import type { PersonSignature } from '../../../src/core/policy/constitution.js';
import type { Policy } from '../../../src/core/policy/policy.js';
import type { PublishedPolicy } from '../../../src/core/policy/published-policy.js';
import { readPolicy } from '../../../src/policy/document/read.js';
import { decreeLines } from '../../../src/policy/quorum.js';
import { type PolicyAct, planPublication, policyDecree } from '../../../src/policy/statics/publication.js';
import { open, policyText } from '../../support/policies.js';
import { constitution, keyOf, store } from '../approvals/people.js';

const HOUR = 3_600_000;
const coded = (code: string, text = '') => expect.objectContaining({ code, message: expect.stringContaining(text) });
const first = readPolicy(policyText({ permits: [{ ...open, max: { ETH: '5' } }] }));
const following = (before: Policy, members: object) =>
  readPolicy(policyText({ version: before.version + 1, previous: before.hash, ...members }));
const wider = (before: Policy) => following(before, { permits: [{ ...open, max: { ETH: '9' } }] });
const narrower = (before: Policy) => following(before, { permits: [{ ...open, max: { ETH: '1' } }] });

const published = (policy: Policy, publishedAt: number, effectiveAt = publishedAt): PublishedPolicy => ({
  policy,
  publishedAt,
  effectiveAt,
  signatures: [],
});
const signed = (policy: Policy, act: PolicyAct, ...names: readonly string[]): PersonSignature[] =>
  names.map((name) => {
    const { text: key, signed: sign } = keyOf(name);
    return { act, key, signature: sign(decreeLines(policyDecree(policy, { store, act }), key)) };
  });

interface Given {
  readonly before?: readonly PublishedPolicy[];
  readonly signatures?: readonly PersonSignature[];
  readonly delay?: number;
  readonly free?: true;
  readonly now?: number;
}

function plan(policy: Policy, { before = [], signatures = [], delay, free, now = 1000 * HOUR }: Given = {}) {
  const facts = { store, published: before, constitution: free ? undefined : constitution, now };
  return planPublication(policy, facts, { signatures, ...(delay !== undefined && { delay }) });
}

const inForce = [published(first, 10)];

describe('publishing a policy', () => {
  test('needs the password alone without a constitution, and takes effect at once or after the wished delay', () => {
    expect(plan(first, { free: true })).toMatchObject({ act: 'narrow', next: { effectiveAt: 1000 * HOUR } });
    const wide = wider(first);
    expect(plan(wide, { free: true, before: inForce })).toMatchObject({
      act: 'widen',
      next: { effectiveAt: 1000 * HOUR },
    });
    expect(plan(wide, { free: true, before: inForce, delay: 2 }).next.effectiveAt).toBe(1002 * HOUR);
  });

  test('narrows by one admin and at once, the first version too', () => {
    expect(() => plan(first)).toThrow(coded('CONSTITUTION_QUORUM', 'narrow needs 1 of board'));
    expect(plan(first, { signatures: signed(first, 'narrow', 'ada') }).next.effectiveAt).toBe(1000 * HOUR);
    const less = narrower(first);
    const { act, next, diff } = plan(less, { before: inForce, signatures: signed(less, 'narrow', 'alan') });
    expect([act, next.effectiveAt, diff?.effect]).toEqual(['narrow', 1000 * HOUR, 'narrows']);
  });

  test('keeps the signatures that a constitution asks for, and none without one', () => {
    const signatures = signed(first, 'narrow', 'ada');
    expect(plan(first, { signatures }).next.signatures).toEqual(signatures);
    expect(plan(first, { free: true, signatures }).next.signatures).toEqual([]);
  });

  test('widens by two admins, after at least 24 hours', () => {
    const wide = wider(first);
    const two = { before: inForce, signatures: signed(wide, 'widen', 'ada', 'alan') };
    expect(() => plan(wide, { ...two, signatures: signed(wide, 'widen', 'ada', 'ada') })).toThrow(
      coded('CONSTITUTION_QUORUM', 'widen needs 2 of board'),
    );
    expect(plan(wide, two).next.effectiveAt).toBe(1024 * HOUR);
    expect(plan(wide, { ...two, delay: 48 }).next.effectiveAt).toBe(1048 * HOUR);
    expect(() => plan(wide, { ...two, delay: 23 })).toThrow(coded('USAGE', 'at least 24 hours'));
  });

  test('does not wait when it narrows', () => {
    const less = narrower(first);
    expect(() => plan(less, { before: inForce, signatures: signed(less, 'narrow', 'ada'), delay: 24 })).toThrow(
      coded('USAGE', 'without --delay'),
    );
  });

  test('refuses a signature for narrowing under what widens, and takes one for widening under what narrows', () => {
    const wide = wider(first);
    expect(() => plan(wide, { before: inForce, signatures: signed(wide, 'narrow', 'ada', 'alan') })).toThrow(
      coded('CONSTITUTION_SIGNATURE', 'may only narrow'),
    );
    const less = narrower(first);
    expect(plan(less, { before: inForce, signatures: signed(less, 'widen', 'ada') }).act).toBe('narrow');
  });

  test('refuses signatures of others, over another policy, store or act', () => {
    const less = narrower(first);
    const [good] = signed(less, 'narrow', 'ada');
    const bad: readonly (readonly PersonSignature[])[] = [
      signed(less, 'narrow', 'bea'),
      signed(less, 'narrow', 'eve'),
      signed(first, 'narrow', 'ada'),
      [{ ...good!, act: 'widen' }],
      [{ ...good!, signature: `${good!.signature.slice(0, -2)}AA` }],
    ];
    for (const signatures of bad) {
      expect(() => plan(less, { before: inForce, signatures })).toThrow(coded('CONSTITUTION_SIGNATURE'));
    }
    const facts = { store: 'ff'.repeat(16), published: inForce, constitution, now: 20 };
    expect(() => planPublication(less, facts, { signatures: [good!] })).toThrow(coded('CONSTITUTION_SIGNATURE'));
  });

  test('refuses another version than the next, and another hash before it', () => {
    for (const [policy, before] of [
      [wider(first), []],
      [first, inForce],
      [wider(wider(first)), inForce],
      [following(first, { previous: `sha256:${'00'.repeat(32)}` }), inForce],
    ] as const) {
      expect(() => plan(policy, { before, free: true })).toThrow(coded('POLICY_CONFLICT'));
    }
  });

  test('compares with the version in force, not with one that waits: nothing widens by steps', () => {
    const wide = wider(first);
    const before = [...inForce, published(wide, 999 * HOUR, 1023 * HOUR)];
    const again = following(wide, { permits: [{ ...open, max: { ETH: '8' } }] });
    expect(plan(again, { before, free: true })).toMatchObject({ act: 'widen', replaced: { policy: { version: 2 } } });
    const back = following(wide, { permits: [{ ...open, max: { ETH: '5' } }] });
    const taken = plan(back, { before, signatures: signed(back, 'narrow', 'ada') });
    expect([taken.act, taken.next.effectiveAt]).toEqual(['narrow', 1000 * HOUR]);
  });

  test('never dates a version before the one in force, so that a clock that was set back replaces nothing', () => {
    const less = narrower(first);
    const before = [published(first, 500 * HOUR)];
    expect(plan(less, { before, free: true, now: 7 * HOUR }).next.publishedAt).toBe(500 * HOUR);
  });
});
