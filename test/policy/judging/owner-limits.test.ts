import { describe, expect, test } from 'vitest';
import type { Effect } from '../../../src/core/chain/effect.js';
import { parseChainId } from '../../../src/core/ids.js';
import type { Question } from '../../../src/core/signing/judge.js';
import type { OwnerSpending, SpendingLimit } from '../../../src/core/signing/spending.js';
import type { BudgetWindow } from '../../../src/core/store/budgets.js';
import { ownerLimitsJudge } from '../../../src/policy/judging/owner-limits.js';

const [ETH, BTC] = [parseChainId('ETH'), parseChainId('BTC')];
const from = '0x1111111111111111111111111111111111111111';
const to = '0x2222222222222222222222222222222222222222';
const token = '0xAAAAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaAAAA';
const now = 1_900_000_000_000;
const [annBudget, bobBudget] = ['a'.repeat(32), 'b'.repeat(32)];
const fee: Effect = { op: 'fee', from, asset: 'ETH', amount: 1n };
const pays = (amount: bigint, more: Partial<Effect> = {}): Effect => ({
  ...{ op: 'transfer', from, to, asset: 'ETH', amount },
  ...more,
});
const moves = (amount: bigint, more: Partial<Effect> = {}) =>
  pays(amount, { op: 'token-transfer', asset: token.toLowerCase(), ...more });
/** Amounts of these limits are small numbers of the smallest unit. */
const eth = (limit: Partial<SpendingLimit>): SpendingLimit => ({ chain: ETH, decimals: 0, ...limit });
const ann = (...limits: SpendingLimit[]): OwnerSpending => ({ budget: annBudget, limits });

async function judged(
  effects: readonly Effect[],
  found: readonly OwnerSpending[],
  { used = 0n, look = 'used' }: { readonly used?: bigint; readonly look?: 'used' | 'unused' } = {},
) {
  const asked: BudgetWindow[] = [];
  const judge = ownerLimitsJudge({
    clock: { now: () => now },
    journal: {
      budgetsUsed: async (wanted) => {
        asked.push(...wanted);
        return wanted.map(() => used);
      },
    },
    coinOf: () => 'ETH',
    spendingOf: async () => found,
  });
  const question = {
    ...{ pending: { id: 'a' }, chain: ETH, network: 'testnet', wallets: [{ signatureId: 'w' }], attempt: '0' },
    ...{ signedBy: [from], effects: [...effects, fee] },
  } as unknown as Question;
  const verdict = await judge.decide(question, look);
  return { verdict, asked, applies: await judge.applies?.(() => question.wallets) };
}
const denied = { kind: 'deny', code: 'OWNER_SPENT' };

describe('the judge of what owners may spend', () => {
  test('has no say about wallets whose owners have no such limits', async () => {
    expect((await judged([pays(5n)], [])).applies).toBe(false);
    expect((await judged([pays(5n)], [ann(eth({ aDay: 1n }))])).applies).toBe(true);
  });

  test('counts what is paid and its fee in the last 24 hours, and charges it within the limit', async () => {
    const limits = [ann(eth({ aDay: 10n }))];
    const { verdict, asked } = await judged([pays(5n)], limits, { used: 4n });
    const budget = `owner ${annBudget} testnet ETH`;
    expect(verdict).toEqual({ kind: 'allow', charges: [{ budget, since: asked[0]?.since, amount: 6n, max: 10n }] });
    expect(asked).toEqual([{ budget, since: expect.any(Number) }]);
    expect(now - (asked[0]?.since ?? 0)).toBeGreaterThanOrEqual(86_400_000);
    expect((await judged([pays(5n)], limits, { used: 5n })).verdict).toMatchObject(denied);
  });

  test.each([
    [0n, 'the transaction takes 6, fee included'],
    [1n, 'the transaction takes 6, fee included, after 1'],
  ])('refuses what is too much after %d with the reason: %s', async (used, reason) => {
    const { verdict } = await judged([pays(5n)], [ann(eth({ aDay: 5n }))], { used });
    expect(verdict).toMatchObject({ ...denied, reason: expect.stringMatching(new RegExp(`; ${reason}$`)) });
  });

  test('does not ask what was charged where the charge is reserved within its limit anyway', async () => {
    const { verdict, asked } = await judged([pays(5n)], [ann(eth({ aDay: 10n }))], { used: 10n, look: 'unused' });
    expect([verdict.kind, asked]).toEqual(['allow', []]);
    expect((await judged([pays(10n)], [ann(eth({ aDay: 10n }))], { look: 'unused' })).verdict).toMatchObject(denied);
  });

  test('compares a single transaction with its own limit, and charges nothing for that', async () => {
    const limits = [ann(eth({ aTransaction: 6n }))];
    expect((await judged([pays(5n)], limits, { used: 100n })).verdict).toEqual({ kind: 'allow' });
    const { verdict } = await judged([pays(3n), pays(3n)], limits);
    expect(verdict).toMatchObject({ ...denied, reason: expect.stringContaining('6 ETH a transaction') });
  });

  test('leaves change, other assets and other chains alone', async () => {
    const limits = [ann(eth({ token, aDay: 5n }), { chain: BTC, decimals: 8, aDay: 0n })];
    expect((await judged([pays(100n)], limits)).verdict).toEqual({ kind: 'allow' });
    expect((await judged([pays(3n), pays(100n, { own: true })], [ann(eth({ aDay: 5n }))])).verdict.kind).toBe('allow');
    expect((await judged([moves(6n)], limits)).verdict).toMatchObject(denied);
    expect((await judged([moves(5n)], limits)).verdict).toMatchObject({
      charges: [{ budget: `owner ${annBudget} testnet ETH ${token.toLowerCase()}`, amount: 5n }],
    });
  });

  test('keeps the owners of a transaction with several of them each to their own limit', async () => {
    const bob = { budget: bobBudget, limits: [eth({ aDay: 4n })] };
    expect((await judged([pays(3n)], [ann(eth({ aDay: 9n })), bob])).verdict).toMatchObject({
      charges: [{ budget: `owner ${annBudget} testnet ETH` }, { budget: `owner ${bobBudget} testnet ETH` }],
    });
    expect((await judged([pays(4n)], [ann(eth({ aDay: 9n })), bob])).verdict).toMatchObject(denied);
  });

  const { amount: _, asset: __, ...nothingStated } = pays(0n);
  test.each<readonly [string, Effect]>([
    ['an allowance without a bound', { op: 'approve', from, to, asset: token, code: 'unlimited-allowance' }],
    ['a move of an asset that is not named', { ...nothingStated, op: 'token-transfer', amount: 1n }],
    ['a call that is not understood', { op: 'call', from, contract: to, code: 'opaque-data' }],
    ['a hash that may stand for anything', { op: 'hash', from, code: 'blind-signature' }],
    ['a change of who controls the account', { op: 'account', from, to, code: 'account-control' }],
    ['the closing of the account', { op: 'account', from, to, code: 'closes-account' }],
  ])('denies %s', async (_what, effect) => {
    expect((await judged([effect], [ann(eth({ token, aDay: 100n }))])).verdict).toMatchObject(denied);
  });

  test('lets a note and a message pass, which spend nothing', async () => {
    const limits = [ann(eth({ aDay: 1n }))];
    for (const effect of [
      { op: 'note', from, code: 'opaque-data' },
      { op: 'message', from },
    ] as const) {
      expect((await judged([effect], limits)).verdict.kind).toBe('allow');
    }
  });
});
