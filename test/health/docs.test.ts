import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseChainId } from '../../src/core/ids.js';
import { createMetrics } from '../../src/health/metrics.js';
import { parsePrometheus } from './prometheus.js';

const page = readFileSync(new URL('../../docs/operations/watch.md', import.meta.url), 'utf8');

/** Every series once, so that each of its labels shows. */
async function everySeries() {
  const chain = parseChainId('ETH');
  const build = { version: '1', node: '2', network: 'testnet', store: 'sqlite' };
  const depths = async () => [{ chain, state: 'held' as const, count: 1, oldest: 0 }];
  const { meter, text } = createMetrics({ chains: [chain], now: Date.now, build, lostLines: () => 0, depths });
  meter.polled(chain, 'ok', 1);
  meter.ended(chain, 'completed');
  meter.judged('four-eye', 'allow');
  meter.signed(chain, 1);
  meter.nonceGap(chain, 1);
  meter.breaker(chain, 'open');
  return parsePrometheus(await text());
}

it('docs/operations/watch.md has every metric with its kind and labels, and no other', async () => {
  const { samples, types } = await everySeries();
  const labels = (metric: string) => {
    const own = samples.filter(({ name }) => name.replace(/_(bucket|sum|count)$/, '') === metric || name === metric);
    return [...new Set(own.flatMap((sample) => Object.keys(sample.labels)))].filter((name) => name !== 'le').sort();
  };
  const actual = [...types]
    .filter(([name]) => name.startsWith('custos_'))
    .map(([name, type]) => [name, type, labels(name)]);
  const documented = [...page.matchAll(/^\| `(custos_\w+)` +\| (\w+) +\| ([^|]*) \|/gm)].map(
    ([, name, kind, cell = '']) => [name, kind, [...cell.matchAll(/`(\w+)`/g)].map(([, label]) => label).sort()],
  );
  expect(documented.sort()).toEqual(actual.sort());
});

it('docs/operations/watch.md alerts only on series that exist', async () => {
  const { types, samples } = await everySeries();
  const known = new Set([...types.keys(), ...samples.map(({ name }) => name)]);
  const named = [...page.matchAll(/\b(?:custos|process|nodejs)_[a-z]\w+/g)].map(([name]) => name);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});
