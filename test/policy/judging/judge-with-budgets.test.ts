import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PolicyFacts } from '../../../src/core/policy/facts.js';
import type { BudgetWindow } from '../../../src/core/store/budgets.js';
import { readPolicy } from '../../../src/policy/document/read.js';
import { compilePolicy } from '../../../src/policy/judging/compile.js';
import { judgePolicy } from '../../../src/policy/judging/judge.js';
import { chargesOf, judgeBeforeReserving, judgeWithBudgets } from '../../../src/policy/judging/judge-with-budgets.js';
import { approves, fee as coinFee, ether, factsOf, noon, open, pays, policyText } from '../../support/policies.js';
import { documentOf, facts, given, rules } from '../../support/random-policies.js';

const day = { id: 'day', asset: 'ETH', rolling: '24h', max: '2', stepUp: ['1 of ops'] };
const fee = ether / 1000n;

/** Limits of a small payment, of which any may be a shadow or be lifted by approvals. */
const someLimits = fc.array(
  fc
    .constantFrom<object>(
      { asset: 'ETH', rolling: '24h', max: '0.000000000000000006' },
      { asset: 'ETH', calendar: 'day', max: '0.000000000000000003', per: 'destination' },
      { count: 2, rolling: '1h', per: 'wallet' },
      { count: 5, rolling: '24h' },
    )
    .chain((limit) => fc.constantFrom(limit, { ...limit, shadow: true }, { ...limit, stepUp: ['1 of ops'] })),
  { maxLength: 3 },
);

/** Something that depends on the budget and the moment. */
function usedOf({ budget, since }: BudgetWindow): bigint {
  return BigInt((budget.length + since) % 4);
}

function compiled(members: Readonly<Record<string, unknown>>) {
  return compilePolicy(readPolicy(policyText(members)));
}

function twoPasses(
  members: Readonly<Record<string, unknown>>,
  { used: _, ...rest }: PolicyFacts,
  used: (wanted: readonly BudgetWindow[]) => readonly bigint[],
) {
  return judgeWithBudgets(compiled(members), rest, (wanted) => Promise.resolve(used(wanted)));
}

describe('judging with budgets that are kept elsewhere', () => {
  it('gives what one pass gives that knows them at once', async () => {
    await fc.assert(
      fc.asyncProperty(rules, facts, async (document, one) => {
        const whole = factsOf({ ...given(one), used: (budget, since) => usedOf({ budget, since }) });
        const once = judgePolicy(compiled(documentOf(document)), whole);
        expect(await twoPasses(documentOf(document), whole, (wanted) => wanted.map(usedOf))).toEqual(once);
      }),
      { numRuns: 400 },
    );
  });

  it('a yes before the reservation is the final one if all charges fit, and never final otherwise', async () => {
    const hopes = { fitting: 0, failing: 0 };
    await fc.assert(
      fc.asyncProperty(someLimits, fc.bigInt({ min: 0n, max: 6n }), async (limits, taken) => {
        const policy = compiled({
          permits: [open],
          limits: limits.map((limit, place) => ({ id: `limit-${place}`, ...limit })),
        });
        const { used: _, ...rest } = factsOf({ effects: [pays(1n), { ...coinFee, amount: 1n }] });
        let asked = false;
        const used = async (wanted: readonly BudgetWindow[]) => {
          asked = true;
          return wanted.map(() => taken);
        };
        const first = await judgeBeforeReserving(policy, rest, used);
        const hoped = !asked && chargesOf(first).length > 0;
        const final = await judgeWithBudgets(policy, rest, used);
        if (!hoped) {
          expect(first).toEqual(final);
          return;
        }
        const fits = chargesOf(first).every(({ max, amount }) => max !== undefined && taken + amount <= max);
        hopes[fits ? 'fitting' : 'failing'] += 1;
        expect(first.shadow).toEqual(final.shadow);
        if (fits) expect(chargesOf(first)).toEqual(chargesOf(final));
        expect(final.charges.every((charge) => charge.fits === 'yes')).toBe(fits);
      }),
      { numRuns: 500 },
    );
    expect(hopes.fitting).toBeGreaterThan(0);
    expect(hopes.failing).toBeGreaterThan(0);
  });

  it('a shadow limit is judged by what was charged, also before a reservation', async () => {
    const members = { permits: [open], limits: [{ ...day, stepUp: [], shadow: true }] };
    const { used: _, ...rest } = factsOf();
    const judgement = await judgeBeforeReserving(compiled(members), rest, async () => [2n * ether]);
    expect(judgement).toMatchObject({ verdict: 'allow', shadow: [{ rule: 'day', would: 'exceed' }] });
  });

  it('asks one question, with each budget once', async () => {
    const questions: BudgetWindow[][] = [];
    const limits = [
      day,
      { id: 'few', count: 3, rolling: '1h', per: 'destination' },
      { id: 'ever', asset: 'ETH', lifetime: '9' },
    ];
    await twoPasses({ permits: [open], limits }, factsOf(), (wanted) => {
      questions.push([...wanted]);
      return wanted.map(() => 0n);
    });
    expect(questions).toHaveLength(1);
    expect(new Set(questions[0]?.map(({ budget }) => budget))).toHaveLength(3);
  });

  it('asks nothing where no limit is about the transaction', async () => {
    const judgement = await twoPasses({ permits: [open] }, factsOf(), () => {
      throw new Error('asked');
    });
    expect(judgement.verdict).toBe('allow');
  });

  it('never allows without an answer', async () => {
    const members = { permits: [open], limits: [day] };
    await expect(twoPasses(members, factsOf(), () => [])).rejects.toMatchObject({ code: 'INTERNAL' });
    await expect(twoPasses(members, factsOf(), () => [0n, 0n])).rejects.toMatchObject({ code: 'INTERNAL' });
    const store = () => {
      throw new Error('the store is down');
    };
    await expect(twoPasses(members, factsOf(), store)).rejects.toThrow('the store is down');
  });

  it('charges what fits with the ceiling of its limit', async () => {
    const judgement = await twoPasses({ permits: [open], limits: [day] }, factsOf(), () => [0n]);
    const budget = 'day mainnet ETH';
    const since = noon - 24 * 3_600_000;
    expect(chargesOf(judgement)).toEqual([{ budget, since, amount: ether + fee, max: 2n * ether }]);
  });

  it('charges what approvals raised without a ceiling', async () => {
    const raised = factsOf({ effects: [pays(5n * ether), ...factsOf().effects.slice(1)], approvals: approves('ann') });
    const judgement = await twoPasses({ permits: [open], limits: [day] }, raised, () => [0n]);
    expect(judgement.verdict).toBe('allow');
    expect(chargesOf(judgement)).toMatchObject([{ amount: 5n * ether + fee }]);
    expect(chargesOf(judgement)[0]).not.toHaveProperty('max');
  });
});
