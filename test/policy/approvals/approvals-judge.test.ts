import { describe, expect, test } from 'vitest';
import { CustosError, type ErrorCode } from '../../../src/core/errors.js';
import type { Question } from '../../../src/core/signing/judge.js';
import type { StoredApproval } from '../../../src/core/store/approvals.js';
import { readApprovalText } from '../../../src/policy/approval-text.js';
import { type ApprovalsJudgeParts, approvalsJudge } from '../../../src/policy/approvals-judge.js';
import { approvalBy, asked, constitution, now, payment, store } from './people.js';

const { initiator: _, policy: __, ...plain } = asked;

/** Approvals as the judge's question wants them: without a policy, and with no known initiator. */
function given(key: string, change: Parameters<typeof approvalBy>[1] = {}): StoredApproval {
  const { text, signature } = approvalBy(key, { ...change });
  return { text, signature, nonce: readApprovalText(text).nonce, pendingId: plain.pending, at: now };
}

/** A judge over a list of approvals that is spent as the tables spend it. */
function court(approvals: readonly StoredApproval[], { known = true, demands = asked.demands } = {}) {
  const spent = new Map<string, string>();
  const parts: ApprovalsJudgeParts = {
    storeId: store,
    clock: { now: () => now } as never,
    demandsOf: () => demands,
    constitution: async () => (known ? constitution : undefined),
    approvals: {
      of: async () => approvals,
      spend: async ({ nonces, attempt: of }) => {
        for (const nonce of nonces) spent.set(nonce, of);
      },
    },
  };
  return { judge: approvalsJudge(parts), parts, spent };
}

const question = (change: Partial<Question> = {}): Question =>
  ({
    pending: { id: plain.pending },
    chain: plain.chain,
    network: plain.network,
    effects: payment,
    attempt: '0',
    ...change,
  }) as Question;
const free = { initiator: undefined, policy: undefined } as never;

describe('the judge of approvals', () => {
  test('lets a transaction pass that needs nothing, without asking who may approve', async () => {
    const { judge } = court([], { demands: [], known: false });
    expect(await judge.decide(question({ effects: [] }))).toEqual({ kind: 'allow' });
  });

  test('holds everything while there is no constitution', async () => {
    const { judge, spent } = court([given('bea', free), given('ben', free)], { known: false });
    expect(await judge.decide(question())).toMatchObject({ kind: 'hold', because: 'undecided' });
    expect(spent.size).toBe(0);
  });

  test('holds a transaction and says who is missing, and spends nothing', async () => {
    const { judge, spent } = court([given('bea', free)]);
    expect(await judge.decide(question())).toEqual({
      kind: 'hold',
      rule: 'approvals',
      because: 'undecided',
      reason: '2 of treasury: bea approved, ben can',
    });
    expect(spent.size).toBe(0);
  });

  test('asks only those who can still approve what is open, and says so', async () => {
    const wishes: string[][] = [];
    const demands = ['treasury', 'risk'].map((group) => ({ count: 1, group }));
    const seen = { ...(free as object), demands: demands.slice(0, 1) };
    const judge = approvalsJudge({
      ...court([given('ben', seen)], { demands }).parts,
      askMissing: (_question, _asked, open) => void wishes.push([...open]),
    });
    expect(await judge.decide(question())).toMatchObject({
      kind: 'hold',
      reason: '1 of treasury: ben approved; 1 of risk: no approval yet, ben can',
    });
    expect(wishes).toEqual([['ben']]);
  });

  test('holds what is spent for other bytes at the last moment, and passes any other failure on', async () => {
    const failing = (code: ErrorCode) => {
      const { parts } = court([given('bea', free), given('ben', free)]);
      const spend = async () => {
        throw new CustosError(code, 'a failure');
      };
      return approvalsJudge({ ...parts, approvals: { ...parts.approvals, spend } }).decide(question());
    };
    expect(await failing('APPROVAL_SPENT')).toMatchObject({ kind: 'hold', because: 'undecided' });
    await expect(failing('STORE_UNREACHABLE')).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  });

  test('spends the approvals of the attempt as it lets the transaction pass', async () => {
    const approvals = [given('bea', free), given('ben', free)];
    const { judge, spent } = court(approvals);
    expect(await judge.decide(question({ attempt: '3' }))).toEqual({ kind: 'allow' });
    expect(spent).toEqual(new Map(approvals.map(({ nonce }) => [nonce, '3'])));
  });

  test('holds a transaction whose approvals were spent for bytes that were made before', async () => {
    const approvals = [given('bea', free), given('ben', free)].map((one) => ({ ...one, spentFor: '0' }));
    expect(await court(approvals).judge.decide(question())).toEqual({ kind: 'allow' });
    const later = await court(approvals).judge.decide(question({ attempt: '1' }));
    expect(later).toMatchObject({ kind: 'hold', reason: expect.stringContaining('APPROVAL_SPENT') });
  });

  test('denies what one person rejected', async () => {
    const approvals = [
      given('bea', free),
      given('ben', free),
      given('ben', { decision: 'reject', ...(free as object) }),
    ];
    expect(await court(approvals).judge.decide(question())).toMatchObject({ kind: 'deny', reason: 'rejected by ben' });
  });

  test('throws about a transaction that has no effects, so that it is not signed', async () => {
    const { judge } = court([given('bea', free), given('ben', free)]);
    const asking = judge.decide(question({ effects: [] }));
    await expect(asking).rejects.toEqual(expect.objectContaining({ code: 'APPROVAL_EFFECTS' }));
  });
});
