import { describe, expect, it } from 'vitest';
import type { Effect } from '../../../src/core/chain/effect.js';
import { CustosError, type ErrorCode } from '../../../src/core/errors.js';
import { silentLog } from '../../../src/core/log.js';
import type { Question } from '../../../src/core/signing/judge.js';
import { readApprovalText } from '../../../src/policy/approval-text.js';
import { readPolicy } from '../../../src/policy/document/read.js';
import { intentOf } from '../../../src/policy/intent.js';
import { compilePolicy } from '../../../src/policy/judging/compile.js';
import { type PolicyJudgeParts, policyJudge } from '../../../src/policy/judging/policy-judge.js';
import { fee, open, pays, policyText, receiver } from '../../support/policies.js';
import { approvalBy, asked, constitution, now, store } from '../approvals/people.js';

const effects: readonly Effect[] = [pays(5n), fee];
const needs = { ...open, needs: ['1 of treasury'] };
const day = { id: 'day', asset: 'ETH', rolling: '24h', max: '1' };

function questionOf(change: Partial<Question> = {}): Question {
  const { pending, chain } = asked;
  const signedBy = ['0x1111111111111111111111111111111111111111'];
  const plain = {
    pending: { id: pending },
    chain,
    network: 'mainnet',
    wallets: [],
    signedBy,
    effects,
    summary: {},
    attempt: '0',
  };
  return { ...plain, ...change } as unknown as Question;
}

/** A judge by these members of a policy, which these persons have approved, with parts that a test may replace. */
function judgeBy(members: object, names: readonly string[], change: (parts: PolicyJudgeParts) => object = () => ({})) {
  const policy = readPolicy(policyText({ groups: {}, ...members }));
  const { intent, effects: all } = intentOf(effects);
  const bound = { intent, effects: all, feeAtMost: { asset: 'ETH', amount: fee.amount ?? 0n }, initiator: undefined };
  const { version, hash } = policy;
  const kept = names.map((name) => {
    const demands = [{ count: 1, group: 'treasury' }];
    const signed = approvalBy(name, { ...bound, policy: { version, hash }, demands } as object);
    return { ...signed, nonce: readApprovalText(signed.text).nonce, pendingId: asked.pending, at: now };
  });
  const parts: PolicyJudgeParts = {
    storeId: store,
    clock: { now: () => now },
    log: silentLog,
    policies: async () => ({ current: compilePolicy(policy) }),
    constitution: async () => constitution,
    approvals: { of: async () => kept, spend: async () => undefined },
    journal: { budgetsUsed: async (windows) => windows.map(() => 0n) },
    coinOf: () => 'ETH',
  };
  return policyJudge({ ...parts, ...change(parts) });
}

function failing(code: ErrorCode) {
  return async () => {
    throw new CustosError(code, 'a failure');
  };
}

describe('the judge of the policy', () => {
  const outage = failing('STORE_UNREACHABLE');

  it.each<readonly [string, (parts: PolicyJudgeParts) => object]>([
    ['policies', () => ({ policies: outage })],
    ['constitution', () => ({ constitution: outage })],
    ['approvals', ({ approvals }) => ({ approvals: { ...approvals, of: outage } })],
    ['record of spent approvals', ({ approvals }) => ({ approvals: { ...approvals, spend: outage } })],
    ['budgets', ({ journal }) => ({ journal: { ...journal, budgetsUsed: outage } })],
  ])('allows nothing while the %s cannot be reached', async (_what, change) => {
    const members = { permits: [needs], limits: [day] };
    expect(await judgeBy(members, ['bea']).decide(questionOf())).toMatchObject({ kind: 'allow' });
    await expect(judgeBy(members, ['bea'], change).decide(questionOf())).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
    });
  });

  it('holds what was approved for bytes that were made before, and spends nothing where nothing is needed', async () => {
    const spent = (parts: PolicyJudgeParts) => ({
      approvals: { ...parts.approvals, spend: failing('APPROVAL_SPENT') },
    });
    expect(await judgeBy({ permits: [needs] }, ['bea'], spent).decide(questionOf())).toMatchObject({ kind: 'hold' });
    expect(await judgeBy({ permits: [open] }, [], spent).decide(questionOf())).toMatchObject({ kind: 'allow' });
  });

  it('judges the fee rate of the transaction', async () => {
    const judge = judgeBy({ permits: [{ ...open, feeRateMax: '10' }] }, []);
    const verdict = async (summary: object) => (await judge.decide(questionOf({ summary } as Partial<Question>))).kind;
    expect(await verdict({ feeRate: 10 })).toBe('allow');
    expect(await verdict({ feeRate: 10.5 })).toBe('deny');
    expect(await verdict({})).toBe('deny');
  });

  it('says five reasons at most, and how many more there are', async () => {
    const said = async (parts: number) => {
      const many = Array.from({ length: parts }, (_, at) =>
        pays(BigInt(at + 1), { to: `${receiver.slice(0, -1)}${at}` }),
      );
      const verdict = await judgeBy({}, []).decide(questionOf({ effects: [...many, fee] }));
      return 'reason' in verdict ? verdict.reason : '';
    };
    expect(await said(4)).not.toContain('more');
    expect(await said(5)).toMatch(/; and \d+ more$/);
  });

  it('has services asked only for what is still open, and only if somebody can give it', async () => {
    const wishes: string[][] = [];
    const asking = () => ({
      askMissing: (_question: unknown, _asked: unknown, persons: ReadonlySet<string>) => void wishes.push([...persons]),
    });
    const permits = [{ ...open, needs: ['1 of treasury', '1 of risk'] }];
    const held = await judgeBy({ permits }, ['bea'], asking).decide(questionOf());
    expect(held).toMatchObject({
      kind: 'hold',
      reason: 'open needs 1 of treasury: bea approved; open needs 1 of risk: no approval yet, ben can',
    });
    expect(wishes.splice(0)).toEqual([['ben']]);
    // Of the demand that is met, nobody else is asked.
    await judgeBy({ permits }, ['ben'], asking).decide(questionOf());
    expect(wishes.splice(0)).toEqual([['ben']]);
    const nobody = [{ ...open, needs: ['1 of board'] }];
    expect(await judgeBy({ permits: nobody }, [], asking).decide(questionOf())).toMatchObject({ kind: 'hold' });
    expect(wishes).toEqual([]);
  });

  it('takes an approval of exactly the class that is wanted as given', async () => {
    const permits = [{ ...open, needs: ['1 of treasury', '1 of risk'], class: 'decoded' }];
    expect(await judgeBy({ permits }, ['bea']).decide(questionOf())).toMatchObject({
      reason: expect.stringContaining('1 of treasury: bea approved'),
    });
  });
});
