import { describe, expect, it } from 'vitest';
import type { Effect } from '../../../src/core/chain/effect.js';
import type { PolicyFacts } from '../../../src/core/policy/facts.js';
import {
  approves,
  ether,
  fee,
  judged,
  noon,
  open,
  partner,
  pays,
  receiver,
  sender,
  sends,
  token,
  verdictOf,
} from '../../support/policies.js';

const anything = {
  ...open,
  op: ['transfer', 'token-transfer', 'approve', 'call', 'note', 'account'],
  max: 'unlimited',
};
const allCodes = {
  ...anything,
  code: ['allowance', 'closes-account', 'unlimited-allowance', 'approve-all', 'opaque-data'],
};
const day = { id: 'day', asset: 'ETH', rolling: '24h', max: '2' };
const gwei = 10n ** 9n;

function charges(limit: object, given: Partial<PolicyFacts> = {}) {
  return judged({ permits: [allCodes], limits: [limit] }, given).charges.map(({ budget, amount }) => [budget, amount]);
}

function limited(limit: object, given: Partial<PolicyFacts> = {}) {
  return verdictOf({ permits: [allCodes], limits: [limit] }, given);
}

describe('a limit of an amount', () => {
  it('denies what tells the contract of its asset something that is not understood, and may be a payment', () => {
    const limit = { ...day, asset: 'USDC' };
    const unread = { op: 'call', code: 'opaque-data', from: sender, to: token, contract: token } as const;
    const typed = { ...unread, op: 'typed-data' } as const;
    const permits = [{ ...allCodes, op: [...anything.op, 'typed-data'] }];
    const verdict = (...effects: Effect[]) => verdictOf({ permits, limits: [limit] }, { effects: [...effects, fee] });
    expect(verdict({ ...unread, data: '01020304' })).toBe('deny');
    expect(verdict({ ...unread, data: '01020304', contract: partner })).toBe('allow');
    expect(verdict(typed)).toBe('deny');
    expect(verdict({ ...typed, contract: partner })).toBe('allow');
    // What it does with the asset is beside it.
    expect(verdict(sends(1n), unread)).toBe('allow');
    expect(verdict(typed, sends(1n))).toBe('allow');
    expect(verdict(typed, sends(3_000_000n))).toBe('deny');
    expect(limited(day, { effects: [{ ...unread, data: '01020304' }, fee] })).toBe('allow');
  });

  it('charges the value and the highest fee, and fits up to the last unit', () => {
    const used = (spent: bigint) => ({ used: () => spent });
    expect(charges(day)).toEqual([['day mainnet ETH', ether + ether / 1000n]]);
    expect(limited(day, used(ether - ether / 1000n))).toBe('allow');
    expect(limited(day, used(ether - ether / 1000n + 1n))).toBe('deny');
  });

  it('says what it allows, what is used, and what this takes', () => {
    const { reasons } = judged({ permits: [open], limits: [day] }, { used: () => ether });
    expect(reasons).toEqual(['day allows 2 ETH, of which 1 are used, and this takes 1.001']);
  });

  it('charges only its own asset: assets are never summed', () => {
    const effects = [pays(1n), sends(5n), fee];
    expect(charges({ ...day, asset: 'USDC' }, { effects })).toEqual([
      ['day mainnet ETH 0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48', 5n],
    ]);
    expect(charges({ ...day, asset: 'BTC' }, { effects })).toEqual([]);
    expect(charges(day, { effects })).toEqual([['day mainnet ETH', 1n + ether / 1000n]]);
  });

  it('charges allowances in full, and transfers from others', () => {
    const effects = [
      sends(5n, { op: 'approve', code: 'allowance' }),
      sends(7n, { op: 'approve', code: 'allowance', method: 'increaseAllowance(address,uint256)' }),
      sends(11n, { from: partner, method: 'transferFrom(address,address,uint256)' }),
      fee,
    ];
    expect(charges({ ...day, asset: 'USDC' }, { effects })[0]?.[1]).toBe(23n);
  });

  it('charges gross: what comes back in the same transaction is not taken off', () => {
    const effects = [pays(ether), pays(ether, { from: receiver, to: sender }), fee];
    expect(charges(day, { effects })[0]?.[1]).toBe(2n * ether + ether / 1000n);
  });

  it('does not charge change', () => {
    const change = pays(9n * ether, { to: sender, own: true });
    expect(charges(day, { effects: [pays(1n), change, fee] })[0]?.[1]).toBe(1n + ether / 1000n);
  });

  it('charges the fee of a transaction that only moves change, unless it is about certain effects', () => {
    const change = pays(9n, { to: sender, own: true });
    expect(charges(day, { effects: [change, fee] })).toEqual([['day mainnet ETH', ether / 1000n]]);
    expect(charges({ ...day, to: receiver }, { effects: [change, fee] })).toEqual([]);
    expect(charges({ ...day, op: ['transfer'] }, { effects: [change, fee] })).toEqual([]);
  });

  it('charges the fee of a transaction that only leaves a note, unless it is about certain effects', () => {
    const note = { op: 'note', from: sender } as const;
    expect(charges(day, { effects: [note, fee] })).toEqual([['day mainnet ETH', ether / 1000n]]);
    expect(limited({ ...day, max: '0.0009' }, { effects: [note, fee] })).toBe('deny');
    expect(charges({ id: 'n', count: 1, rolling: '1h' }, { effects: [note, fee] })).toEqual([['n count', 1n]]);
    expect(charges({ ...day, to: partner }, { effects: [note, fee] })).toEqual([]);
    expect(charges({ ...day, to: partner }, { effects: [pays(1n), note, fee] })).toEqual([]);
  });

  it('charges nothing for what it is not about', () => {
    expect(charges({ ...day, tags: ['cold'] })).toEqual([]);
    expect(charges({ ...day, to: partner })).toEqual([]);
    expect(charges({ ...day, to: partner }, { effects: [pays(3n), pays(5n, { to: partner }), fee] })[0]?.[1]).toBe(
      5n + ether / 1000n,
    );
  });

  it('has no room for what has no bound, unless approvals raise it', () => {
    const { amount: _amount, ...all } = sends(0n, { op: 'approve', code: 'unlimited-allowance' });
    const usdc = { ...day, asset: 'USDC' };
    expect(limited(usdc, { effects: [all, fee] })).toBe('deny');
    expect(limited(day, { effects: [all, fee] })).toBe('allow');
    expect(limited({ ...usdc, stepUp: ['1 of ops'] }, { effects: [all, fee] })).toBe('hold');
    expect(limited({ ...usdc, stepUp: ['1 of ops'] }, { effects: [all, fee], approvals: approves('ann') })).toBe(
      'allow',
    );
    const closes = { op: 'account', from: sender, to: receiver, code: 'closes-account' } as const;
    expect(limited(day, { effects: [closes, fee] })).toBe('deny');
    expect(judged({ permits: [allCodes], limits: [day] }, { effects: [closes, fee] }).reasons).toEqual([
      'day has no room for what has no bound',
    ]);
    const often = { id: 'often', rolling: '1h', count: 5 };
    expect(limited(often, { effects: [closes, fee] })).toBe('allow');
  });

  it('does not trust a use below zero, and passes a failure on', () => {
    expect(limited(day, { used: () => -1n })).toBe('deny');
    expect(() =>
      limited(day, {
        used: () => {
          throw new Error('store away');
        },
      }),
    ).toThrow('store away');
  });

  it('holds what goes beyond it until the approvals of its step-up are there', () => {
    const raised = { ...day, max: '0.5', stepUp: ['2 of ops'] };
    const { verdict, missing } = judged({ permits: [open], limits: [raised] }, { approvals: approves('ann') });
    expect({ verdict, missing }).toEqual({
      verdict: 'hold',
      missing: [{ rule: 'day', demands: [{ count: 1, group: 'ops' }] }],
    });
    const all = judged({ permits: [open], limits: [raised] }, { approvals: approves('ann', 'bob') });
    expect([all.verdict, all.charges[0]?.fits]).toEqual(['allow', 'raised']);
    expect(limited({ ...day, stepUp: ['2 of ops'] })).toBe('allow');
    const strict = { ...raised, class: 'decoded' };
    const present = [
      ...approves('ann'),
      { person: 'bob', decision: 'approve', class: 'presence', demands: 'any' } as const,
    ];
    expect(limited(strict, { approvals: present })).toBe('hold');
  });
});

describe('budgets', () => {
  it('of each wallet are their own, and a transaction of two is charged to both', () => {
    const wallets = ['1', '2', '1'].map((end) => ({ id: `00000000-0000-4000-8000-00000000000${end}`, tags: ['hot'] }));
    expect(charges({ ...day, per: 'wallet' }, { wallets }).map(([budget]) => budget)).toEqual([
      'day mainnet ETH wallet 00000000-0000-4000-8000-000000000001',
      'day mainnet ETH wallet 00000000-0000-4000-8000-000000000002',
    ]);
    expect(charges({ ...day, per: 'wallet' }, { wallets: [] }).map(([budget]) => budget)).toEqual([
      'day mainnet ETH wallet',
    ]);
  });

  it('of each destination are their own, whatever the spelling, and each carries the fee', () => {
    const mixed = receiver.replace('0x', '0X');
    const effects = [pays(3n), pays(4n, { to: mixed }), pays(5n, { to: partner }), fee];
    expect(charges({ ...day, per: 'destination' }, { effects })).toEqual([
      [`day mainnet ETH to ${receiver}`, 7n + ether / 1000n],
      [`day mainnet ETH to ${partner}`, 5n + ether / 1000n],
    ]);
    expect(
      charges({ ...day, per: 'destination' }, { effects: [pays(1n, { to: sender, own: true }), fee] }),
    ).toHaveLength(1);
  });

  it('keep their name when their limit is written differently, so that publishing gives nothing back', () => {
    const before = charges(day)[0]?.[0];
    expect(charges({ ...day, max: '900', rolling: '1h', tags: ['hot'], stepUp: ['1 of ops'] })[0]?.[0]).toBe(before);
  });

  it('are asked from the beginning of their window', () => {
    const since = (limit: object, timeZone = 'UTC', now = noon) =>
      new Date(judged({ permits: [open], limits: [limit], timeZone }, { now }).charges[0]?.since ?? -1).toISOString();
    expect(since(day)).toBe('2026-07-14T12:00:00.000Z');
    expect(since(day, 'UTC', noon + 24 * 60_000 - 1)).toBe('2026-07-14T12:00:00.000Z');
    expect(since(day, 'UTC', noon + 24 * 60_000)).toBe('2026-07-14T12:24:00.000Z');
    const calendar = { id: 'c', asset: 'ETH', max: '2' };
    expect(since({ ...calendar, calendar: 'day' }, 'Europe/Vienna')).toBe('2026-07-14T22:00:00.000Z');
    expect(since({ ...calendar, calendar: 'week' }, 'Europe/Vienna')).toBe('2026-07-12T22:00:00.000Z');
    expect(since({ ...calendar, calendar: 'month' })).toBe('2026-07-01T00:00:00.000Z');
    expect(since({ id: 'l', asset: 'ETH', lifetime: '5' })).toBe('1970-01-01T00:00:00.000Z');
  });

  it('of several limits are each asked from the beginning of their own window', () => {
    const windows = [{ rolling: '24h' }, { rolling: '1h' }, { calendar: 'day' }, { calendar: 'month' }];
    const limits = windows.map((window, at) => ({ id: `l-${at}`, asset: 'ETH', max: '2', ...window }));
    const { charges: all } = judged({ permits: [open], limits });
    expect(all.map(({ since }) => new Date(since).toISOString())).toEqual([
      '2026-07-14T12:00:00.000Z',
      '2026-07-15T11:00:00.000Z',
      '2026-07-15T00:00:00.000Z',
      '2026-07-01T00:00:00.000Z',
    ]);
  });
});

describe('a limit of a count', () => {
  const often = { id: 'often', count: 5, rolling: '1h', per: 'destination' };

  it('counts a transaction once for each destination', () => {
    const effects = [pays(1n), pays(2n), pays(3n, { to: partner }), fee];
    expect(charges(often, { effects })).toEqual([
      [`often count to ${receiver}`, 1n],
      [`often count to ${partner}`, 1n],
    ]);
    expect(limited(often, { used: () => 4n })).toBe('allow');
    expect(limited(often, { used: () => 5n })).toBe('deny');
    expect(judged({ permits: [open], limits: [often] }, { used: () => 5n }).reasons).toEqual([
      'often allows 5 transactions, of which 5 are used, and this takes 1',
    ]);
  });

  it('counts only transactions of its assets', () => {
    expect(charges({ id: 'n', count: 1, rolling: '1h', asset: 'USDC' })).toEqual([]);
    expect(charges({ id: 'n', count: 1, rolling: '1h', asset: 'USDC' }, { effects: [sends(0n), fee] })).toEqual([
      ['n count', 1n],
    ]);
    expect(charges({ id: 'n', count: 1, calendar: 'day' })).toEqual([['n count', 1n]]);
  });

  it('counts in no order with other limits: each has to fit', () => {
    const limits = [day, { ...often, id: 'a' }, { id: 'b', asset: 'ETH', lifetime: '0.0005' }];
    expect(verdictOf({ permits: [open], limits })).toBe('deny');
    expect(verdictOf({ permits: [open], limits: limits.slice(0, 2) }, { effects: [pays(gwei), fee] })).toBe('allow');
  });
});
