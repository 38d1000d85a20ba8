import { describe, expect, test } from 'vitest';
import { type Asked, standingOf, verifyApproval } from '../../../src/policy/approvals.js';
import { constitutionOf } from '../../../src/policy/constitution.js';
import { intentOf } from '../../../src/policy/intent.js';
import { approvalBy, asked, constitution, keyOf, now, payment, written } from './people.js';

const HOUR = 3_600_000;
const standing = (approvals: Parameters<typeof standingOf>[2], change: Partial<Asked> = {}) =>
  standingOf({ ...asked, ...change }, constitution, approvals);

/** Why each approval does not count. */
function reasons(approvals: Parameters<typeof standingOf>[2], change: Partial<Asked> = {}): string[] {
  const found = standing(approvals, change);
  if (found.kind !== 'missing') return [found.kind];
  return found.ignored.map(({ error }) => error.code);
}

describe('approvals', () => {
  test('two approvers of the group meet a demand of two, and their nonces are to be spent', () => {
    const met = standing([approvalBy('bea'), approvalBy('bob')]);
    expect(met.kind).toBe('met');
    expect(met.kind === 'met' && met.nonces).toHaveLength(2);
  });

  test('one approval leaves a demand of two open and names who can still approve', () => {
    expect(standing([approvalBy('bea')])).toEqual({
      kind: 'missing',
      demands: [{ demand: { count: 2, group: 'treasury' }, approved: ['bea'], open: ['bob', 'ben'] }],
      ignored: [],
    });
  });

  test('one person with two keys counts once', () => {
    const found = standing([approvalBy('bea'), approvalBy('bea 2')]);
    expect(found.kind === 'missing' && found.demands[0]?.approved).toEqual(['bea']);
  });

  test('the initiator never counts, as a person or behind a token', () => {
    const change = { initiator: 'person:bea' };
    expect(reasons([approvalBy('bea', change), approvalBy('bob', change)], change)).toEqual(['APPROVAL_REFUSED']);
    const token = { initiator: 'token:game' };
    expect(reasons([approvalBy('bea', token), approvalBy('bob', token)], token)).toEqual(['APPROVAL_REFUSED']);
    const missing = standing([], token);
    expect(missing.kind === 'missing' && missing.demands[0]?.open).toEqual(['bea', 'ben']);
  });

  test('while it is not known who asked, a person behind any initiator does not count, and may still reject', () => {
    const unknown = { initiator: undefined } as Record<never, never>;
    const yes = (name: string) => approvalBy(name, unknown);
    expect(reasons([yes('bea'), yes('bob')], unknown)).toEqual(['APPROVAL_REFUSED']);
    expect(standing([yes('bea'), yes('ben')], unknown).kind).toBe('met');
    const missing = standing([], unknown);
    expect(missing.kind === 'missing' && missing.demands[0]?.open).toEqual(['bea', 'ben']);
    expect(standing([approvalBy('bob', { ...unknown, decision: 'reject' })], unknown).kind).toBe('rejected');
  });

  test('one person does not meet two demands, and moves to the one that needs the person more', () => {
    const both = [
      { count: 1, group: 'treasury' },
      { count: 1, group: 'risk' },
    ];
    const change = { demands: both };
    expect(standing([approvalBy('ben', change)], change).kind).toBe('missing');
    expect(standing([approvalBy('ben', change), approvalBy('bea', change)], change).kind).toBe('met');
    const three = { demands: [{ count: 2, group: 'treasury' }, both[1]!] };
    expect(standing([approvalBy('ben', three), approvalBy('bea', three)], three).kind).toBe('missing');
    expect(standing([approvalBy('ben', three), approvalBy('bea', three), approvalBy('bob', three)], three).kind).toBe(
      'met',
    );
  });

  test('no demands are not an approval', () => {
    expect(standing([approvalBy('bea'), approvalBy('bob')], { demands: [] }).kind).toBe('missing');
  });

  test('an approval that hides or invents the initiator does not count', () => {
    expect(reasons([approvalBy('bea', { initiator: 'token:other' })])).toEqual(['APPROVAL_CHANGED']);
    const { initiator: _, ...without } = asked;
    expect(standingOf(without, constitution, [approvalBy('bea')])).toMatchObject({ kind: 'missing' });
  });

  test('any rejection ends the transaction, also an expired one, one about other effects and that of the initiator', () => {
    const enough = [approvalBy('bea'), approvalBy('bob')];
    const no = { decision: 'reject' } as const;
    expect(standing([...enough, approvalBy('ben', no)])).toEqual({ kind: 'rejected', by: 'ben' });
    const old = { ...no, notBefore: now - 2 * HOUR, expires: now - HOUR, intent: `sha256:${'ff'.repeat(32)}` };
    expect(standing([...enough, approvalBy('ben', old)])).toEqual({ kind: 'rejected', by: 'ben' });
    const own = { ...no, initiator: 'person:ben' };
    expect(standing([approvalBy('ben', own)], own).kind).toBe('rejected');
  });

  test('a rejection of another transaction or by somebody who is no approver ends nothing', () => {
    const enough = [approvalBy('bea'), approvalBy('bob')];
    expect(standing([...enough, approvalBy('ben', { decision: 'reject', pending: 'p-2' })]).kind).toBe('met');
    expect(standing([...enough, approvalBy('oli', { decision: 'reject' })]).kind).toBe('met');
  });

  test('a forged signature and a key of nobody do not count', () => {
    const good = approvalBy('bea');
    const forged = { ...good, signature: keyOf('bob').signed(good.text) };
    expect(reasons([forged])).toEqual(['APPROVAL_SIGNATURE']);
    expect(reasons([approvalBy('mallory')])).toEqual(['APPROVAL_SIGNATURE']);
  });

  test('an approval whose lines were changed after signing does not count', () => {
    const good = approvalBy('bea');
    const text = good.text.replace('fee-at-most: 1000', 'fee-at-most: 9000');
    expect(() => verifyApproval(constitution, { ...good, text })).toThrow(/does not fit/);
  });

  test.each([
    ['other effects', { intent: `sha256:${'ab'.repeat(32)}` }, 'APPROVAL_CHANGED'],
    ['another pending id', { pending: 'p-2' }, 'APPROVAL_CHANGED'],
    ['another store', { store: 'ff'.repeat(16) }, 'APPROVAL_CHANGED'],
    ['the other network', { network: 'testnet' }, 'APPROVAL_CHANGED'],
    ['another chain', { chain: 'BSC' as never }, 'APPROVAL_CHANGED'],
    ['a lower fee', { feeAtMost: { asset: 'ETH', amount: 999n } }, 'APPROVAL_CHANGED'],
    ['a fee in another asset', { feeAtMost: { asset: 'USDC', amount: 1000n } }, 'APPROVAL_CHANGED'],
    ['another policy version', { policy: { version: 2, hash: asked.policy?.hash ?? '' } }, 'APPROVAL_CHANGED'],
    ['another policy hash', { policy: { version: 3, hash: `sha256:${'0b'.repeat(32)}` } }, 'APPROVAL_CHANGED'],
    ['a time that is over', { notBefore: now - HOUR, expires: now }, 'APPROVAL_EXPIRED'],
    ['a time to come', { notBefore: now + 1 }, 'APPROVAL_EXPIRED'],
  ] as const)('an approval of %s does not count', (_, change, code) => {
    expect(reasons([approvalBy('bea', change)])).toEqual([code]);
  });

  test('the last millisecond before the expiry and a fee of exactly the ceiling count', () => {
    const edge = { notBefore: now, expires: now + 1, feeAtMost: { asset: 'ETH', amount: 1000n } };
    expect(standing([approvalBy('bea', edge), approvalBy('bob', edge)]).kind).toBe('met');
  });

  test('an approver who was shown a smaller demand does not meet a larger one', () => {
    const shown = { demands: [{ count: 1, group: 'treasury' }] };
    const found = standing([approvalBy('bea', shown), approvalBy('bob', shown)]);
    expect(found.kind === 'missing' && found.demands[0]?.approved).toEqual([]);
  });

  test('an approver of one group does not meet the demand of another, and the role decides as well as the group', () => {
    const demands = [
      { count: 1, group: 'treasury' },
      { count: 1, group: 'risk' },
    ];
    expect(standing([approvalBy('bea', { demands }), approvalBy('bob', { demands })], { demands }).kind).toBe(
      'missing',
    );
    expect(standing([approvalBy('bea', { demands }), approvalBy('oli', { demands })], { demands }).kind).toBe(
      'missing',
    );
  });

  test('a group that is not there leaves its demand open with nobody to meet it', () => {
    const demands = [{ count: 1, group: 'nobody' }];
    expect(standing([approvalBy('bea', { demands })], { demands })).toMatchObject({
      kind: 'missing',
      demands: [{ approved: [], open: [] }],
    });
  });

  test('membership counts as it is now: a removed person and a removed key approve nothing', () => {
    const approvals = [approvalBy('bea 2'), approvalBy('bob')];
    const { bob: _, ...persons } = written.persons;
    const without = constitutionOf({
      ...written,
      persons: { ...persons, bea: { ...persons['bea'], keys: [keyOf('bea').text] } },
      groups: { ...written.groups, treasury: ['bea', 'ben'] },
    });
    const found = standingOf(asked, without, approvals);
    expect(found.kind === 'missing' && found.ignored.map(({ error }) => error.code)).toEqual([
      'APPROVAL_SIGNATURE',
      'APPROVAL_SIGNATURE',
    ]);
  });

  test('a spent approval counts for its own attempt and for no other', () => {
    const spent = [approvalBy('bea'), approvalBy('bob')].map((one) => ({ ...one, spentFor: '0' }));
    expect(standing(spent).kind).toBe('met');
    expect(reasons(spent, { attempt: '1' })).toEqual(['APPROVAL_SPENT', 'APPROVAL_SPENT']);
  });

  test('the same approval twice is one approval', () => {
    const one = approvalBy('bea');
    expect(standing([one, one]).kind).toBe('missing');
  });
});

describe('an intent', () => {
  test('stays the same when the number and the fee change, and changes with every other field', () => {
    const [transfer, fee] = payment;
    if (transfer === undefined || fee === undefined) throw new Error('no payment');
    const later = intentOf([transfer, { ...fee, amount: 2000n, args: [{ name: 'nonce', value: '8' }] }]);
    expect(later.intent).toBe(asked.intent);
    expect(later.effects).not.toBe(intentOf(payment).effects);
    const changes = [
      { to: '0xother' },
      { amount: 6n },
      { own: true },
      { code: 'opaque-data' },
      { tokenId: 1n },
      { args: [{ name: 'memo', value: 'x' }] },
      { data: 'ff' },
      { accounts: ['a'] },
    ] as const;
    for (const change of changes) expect(intentOf([{ ...transfer, ...change }, fee]).intent).not.toBe(asked.intent);
  });

  test('a transaction without effects, without a fee or with two fees has none', () => {
    const [transfer, fee] = payment;
    if (transfer === undefined || fee === undefined) throw new Error('no payment');
    const { amount: _, ...unbounded } = fee;
    for (const effects of [[], [fee], [transfer], [transfer, fee, fee], [transfer, unbounded]]) {
      expect(() => intentOf(effects)).toThrow(expect.objectContaining({ code: 'APPROVAL_EFFECTS' }));
    }
    const half = { ...transfer, method: '\ud800' };
    expect(() => intentOf([half, fee])).toThrow(expect.objectContaining({ code: 'APPROVAL_EFFECTS' }));
  });
});
