import { describe, expect, it } from 'vitest';
import { parseChainId } from '../../src/core/ids.js';
import type { Meter } from '../../src/core/meter.js';
import type { QueueDepth } from '../../src/core/store/journal.js';
import { createMetrics } from '../../src/health/metrics.js';
import { parsePrometheus } from './prometheus.js';

const [eth, btc] = ['ETH', 'BTC'].map(parseChainId) as [
  ReturnType<typeof parseChainId>,
  ReturnType<typeof parseChainId>,
];
const build = { version: '1.2.3', node: 'v20.0.0', network: 'testnet', store: 'sqlite' };

function series({ depths = async () => [] }: { depths?: () => Promise<readonly QueueDepth[]> } = {}) {
  let now = 1_000_000;
  const metrics = createMetrics({ chains: [eth, btc], now: () => now, build, lostLines: () => 3, depths });
  return {
    meter: metrics.meter,
    pulse: metrics.pulse,
    scrape: async () => parsePrometheus(await metrics.text()),
    later: (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

describe('the series of a daemon', () => {
  it('the series count every outcome of every chain separately', async () => {
    const { meter, scrape } = series();
    for (const outcome of ['completed', 'completed', 'held', 'denied', 'failed', 'waiting', 'refused'] as const) {
      meter.ended(eth, outcome);
    }
    meter.ended(btc, 'failed');
    const { value } = await scrape();
    const of = (chain: string, outcome: string) => value('custos_transactions_total', { chain, outcome });
    expect(of('ETH', 'completed')).toBe(2);
    for (const outcome of ['held', 'denied', 'failed', 'waiting', 'refused']) expect(of('ETH', outcome)).toBe(1);
    expect([of('BTC', 'failed'), of('BTC', 'completed')]).toEqual([1, undefined]);
  });

  it('the series put times into buckets in seconds, each bucket with all below it', async () => {
    const { meter, scrape } = series();
    meter.signed(eth, 1500);
    meter.signed(eth, 800_000);
    meter.polled(eth, 'ok', 40);
    const { value } = await scrape();
    const bucket = (le: string) => value('custos_sign_duration_seconds_bucket', { chain: 'ETH', le });
    expect([bucket('0.001'), bucket('0.002'), bucket('0.5'), bucket('1'), bucket('+Inf')]).toEqual([0, 1, 1, 2, 2]);
    expect(value('custos_sign_duration_seconds_sum', { chain: 'ETH' })).toBeCloseTo(0.8015, 9);
    expect(value('custos_poll_duration_seconds_bucket', { chain: 'ETH', le: '0.05' })).toBe(1);
    expect(value('custos_last_poll_timestamp_seconds', { chain: 'ETH' })).toBe(1000);
  });

  it('the series show gaps of nonces, restarts and breakers', async () => {
    const { meter, scrape } = series();
    meter.nonceGap(eth, 3);
    meter.nonceGap(eth, 1);
    meter.signerRestarted();
    meter.breaker(btc, 'open');
    const { value } = await scrape();
    expect(value('custos_nonce_gaps_total', { chain: 'ETH' })).toBe(2);
    expect(value('custos_nonces_missing_total', { chain: 'ETH' })).toBe(4);
    expect(value('custos_signer_restarts_total')).toBe(1);
    expect(value('custos_breaker_open', { chain: 'BTC' })).toBe(1);
    meter.breaker(btc, 'closed');
    const after = await scrape();
    expect(after.value('custos_breaker_open', { chain: 'BTC' })).toBe(0);
    expect(after.value('custos_breaker_openings_total', { chain: 'BTC' })).toBe(1);
  });

  it('the series show what runs', async () => {
    const { value } = await series().scrape();
    expect(value('custos_build_info', build)).toBe(1);
  });

  it('the series never grow with names from outside', async () => {
    const { meter, scrape } = series();
    const before = (await scrape()).samples.length;
    for (let number = 0; number < 1000; number += 1) {
      meter.ended(parseChainId(`X${number}`), 'failed');
      meter.judged(`judge ${number}\n"}`, 'deny');
      meter.polled(parseChainId(`X${number}`), 'ok', 1);
    }
    const { samples, value } = await scrape();
    expect(samples.length - before).toBeLessThan(60);
    expect(value('custos_transactions_total', { chain: 'other', outcome: 'failed' })).toBe(1000);
    expect(value('custos_verdicts_total', { judge: 'other', verdict: 'deny' })).toBe(992);
    expect(value('custos_last_poll_timestamp_seconds', { chain: 'X1' })).toBeUndefined();
  });

  it('the series take any number, and never throw during signing', async () => {
    const { meter, scrape } = series();
    const odd: readonly ((meter: Meter, value: number) => void)[] = [
      (one, value) => one.signed(eth, value),
      (one, value) => one.polled(eth, 'ok', value),
      (one, value) => one.nonceGap(eth, value),
    ];
    for (const call of odd) for (const value of [Number.NaN, -5, Number.POSITIVE_INFINITY]) call(meter, value);
    expect((await scrape()).value('custos_sign_duration_seconds_sum', { chain: 'ETH' })).toBe(0);
  });
});

describe('the queue at a scrape', () => {
  const depth: QueueDepth = { chain: eth, state: 'held', count: 4, oldest: 400_000 };

  it('a scrape reads the queue from the journal at most once a second', async () => {
    let asked = 0;
    const { scrape, later } = series({
      depths: async () => {
        asked += 1;
        return [depth];
      },
    });
    const many = await Promise.all(Array.from({ length: 20 }, scrape));
    expect(asked).toBe(1);
    for (const { value } of many) {
      expect(value('custos_queue_transactions', { chain: 'ETH', state: 'held' })).toBe(4);
      expect(value('custos_queue_oldest_age_seconds', { chain: 'ETH', state: 'held' })).toBe(600);
    }
    later(1500);
    await scrape();
    expect(asked).toBe(2);
  });

  it('a scrape of the queue forgets what has left it', async () => {
    let answer: readonly QueueDepth[] = [depth];
    const { scrape, later } = series({ depths: async () => answer });
    await scrape();
    answer = [];
    later(1500);
    expect((await scrape()).value('custos_queue_transactions', { chain: 'ETH', state: 'held' })).toBeUndefined();
  });

  it.each<[string, () => Promise<readonly QueueDepth[]>]>([
    ['fails', () => Promise.reject(new Error('the disk is gone'))],
    ['never answers', () => new Promise(() => undefined)],
  ])('the queue is left out when the journal %s, and everything else is reported', async (_what, depths) => {
    const { meter, scrape } = series({ depths });
    meter.ended(eth, 'completed');
    const { value, samples } = await scrape();
    expect(value('custos_queue_up')).toBe(0);
    expect(samples.filter(({ name }) => name.startsWith('custos_queue_')).length).toBe(1);
    expect(value('custos_transactions_total', { chain: 'ETH', outcome: 'completed' })).toBe(1);
  });
});
