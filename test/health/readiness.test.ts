import { describe, expect, it } from 'vitest';
import { CustosError } from '../../src/core/errors.js';
import type { Probe } from '../../src/core/health.js';
import { type ChainId, parseChainId } from '../../src/core/ids.js';
import { createPulse } from '../../src/health/pulse.js';
import { createReadiness } from '../../src/health/readiness.js';

const eth = parseChainId('ETH');
const btc = parseChainId('BTC');
const SECOND = 1000;

function watched({ probes = [] as Probe[], chains = [eth] } = {}) {
  let now = 1_000_000_000;
  const served: ChainId[] = [...chains];
  const state = { stopping: false };
  const pulse = createPulse(() => now);
  const options = { now: () => now, pulse, probes, period: 5 * SECOND, stopping: () => state.stopping };
  const reasons = createReadiness({ ...options, served: async () => served });
  return {
    pulse,
    served,
    state,
    /** Asks, some time later. */
    async askAfter(milliseconds: number) {
      now += milliseconds;
      return reasons();
    },
  };
}

describe('a daemon is ready', () => {
  it('a daemon is ready only after every served chain was polled', async () => {
    const { pulse, askAfter } = watched({ chains: [eth, btc] });
    pulse.polled(eth, 'ok');
    expect(await askAfter(0)).toEqual([{ check: 'poll', chain: btc, text: 'not polled yet' }]);
    pulse.polled(btc, 'ok');
    expect(await askAfter(2 * SECOND)).toEqual([]);
  });

  it('a daemon stays ready after two failed polls, and not after the third', async () => {
    const { pulse, askAfter } = watched();
    pulse.polled(eth, 'ok');
    pulse.polled(eth, 'failed');
    pulse.polled(eth, 'failed');
    expect(await askAfter(0)).toEqual([]);
    pulse.polled(eth, 'failed');
    expect(await askAfter(2 * SECOND)).toEqual([
      { check: 'poll', chain: eth, text: expect.stringContaining('3 polls') },
    ]);
    pulse.polled(eth, 'ok');
    expect(await askAfter(2 * SECOND)).toEqual([]);
  });

  it('a daemon is ready until no poll has come back for three periods and the time of a poll', async () => {
    const { pulse, askAfter } = watched();
    pulse.polled(eth, 'ok');
    expect(await askAfter(74 * SECOND)).toEqual([]);
    expect(await askAfter(2 * SECOND)).toEqual([
      { check: 'poll', chain: eth, text: 'the last successful poll was 76 seconds ago' },
    ]);
  });

  it('a daemon stays ready while wallets of another chain are new, for as long as their first poll may take', async () => {
    const { pulse, served, askAfter } = watched();
    pulse.polled(eth, 'ok');
    expect(await askAfter(0)).toEqual([]);
    served.push(btc);
    pulse.polled(eth, 'ok');
    expect(await askAfter(20 * SECOND)).toEqual([]);
    for (const seconds of [40, 40]) {
      pulse.polled(eth, 'ok');
      await askAfter(seconds * SECOND);
    }
    pulse.polled(eth, 'ok');
    expect(await askAfter(2 * SECOND)).toEqual([{ check: 'poll', chain: btc, text: expect.stringContaining('ago') }]);
  });

  it('a daemon is ready until it gets the signal to end', async () => {
    const { pulse, askAfter, state } = watched();
    pulse.polled(eth, 'ok');
    state.stopping = true;
    expect(await askAfter(0)).toEqual([{ check: 'daemon', text: 'the daemon is stopping' }]);
  });
});

describe('a probe', () => {
  const failing = (error: unknown): Probe => ({ check: 'store', run: () => Promise.reject(error) });

  it('a probe that fails is reported by its code and remedy, never by its message', async () => {
    const message = '/var/lib/secret/place cannot be written';
    const { pulse, askAfter } = watched({ probes: [failing(new CustosError('STORE_READ_ONLY', message))] });
    pulse.polled(eth, 'ok');
    const found = await askAfter(0);
    expect(found).toEqual([{ check: 'store', code: 'STORE_READ_ONLY', text: expect.stringContaining('write access') }]);
    expect(JSON.stringify(found)).not.toContain('secret');
  });

  it('a probe that throws a foreign value is an internal error without its text', async () => {
    const { pulse, askAfter } = watched({ probes: [failing(new TypeError('mnemonic: abandon abandon'))] });
    pulse.polled(eth, 'ok');
    const found = await askAfter(0);
    expect(found).toMatchObject([{ check: 'store', code: 'INTERNAL' }]);
    expect(JSON.stringify(found)).not.toContain('abandon');
  });

  it('a probe that never answers delays other work by at most its deadline', async () => {
    const { pulse, askAfter } = watched({ probes: [{ check: 'signer', run: () => new Promise(() => undefined) }] });
    pulse.polled(eth, 'ok');
    const start = Date.now();
    expect(await askAfter(0)).toMatchObject([{ check: 'signer', code: 'HEALTH_TIMEOUT' }]);
    expect(Date.now() - start).toBeLessThan(8 * SECOND);
  });

  it('a probe runs once for all callers at the same time, and within a second', async () => {
    let runs = 0;
    const counted: Probe = {
      check: 'store',
      run: async () => {
        runs += 1;
      },
    };
    const { askAfter } = watched({ probes: [counted] });
    await Promise.all(Array.from({ length: 50 }, () => askAfter(0)));
    await askAfter(500);
    expect(runs).toBe(1);
    await askAfter(2 * SECOND);
    expect(runs).toBe(2);
  });
});
