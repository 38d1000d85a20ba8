import { describe, expect, test } from 'vitest';
import type { Approval } from '../../../src/core/policy/approval.js';
import { FOUR_EYE, type JudgedTransaction, prepareFacts } from '../../../src/policy/judging/facts.js';
import { approvalBy, asked, constitution, now, payment, store } from '../approvals/people.js';

const policy = asked.policy!;
const transaction: JudgedTransaction = {
  store,
  pending: asked.pending,
  chain: asked.chain,
  network: asked.network,
  coin: 'ETH',
  wallets: [],
  signers: ['0xfrom'],
  isOwn: () => false,
  effects: payment,
  initiator: 'token:shop',
  now,
  attempt: '0',
};
const { initiator: _, ...unasked } = transaction;

function prepared(keys: readonly [string, Partial<Approval>?][], about: JudgedTransaction = transaction) {
  return prepareFacts(about, { policy, constitution, kept: keys.map(([key, change]) => approvalBy(key, change)) });
}

describe('the facts of a policy', () => {
  test('have each approval that counts, with its person and the demands that the person saw', () => {
    const { facts, nonces, ignored } = prepared([['bea'], ['ben', { decision: 'reject' }]]);
    expect(facts.approvals).toEqual([
      { person: 'bea', decision: 'approve', class: 'decoded', demands: asked.demands },
      { person: 'ben', decision: 'reject', class: 'decoded', demands: asked.demands },
    ]);
    expect(nonces).toHaveLength(1);
    expect(ignored).toEqual([]);
  });

  test('leave out what was given for another policy, transaction, fee or time, or by a stranger', () => {
    const other = { version: 4, hash: policy.hash };
    const { facts, nonces, ignored } = prepared([
      ['bea', { policy: other }],
      ['bea', { policy: { ...policy, hash: `sha256:${'0b'.repeat(32)}` } }],
      ['bea', { pending: 'p-2' }],
      ['bea', { feeAtMost: { asset: 'ETH', amount: 999n } }],
      ['bea', { expires: now }],
      ['eve'],
    ]);
    expect([facts.approvals, nonces]).toEqual([[], []]);
    expect(ignored.map(({ error }) => error.code)).toEqual([
      'APPROVAL_CHANGED',
      'APPROVAL_CHANGED',
      'APPROVAL_CHANGED',
      'APPROVAL_CHANGED',
      'APPROVAL_EXPIRED',
      'APPROVAL_SIGNATURE',
    ]);
  });

  test('leave out approvals that were spent for bytes that were made before', () => {
    const kept = [{ ...approvalBy('bea'), spentFor: '0' }];
    const given = (attempt: string) =>
      prepareFacts({ ...transaction, attempt }, { policy, constitution, kept }).facts.approvals.length;
    expect([given('0'), given('1')]).toEqual([1, 0]);
  });

  test('exclude whoever stands behind the initiator, and while it is unknown everyone who may', () => {
    expect(prepared([]).facts.excluded).toEqual([]);
    expect(prepared([], { ...transaction, initiator: 'token:game' }).facts.excluded).toEqual(['bob']);
    expect(prepared([], { ...transaction, initiator: 'person:ben' }).facts.excluded).toEqual(['ben']);
    expect(prepared([], unasked).facts.excluded).toEqual(['bob']);
  });

  test('have the groups of the constitution, and one of the four-eye service', () => {
    const { groups } = prepared([]).facts;
    expect(groups?.get('treasury')).toEqual(new Set(['bea', 'bob', 'ben']));
    expect(groups?.get(FOUR_EYE)).toEqual(new Set([FOUR_EYE]));
  });

  test('have no signed approval without a constitution, and for what has no fee', () => {
    const kept = [approvalBy('bea')];
    const unsigned = [{ person: FOUR_EYE, decision: 'approve', class: 'legacy', demands: 'any' } as const];
    const { facts } = prepareFacts(transaction, { policy, constitution: undefined, kept, unsigned });
    expect(facts.approvals).toEqual(unsigned);
    expect(prepared([['bea']], { ...transaction, effects: payment.slice(0, 1) }).facts.approvals).toEqual([]);
  });
});
