import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import { stoppedHazards } from '../../src/core/chain/hazards.js';
import { differences } from '../public/differences.js';
import { hazardsOfVector, vectorHazards } from '../support/vector-hazards.js';
import { chainIds, loadVectors, utxoChainIds } from '../support/vectors.js';
import { signVector } from './replay.js';

const registry = createRegistry();
const page = readFileSync(new URL('../../docs/compatibility.md', import.meta.url), 'utf8');
const files = chainIds.map(loadVectors);
const all = files.flatMap(({ chain, transactions }) => transactions.map((vector) => ({ chain, vector })));

describe('the recorded transactions', () => {
  it('recorded transactions pass without a flag, except those of the table, which need exactly the listed kinds', async () => {
    for (const { chain, vector } of all) {
      const name = `${chain} ${vector.name}`;
      if (differences[name] !== undefined) continue;
      const { summary } = await signVector(registry.get(chain), vector);
      const kinds = summary.hazards.map(({ kind }) => kind).filter((kind) => stoppedHazards.includes(kind));
      expect([...new Set(kinds)].sort(), name).toEqual(hazardsOfVector(chain, vector.name));
    }
  });

  it('docs/compatibility.md has the right number of recorded transactions that need a flag', () => {
    const names = all.map(({ chain, vector }) => `${chain} ${vector.name}`);
    expect(names).toEqual(expect.arrayContaining(Object.keys(vectorHazards)));
    const proved = all.filter(({ chain }) => !utxoChainIds.includes(chain));
    const needing = proved.filter(({ chain, vector }) => hazardsOfVector(chain, vector.name).length > 0);
    expect(/^(\d+) recorded transactions outside of Bitcoin's family/m.exec(page)?.[1]).toBe(`${needing.length}`);
    expect(Object.keys(vectorHazards)).toEqual(Object.keys(vectorHazards).sort());
  });
});
