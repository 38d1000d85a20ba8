import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Effect } from '../../../src/core/chain/effect.js';
import { ANY, comparePayment, type PaymentPlan } from '../../../src/core/chain/payment.js';
import type { CustosError } from '../../../src/core/errors.js';

const plan: PaymentPlan = {
  moves: [{ op: 'transfer', from: 'A', to: 'B', asset: 'C', amount: 5n, args: { tag: '7', vout: ANY } }],
  needs: [{ op: 'account', code: 'account-settings', from: 'A', to: 'B' }],
  change: ['transfer'],
  fee: { asset: 'C', decimals: 2, most: 100n },
};
const payment: Effect = {
  op: 'transfer',
  from: 'A',
  to: 'B',
  asset: 'C',
  amount: 5n,
  args: [{ name: 'tag', value: '7' }],
};
const fee: Effect = { op: 'fee', from: 'A', asset: 'C', amount: 100n };

function codeOf(effects: readonly Effect[], of: PaymentPlan = plan): string {
  try {
    comparePayment(effects, of);
    return 'accepted';
  } catch (error) {
    return (error as CustosError).code;
  }
}

describe('comparePayment', () => {
  it('accepts the planned move with its fee, what it needs, and change', () => {
    const change: Effect = { op: 'transfer', from: 'A', to: 'A', asset: 'C', amount: 9n, own: true };
    const need: Effect = { op: 'account', code: 'account-settings', from: 'A', to: 'B' };
    const placed: Effect = { ...payment, args: [...(payment.args ?? []), { name: 'vout', value: '0' }] };
    expect(codeOf([payment, fee])).toBe('accepted');
    expect(codeOf([need, change, placed, change, fee])).toBe('accepted');
  });

  it.each<[string, Effect]>([
    ['another receiver', { ...payment, to: 'X' }],
    ['another amount', { ...payment, amount: 6n }],
    ['no amount', { op: 'transfer', from: 'A', to: 'B', asset: 'C', args: payment.args ?? [] }],
    ['another asset', { ...payment, asset: 'D' }],
    ['another sender', { ...payment, from: 'X' }],
    ['a hazard', { ...payment, code: 'opaque-data' }],
    ['another method', { ...payment, method: 'send' }],
    ['a token that is not fungible', { ...payment, tokenId: 1n }],
    ['another tag', { ...payment, args: [{ name: 'tag', value: '8' }] }],
    ['no tag', { op: 'transfer', from: 'A', to: 'B', asset: 'C', amount: 5n }],
    ['a foreign argument', { ...payment, args: [...(payment.args ?? []), { name: 'heir', value: 'X' }] }],
    ['the tag twice', { ...payment, args: [...(payment.args ?? []), ...(payment.args ?? [])] }],
  ])('refuses a payment with %s', (_name, effect) => {
    expect(codeOf([effect, fee])).toBe('PAYMENT_MISMATCH');
  });

  it('says that the receiver is unfit, not that the node lied, when no one can spend what the payment brings', () => {
    expect(codeOf([{ ...payment, code: 'unspendable-destination' }, fee])).toBe('RECEIVER_UNFIT');
    expect(codeOf([{ ...payment, code: 'unspendable-destination', to: 'X' }, fee])).toBe('PAYMENT_MISMATCH');
    expect(codeOf([payment, { ...payment, code: 'unspendable-destination' }, fee])).toBe('PAYMENT_MISMATCH');
  });

  it('refuses a move that is there twice, or missing, and anything besides', () => {
    expect(codeOf([payment, payment, fee])).toBe('PAYMENT_MISMATCH');
    expect(codeOf([fee])).toBe('PAYMENT_MISMATCH');
    const need: Effect = { op: 'account', code: 'account-settings', from: 'A', to: 'B' };
    expect(codeOf([payment, need, need, fee])).toBe('PAYMENT_MISMATCH');
    expect(codeOf([payment, { op: 'call', code: 'opaque-data', from: 'A' }, fee])).toBe('PAYMENT_MISMATCH');
  });

  it('takes only transfers of the planned kinds for change', () => {
    const own: Effect = { op: 'token-transfer', from: 'A', to: 'A', asset: 'D', amount: 1n, own: true };
    expect(codeOf([payment, own, fee])).toBe('PAYMENT_MISMATCH');
    expect(codeOf([payment, { ...own, op: 'transfer', own: true, code: 'unknown-script' }, fee])).toBe(
      'PAYMENT_MISMATCH',
    );
  });

  it('refuses a fee above the limit, in another asset, missing or twice', () => {
    expect(codeOf([payment, { ...fee, amount: 101n }])).toBe('FEE_INVALID');
    expect(codeOf([payment, { ...fee, asset: 'D' }])).toBe('PAYMENT_MISMATCH');
    expect(codeOf([payment])).toBe('PAYMENT_MISMATCH');
    expect(codeOf([payment, fee, fee])).toBe('PAYMENT_MISMATCH');
    expect(codeOf([payment, { ...fee, amount: -1n }])).toBe('PAYMENT_MISMATCH');
  });

  it('takes decimals that the signed bytes hold, and no others', () => {
    const amount = {
      whole: '1.5',
      decimals: 'decimals',
      units: (decimals: number) => (decimals < 1 ? undefined : 15n * 10n ** BigInt(decimals - 1)),
    };
    const move = { op: 'token-transfer', from: 'A', to: 'B', asset: 'T', amount, args: { decimals: ANY } } as const;
    const of: PaymentPlan = { moves: [move], fee: { asset: 'C', decimals: 2 } };
    const made = (units: bigint, ...args: { name: string; value: string }[]): Effect => ({
      op: 'token-transfer',
      from: 'A',
      to: 'B',
      asset: 'T',
      amount: units,
      args,
    });
    expect(codeOf([made(150n, { name: 'decimals', value: '2' }), fee], of)).toBe('accepted');
    expect(codeOf([made(150n, { name: 'decimals', value: '3' }), fee], of)).toBe('PAYMENT_MISMATCH');
    expect(codeOf([made(150n), fee], of)).toBe('PAYMENT_MISMATCH');
    expect(codeOf([made(-1n, { name: 'decimals', value: '2' }), fee], of)).toBe('PAYMENT_MISMATCH');
  });

  it('accepts no effects that differ in anything from the planned ones', () => {
    const word = fc.constantFrom('A', 'B', 'C', 'X');
    const effect = fc.record(
      {
        op: fc.constantFrom('transfer', 'token-transfer', 'call', 'fee'),
        from: word,
        to: word,
        asset: word,
        amount: fc.constantFrom(5n, 6n, 100n, 101n),
        args: fc.array(fc.record({ name: fc.constantFrom('tag', 'vout', 'other'), value: fc.constantFrom('7', '8') })),
      },
      { requiredKeys: ['op', 'from'] },
    );
    const list = fc.array(effect, { maxLength: 4 });
    fc.assert(
      fc.property(list, (effects) => {
        if (codeOf(effects as readonly Effect[]) !== 'accepted') return;
        const moved = effects.filter(({ op }) => op !== 'fee');
        expect(moved).toHaveLength(1);
        expect(moved[0]).toMatchObject({ op: 'transfer', from: 'A', to: 'B', asset: 'C', amount: 5n });
      }),
    );
  });
});
