import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Judgement } from '../../../src/core/policy/judgement.js';
import { readPolicy } from '../../../src/policy/document/read.js';
import { compilePolicy } from '../../../src/policy/judging/compile.js';
import { judgePolicy } from '../../../src/policy/judging/judge.js';
import { approves, factsOf, judged, policyText } from '../../support/policies.js';
import {
  documentOf,
  effect,
  facts,
  forbid,
  given,
  limit,
  permit,
  type Rules,
  rank,
  rules,
} from '../../support/random-policies.js';

const runs = { numRuns: 400 };

describe('a judgement', () => {
  it('does not depend on the order of rules, or of effects before the fee', () => {
    const shuffled = rules.chain((one) =>
      fc.record({
        rules: fc.constant(documentOf(one)),
        permits: fc.shuffledSubarray(documentOf(one).permits, { minLength: one.permits.length }),
        forbids: fc.shuffledSubarray(documentOf(one).forbids, { minLength: one.forbids.length }),
        limits: fc.shuffledSubarray(documentOf(one).limits, { minLength: one.limits.length }),
      }),
    );
    fc.assert(
      fc.property(shuffled, facts, ({ rules: first, ...second }, one) => {
        const other = { ...one, effects: [...one.effects].reverse() };
        expect(judged(second, given(one)).verdict).toBe(judged(first, given(one)).verdict);
        expect(judged(second, given(other)).verdict).toBe(judged(first, given(one)).verdict);
      }),
      runs,
    );
  });

  it('is never made stricter by another permit, nor looser by another forbid or limit', () => {
    fc.assert(
      fc.property(rules, permit, forbid, limit, facts, (one, extra, no, ceiling, about) => {
        const before = rank[judged(documentOf(one), given(about)).verdict];
        const rankWith = (more: Partial<Rules>) => rank[judged(documentOf({ ...one, ...more }), given(about)).verdict];
        expect(rankWith({ permits: [...one.permits, extra] })).toBeGreaterThanOrEqual(before);
        expect(rankWith({ forbids: [...one.forbids, no] })).toBeLessThanOrEqual(before);
        expect(rankWith({ limits: [...one.limits, ceiling] })).toBeLessThanOrEqual(before);
      }),
      runs,
    );
  });

  it('is never made looser by another effect', () => {
    fc.assert(
      fc.property(rules, facts, effect, (one, about, extra) => {
        const before = judged(documentOf(one), given(about)).verdict;
        const after = judged(documentOf(one), given({ ...about, effects: [...about.effects, extra] })).verdict;
        expect(rank[after]).toBeLessThanOrEqual(rank[before]);
      }),
      runs,
    );
  });

  it('is never made stricter by another approval, nor looser by a rejection or by what was spent', () => {
    fc.assert(
      fc.property(rules, facts, fc.constantFrom('ann', 'bob', 'rob'), (one, about, person) => {
        const before = rank[judged(documentOf(one), given(about)).verdict];
        const more = { ...about, approvals: [...about.approvals, ...approves(person)] };
        expect(rank[judged(documentOf(one), given(more)).verdict]).toBeGreaterThanOrEqual(before);
        const spent = { ...about, spent: about.spent + 3n };
        expect(rank[judged(documentOf(one), given(spent)).verdict]).toBeLessThanOrEqual(before);
      }),
      runs,
    );
  });

  it('is the same whether receivers are looked up or every permit is read', () => {
    let named = 0;
    fc.assert(
      fc.property(rules, facts, (one, about) => {
        const compiled = compilePolicy(readPolicy(policyText(documentOf(one))));
        const permits = new Map(compiled.permits);
        for (const [chain, shelf] of compiled.permits) {
          const looked = new Set([...shelf.byReceiver.values()].flat());
          named += looked.size;
          permits.set(chain, { ...shelf, open: [...shelf.open, ...looked], byReceiver: new Map(), receiving: [] });
        }
        const all = factsOf(given(about));
        const found = judgePolicy(compiled, all);
        const plain = judgePolicy({ ...compiled, permits }, all);
        expect(found.verdict).toBe(plain.verdict);
        expect([...found.reasons].sort()).toEqual([...plain.reasons].sort());
        expect(found.effects.map(covers)).toEqual(plain.effects.map(covers));
      }),
      runs,
    );
    expect(named).toBeGreaterThan(100);
  });

  it('has a tree from which its verdict follows', () => {
    const seen = { allow: 0, hold: 0, deny: 0 };
    fc.assert(
      fc.property(rules, facts, (one, about) => {
        const judgement = judged(documentOf(one), given(about));
        seen[judgement.verdict]++;
        expect(explained(judgement)).toBe(judgement.verdict);
        expect(judgement.reasons.length > 0).toBe(judgement.verdict !== 'allow');
        expect(judgement.missing.length > 0 || judgement.verdict !== 'hold').toBe(true);
      }),
      runs,
    );
    // A test of verdicts that never come up would hold nothing.
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(10);
  });

  function covers({ covered, by, misses }: Judgement['effects'][number]) {
    const because = misses.map(({ rule, because: member }) => `${rule} ${member}`).sort();
    return { covered, by: [...by].sort(), because };
  }

  /** The formula of docs/policy.md, read off the tree. */
  function explained({ effects: found, forbidden, charges, unbounded, missing }: Judgement): Judgement['verdict'] {
    const states = [
      ...found.map(({ covered }) => covered),
      ...charges.map(({ fits }) => fits),
      ...unbounded.map(({ fits }) => fits),
    ];
    if (forbidden.length > 0 || states.includes('no')) return 'deny';
    return states.includes('awaits') || missing.length > 0 ? 'hold' : 'allow';
  }
});
