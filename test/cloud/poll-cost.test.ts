import { describe, expect, it } from 'vitest';
import { pollCost, pollCostText } from '../../src/cloud/poll-cost.js';

const credits = (...wallets: number[]) => pollCost({ wallets, period: 86_400_000 }).creditsPerDay;

describe('a poll costs', () => {
  it('a poll costs one credit for each 500 wallets or part of them, chain by chain', () => {
    expect([credits(1), credits(500), credits(501), credits(1, 1), credits(400, 400)]).toEqual([1, 1, 2, 2, 2]);
  });

  it('a poll costs the same for one request of 25,000 wallets and for many', () => {
    expect([credits(25_000), credits(25_001), credits(1_000_000)]).toEqual([50, 51, 2000]);
  });

  it('a chain without wallets costs nothing, because it is not polled', () => {
    expect(pollCost({ wallets: [0, 3, 0], period: 5000 })).toEqual({
      chains: 1,
      creditsPerDay: 17_280,
      idleCreditsPerDay: 17_280,
    });
    expect(pollCost({ wallets: [], period: 5000 }).creditsPerDay).toBe(0);
  });

  it('a quiet day costs less, because idle chains are polled less often', () => {
    const cost = pollCost({ wallets: [1, 1], period: 5000, idlePeriod: 60_000 });
    expect(cost).toEqual({ chains: 2, creditsPerDay: 34_560, idleCreditsPerDay: 2880 });
    expect(pollCostText(cost, 5000)).toBe(
      'polling 2 chains every 5 seconds costs up to 34,560 credits a day at Tatum Cloud, 2,880 when nothing happens',
    );
  });

  it('a poll never costs less than its period allows, even if the idle period is shorter', () => {
    expect(pollCost({ wallets: [1], period: 60_000, idlePeriod: 5000 }).idleCreditsPerDay).toBe(1440);
  });
});

it('the cost of polling is shown in one sentence', () => {
  const cost = pollCost({ wallets: [1], period: 5000 });
  expect(pollCostText(cost, 5000)).toBe('polling 1 chain every 5 seconds costs 17,280 credits a day at Tatum Cloud');
});
