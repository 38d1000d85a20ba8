import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import { stoppedHazards } from '../../src/core/hazards.js';
import { differences } from '../public/differences.js';
import { vectorHazards } from '../support/vector-hazards.js';
import { evmChainIds, loadVectors, otherChainIds } from '../support/vectors.js';
import { signVector } from './replay.js';

const registry = createRegistry();
const files = [...evmChainIds, ...otherChainIds].map(loadVectors);
const all = files.flatMap(({ chain, transactions }) => transactions.map((vector) => ({ chain, vector })));

describe('the recorded transactions', () => {
  it('pass without a flag, but for those of the table, which need exactly the kinds that it names', async () => {
    const found = new Map<string, readonly string[]>();
    for (const { chain, vector } of all) {
      const name = `${chain} ${vector.name}`;
      if (differences[name] !== undefined) continue;
      const { summary } = await signVector(registry.get(chain), vector);
      const kinds = summary.hazards.map(({ kind }) => kind).filter((kind) => stoppedHazards.includes(kind));
      if (kinds.length > 0) found.set(name, [...new Set(kinds)].sort());
    }
    expect(Object.fromEntries(found)).toEqual(vectorHazards);
  }, 60_000);

  it('are many more than those that need a flag', () => {
    const names = all.map(({ chain, vector }) => `${chain} ${vector.name}`);
    expect(names).toEqual(expect.arrayContaining(Object.keys(vectorHazards)));
    expect(Object.keys(vectorHazards)).toEqual(Object.keys(vectorHazards).sort());
  });
});
