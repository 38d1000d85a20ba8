import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CustosError } from '../../../src/core/errors.js';
import { parseChainId } from '../../../src/core/ids.js';
import type { Approval } from '../../../src/core/policy/approval.js';
import { approvalText, readApprovalText } from '../../../src/policy/approval-text.js';
import { intentOf } from '../../../src/policy/intent.js';
import { approvalBy, asked, keyOf, payment } from './people.js';

const text = approvalBy('bea').text;

/** True when it reads; false when it is refused as it should be. */
function reads(changed: string): boolean {
  try {
    readApprovalText(changed);
    return true;
  } catch (error) {
    if (error instanceof CustosError && error.code === 'APPROVAL_INVALID') return false;
    throw error;
  }
}

const approvals: fc.Arbitrary<Approval> = fc
  .record({
    pending: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
    amount: fc.bigInt({ min: 0n, max: 10n ** 77n }),
    asset: fc.stringMatching(/^[!-~]{1,128}$/),
    demands: fc.array(
      fc.record({ count: fc.integer({ min: 1, max: 999 }), group: fc.stringMatching(/^[a-z][a-z0-9-]{0,31}$/) }),
      {
        maxLength: 16,
      },
    ),
    notBefore: fc.integer({ min: 0, max: 250_000_000_000_000 }),
    hold: fc.integer({ min: 1, max: 86_400_000 }),
    decision: fc.constantFrom('approve' as const, 'reject' as const),
    initiator: fc.option(fc.constant('token:game'), { nil: undefined }),
    policy: fc.option(fc.record({ version: fc.integer({ min: 1, max: 999_999 }), hash: fc.constant(asked.intent) }), {
      nil: undefined,
    }),
  })
  .map(({ amount, asset, notBefore, hold, initiator, policy, ...rest }) => ({
    store: asked.store,
    chain: parseChainId('SOL'),
    network: 'testnet' as const,
    intent: asked.intent,
    effects: asked.intent,
    feeAtMost: { asset, amount },
    notBefore,
    expires: notBefore + hold,
    nonce: '0f'.repeat(16),
    key: keyOf('bea').text,
    ...rest,
    ...(initiator !== undefined && { initiator }),
    ...(policy !== undefined && { policy }),
  }));

describe('the lines of an approval', () => {
  test('are readable and name everything that the approver decides about', () => {
    expect(text).toBe(
      [
        'custos-approval/1',
        'store: 00112233445566778899aabbccddeeff',
        'pending: p-1',
        'chain: ETH',
        'network: mainnet',
        `intent: ${asked.intent}`,
        `effects: ${intentOf(payment).effects}`,
        'fee-at-most: 1000 ETH',
        `policy: 3 ${asked.policy?.hash}`,
        'demand: 2 of treasury',
        'initiator: token:shop',
        'decision: approve',
        'not-before: 2026-01-01T11:59:59.000Z',
        'expires: 2026-01-01T13:00:00.000Z',
        `nonce: ${readApprovalText(text).nonce}`,
        `key: ${keyOf('bea').text}`,
        '',
      ].join('\n'),
    );
  });

  test('are read back as they were written, for any approval', () => {
    fc.assert(
      fc.property(approvals, (approval) => {
        expect(readApprovalText(approvalText(approval))).toEqual(approval);
      }),
    );
  });

  test('have one form: a change of any character gives another approval or is refused', () => {
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ unit: 'binary', minLength: 0, maxLength: 2 }), (at, put) => {
        const changed = text.slice(0, at) + put + text.slice(at + 1);
        if (changed !== text && reads(changed)) expect(approvalText(readApprovalText(changed))).toBe(changed);
      }),
    );
  });

  test('any text is read or refused with its code', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (any) => !reads(any)));
    fc.assert(fc.property(fc.string(), (any) => !reads(`custos-approval/1\n${any}`)));
  });

  test('may name 16 demands', () => {
    const demands = Array.from({ length: 16 }, (_, at) => ({ count: 1, group: `group-${at}` }));
    expect(readApprovalText(approvalBy('bea', { demands }).text).demands).toEqual(demands);
  });

  test.each([
    ['no line end', text.trimEnd()],
    ['a line too many', `${text}x: y\n`],
    ['CRLF', text.replaceAll('\n', '\r\n')],
    ['another order', text.replace(/(chain: .*\n)(network: .*\n)/, '$2$1')],
    ['a blank more', text.replace('decision: ', 'decision:  ')],
    ['upper case', text.replace('approve', 'Approve')],
    ['a leading zero', text.replace('fee-at-most: 1000', 'fee-at-most: 01000')],
    ['a time in another form', text.replace('13:00:00.000Z', '13:00:00Z')],
    ['a time of another zone', text.replace('13:00:00.000Z', '13:00:00.000+00:00')],
    ['25 hours', text.replace('2026-01-01T13:00', '2026-01-02T13:00')],
    ['an end at its beginning', text.replace('2026-01-01T13:00:00.000Z', '2026-01-01T11:59:59.000Z')],
    ['17 demands', text.replace('2 of treasury', Array.from({ length: 17 }, () => '2 of treasury').join(', '))],
    ['an end before its beginning', text.replace('2026-01-01T13:00', '2026-01-01T11:00')],
    ['a letter of another alphabet', text.replace('p-1', 'р-1')],
    ['another title', text.replace('custos-approval/1', 'custos-approval/2')],
    ['a demand of none', text.replace('2 of treasury', '0 of treasury')],
    [
      'a key with loose bits',
      text.replace(/(key: .*)(.)\n$/, (_, head, last) => `${head}${String.fromCharCode(last.charCodeAt(0) + 1)}\n`),
    ],
  ])('with %s are refused', (_, changed) => {
    expect(changed).not.toBe(text);
    expect(reads(changed)).toBe(false);
  });
});
