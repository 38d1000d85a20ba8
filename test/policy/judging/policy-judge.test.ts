import { describe, expect, test } from 'vitest';
import type { Effect } from '../../../src/core/chain/effect.js';
import type { Log } from '../../../src/core/log.js';
import { silentLog } from '../../../src/core/log.js';
import type { Approval } from '../../../src/core/policy/approval.js';
import type { Policy } from '../../../src/core/policy/policy.js';
import type { Judge, Question, Verdict } from '../../../src/core/signing/judge.js';
import type { BudgetWindow } from '../../../src/core/store/budgets.js';
import { readApprovalText } from '../../../src/policy/approval-text.js';
import { readPolicy } from '../../../src/policy/document/read.js';
import { intentOf } from '../../../src/policy/intent.js';
import { compilePolicy } from '../../../src/policy/judging/compile.js';
import { policyJudge } from '../../../src/policy/judging/policy-judge.js';
import { fee, open, pays, policyText } from '../../support/policies.js';
import { approvalBy, asked, constitution, now, store } from '../approvals/people.js';

const effects: readonly Effect[] = [pays(5n), fee];
const question = (change: Partial<Question> = {}): Question =>
  ({
    pending: { id: asked.pending },
    chain: asked.chain,
    network: 'mainnet',
    wallets: [],
    signedBy: ['0x1111111111111111111111111111111111111111'],
    effects,
    summary: {},
    attempt: '0',
    ...change,
  }) as unknown as Question;
const two = { ...open, needs: ['2 of treasury'] };
const policyOf = (members: object) => readPolicy(policyText({ groups: {}, ...members }));

interface Given {
  readonly waiting?: Policy;
  readonly approvals?: readonly (readonly [string, Partial<Approval>?])[];
  readonly spentFor?: string;
  readonly known?: boolean;
  readonly used?: bigint;
  readonly fourEye?: Verdict;
}

/** A judge over what is given, and what it did. */
function court(
  policy: Policy | undefined,
  { waiting, approvals = [], spentFor, known = true, used = 0n, fourEye }: Given = {},
) {
  const spent = new Map<string, string>();
  const told: object[] = [];
  const wished: (readonly string[])[] = [];
  const wanted: BudgetWindow[] = [];
  let asks = 0;
  const info: Log['info'] = (fields) => void told.push(fields);
  const { intent, effects: all } = intentOf(effects);
  const bound = {
    intent,
    effects: all,
    feeAtMost: { asset: 'ETH', amount: fee.amount! },
    initiator: undefined,
  } as never;
  const version = policy && { policy: { version: policy.version, hash: policy.hash } };
  const kept = approvals.map(([name, change]) => {
    const { text, signature } = approvalBy(name, { ...(bound as object), ...version, ...change });
    return {
      text,
      signature,
      nonce: readApprovalText(text).nonce,
      pendingId: asked.pending,
      at: now,
      ...(spentFor !== undefined && { spentFor }),
    };
  });
  const service: Judge | undefined = fourEye && {
    name: 'four-eye',
    async decide() {
      asks += 1;
      return fourEye;
    },
  };
  const judge = policyJudge({
    storeId: store,
    clock: { now: () => now },
    log: { ...silentLog, info },
    policies: async () => ({
      ...(policy && { current: compilePolicy(policy) }),
      ...(waiting && { waiting: compilePolicy(waiting) }),
    }),
    constitution: async () => (known ? constitution : undefined),
    approvals: {
      of: async () => kept,
      spend: async ({ nonces, attempt }) => {
        for (const nonce of nonces) spent.set(nonce, attempt);
      },
    },
    journal: {
      budgetsUsed: async (windows) => {
        wanted.push(...windows);
        return windows.map(() => used);
      },
    },
    coinOf: () => 'ETH',
    askMissing: (_question, _asked, persons) => void wished.push([...persons]),
    ...(service && { fourEye: service }),
  });
  return { judge, spent, told, wished, wanted, asks: () => asks };
}

describe('the judge of the policy', () => {
  test('has no say before there is a policy', async () => {
    expect(await court(undefined).judge.applies?.(() => [])).toBe(false);
    expect(await court(policyOf({})).judge.applies?.(() => [])).toBe(true);
  });

  test('denies what no permit covers, and names the forbid that matches', async () => {
    expect(await court(policyOf({})).judge.decide(question())).toMatchObject({
      kind: 'deny',
      rule: 'policy',
      reason: expect.stringContaining('no permit covers transfer'),
    });
    const forbids = [{ id: 'never', to: 'any' }];
    expect(await court(policyOf({ permits: [open], forbids })).judge.decide(question())).toMatchObject({
      kind: 'deny',
      rule: 'never',
    });
  });

  test('allows what is covered, with what it takes of limits', async () => {
    expect(await court(policyOf({ permits: [open] })).judge.decide(question())).toEqual({ kind: 'allow' });
    const limits = [{ id: 'day', asset: 'ETH', rolling: '24h', max: '1' }];
    const limited = court(policyOf({ permits: [open], limits }));
    expect(await limited.judge.decide(question())).toMatchObject({
      kind: 'allow',
      charges: [{ amount: 5n + fee.amount!, max: 10n ** 18n }],
    });
    expect(limited.wanted).toHaveLength(1);
    const full = court(policyOf({ permits: [open], limits }), { used: 10n ** 18n });
    expect(await full.judge.decide(question())).toMatchObject({ kind: 'deny', rule: 'day' });
  });

  test('asks nothing of budgets before a reservation, but for approvals that a yes would spend', async () => {
    const limits = [{ id: 'day', asset: 'ETH', rolling: '24h', max: '1' }];
    const full = { used: 10n ** 18n };
    const plain = court(policyOf({ permits: [open], limits }), full);
    expect(await plain.judge.decide(question(), 'unused')).toMatchObject({ kind: 'allow' });
    expect(plain.wanted).toEqual([]);
    const approved = court(policyOf({ permits: [two], limits }), { ...full, approvals: [['bea'], ['ben']] });
    expect(await approved.judge.decide(question(), 'unused')).toMatchObject({ kind: 'deny', rule: 'day' });
    expect(approved.spent.size).toBe(0);
  });

  test('says what a version that waits would deny by what was charged, also before a reservation', async () => {
    const waiting = policyOf({ permits: [open], limits: [{ id: 'day', asset: 'ETH', rolling: '24h', max: '1' }] });
    const { judge, told } = court(policyOf({ permits: [open] }), { waiting, used: 10n ** 18n });
    expect(await judge.decide(question(), 'unused')).toMatchObject({ kind: 'allow' });
    expect(told).toMatchObject([{ event: 'policy-waiting', verdict: 'deny' }]);
  });

  test('holds what lacks approvals, says who is missing and asks their services, and spends nothing', async () => {
    const { judge, spent, wished } = court(policyOf({ permits: [two] }), { approvals: [['bea']] });
    expect(await judge.decide(question())).toEqual({
      kind: 'hold',
      rule: 'policy',
      because: 'undecided',
      reason: 'open needs 2 of treasury: bea approved, ben can',
    });
    expect(spent.size).toBe(0);
    expect(wished).toEqual([['ben']]);
  });

  test('says who is missing for the limit that is passed, and not for one that fits', async () => {
    const limit = { asset: 'ETH', rolling: '24h' };
    const limits = [
      { ...limit, id: 'wide', max: '1', stepUp: ['1 of risk'] },
      { ...limit, id: 'tight', max: '0', stepUp: ['1 of treasury'] },
    ];
    const { judge, wished } = court(policyOf({ permits: [open], limits }));
    expect(await judge.decide(question())).toMatchObject({
      kind: 'hold',
      reason: 'tight needs 1 of treasury: no approval yet, bea, ben can',
    });
    expect(wished).toEqual([['bea', 'ben']]);
  });

  test('spends the approvals of what it lets pass', async () => {
    const { judge, spent } = court(policyOf({ permits: [two] }), { approvals: [['bea'], ['ben']] });
    expect(await judge.decide(question())).toEqual({ kind: 'allow' });
    expect([...spent.values()]).toEqual(['0', '0']);
  });

  test('counts no approval for another version, demand, transaction or making of the bytes, or without a constitution', async () => {
    const policy = policyOf({ permits: [two] });
    const other = { policy: { version: 2, hash: policy.hash } };
    for (const given of [
      {
        approvals: [
          ['bea', other],
          ['ben', other],
        ],
      },
      {
        approvals: [
          ['bea', { demands: [] }],
          ['ben', { demands: [{ count: 1, group: 'treasury' }] }],
        ],
      },
      {
        approvals: [
          ['bea', { pending: 'p-2' }],
          ['ben', { expires: now }],
        ],
      },
      { approvals: [['bea'], ['ben']], spentFor: '7' },
      { approvals: [['bea'], ['ben']], known: false },
      { approvals: [['bea'], ['bea 2']] },
    ] as const) {
      expect((await court(policy, given as Given).judge.decide(question())).kind).toBe('hold');
    }
  });

  test('denies what one person rejected, also where no approval is needed', async () => {
    const { judge } = court(policyOf({ permits: [open] }), { approvals: [['ben', { decision: 'reject' }]] });
    expect(await judge.decide(question())).toMatchObject({ kind: 'deny', reason: 'ben rejected it' });
  });

  test('asks the four-eye service only where a rule waits for it, and takes its yes for no more than an answer', async () => {
    const legacy = policyOf({ permits: [{ ...open, needs: ['1 of four-eye'], class: 'legacy' }] });
    const yes = court(legacy, { fourEye: { kind: 'allow' } });
    expect(await yes.judge.decide(question())).toEqual({ kind: 'allow' });
    expect(yes.asks()).toBe(1);
    const no = court(legacy, { fourEye: { kind: 'deny', rule: 'four-eye', reason: 'no' } });
    expect(await no.judge.decide(question())).toMatchObject({
      kind: 'deny',
      reason: expect.stringContaining('four-eye rejected it'),
    });
    const silent = { kind: 'hold', rule: 'four-eye', reason: 'no answer', because: 'silent' } as const;
    expect(await court(legacy, { fourEye: silent }).judge.decide(question())).toMatchObject({
      kind: 'hold',
      because: 'silent',
      reason: expect.stringContaining('no answer'),
    });
    for (const permit of [open, two, { ...open, needs: ['1 of four-eye'] }]) {
      const unasked = court(policyOf({ permits: [permit] }), { fourEye: { kind: 'allow' } });
      expect((await unasked.judge.decide(question())).kind).toBe(permit === open ? 'allow' : 'hold');
      expect(unasked.asks()).toBe(0);
    }
  });

  test('only logs shadow rules, and what a version that waits would decide', async () => {
    const policy = policyOf({ permits: [open], forbids: [{ id: 'soon', to: 'any', shadow: true }] });
    const waiting = readPolicy(policyText({ version: 2, previous: policy.hash }));
    const { judge, told } = court(policy, { waiting });
    expect(await judge.decide(question())).toEqual({ kind: 'allow' });
    expect(told).toMatchObject([
      { event: 'policy-shadow', id: asked.pending, policy: 1, rule: 'soon', would: 'forbid' },
      { event: 'policy-waiting', policy: 2, verdict: 'deny' },
    ]);
  });
});
