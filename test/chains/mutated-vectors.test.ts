import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import type { Chain } from '../../src/core/chain/chain.js';
import { CustosError } from '../../src/core/errors.js';
import { loadVectors, type TransactionVector } from '../support/vectors.js';
import { contextOfVector, keysOfVector, pendingOf, replayingNode } from './replay.js';

const registry = createRegistry();

/** The same at every run, so that what is found once is found again. */
const SEED = 1813;
/** Changes to each of the first vectors of a chain. */
const CHANGES = 250;
const VECTORS = 4;

/** What a hostile queue puts where something else is expected. */
const hostile: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  1e308,
  -0,
  '',
  '0',
  '-1',
  '1e30',
  '0x',
  'NaN',
  '__proto__',
  'constructor',
  'toString',
  '\u202e\u0000',
  '9'.repeat(400),
  [],
  [[]],
  [null],
  {},
  { toString: 'x' },
  { length: 4_294_967_295 },
  { type: 'Buffer', data: [1] },
  JSON.parse('{"__proto__": {"x": 1}}'),
];

type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, member]) => pathsOf(member, [...path, name]))];
}

/** A copy in which one place holds something else, or is missing, or has a member more. */
function changed(value: unknown, path: Path, change: { readonly how: number; readonly what: unknown }): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return change.what;
  const copy: Record<string | number, unknown> = { ...(value as object) };
  const inner = (value as Record<string | number, unknown>)[name];
  if (rest.length > 0) copy[name] = changed(inner, rest, change);
  else if (change.how === 0) copy[name] = change.what;
  else if (change.how === 1) delete copy[name];
  else
    Object.defineProperty(copy, ['__proto__', 'constructor', 'extra'][change.how % 3] ?? '', {
      value: change.what,
      enumerable: true,
    });
  return Array.isArray(value) ? Object.assign([], copy) : copy;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Changes of the structure where there is one, and of the bare text always. */
function mutations(text: string): fc.Arbitrary<string> {
  const place = fc.nat(Math.max(text.length - 1, 0));
  const cut = place.map((at) => text.slice(0, at));
  const flipped = fc
    .tuple(place, fc.constantFrom('0', 'f', 'A', '"', '{', '}', '\\', '=', ' ', '\u0000'))
    .map(([at, piece]) => {
      return text.slice(0, at) + piece + text.slice(at + 1);
    });
  const doubled = place.map((at) => text.slice(0, at) + text.slice(Math.floor(at / 2)));
  const value = parsed(text);
  if (typeof value !== 'object' || value === null) return fc.oneof(cut, flipped, doubled);
  const change = fc.record({ how: fc.nat(4), what: fc.constantFrom(...hostile) });
  const structural = fc
    .tuple(fc.constantFrom(...pathsOf(value)), change)
    .map(([path, one]) => JSON.stringify(changed(value, path, one)) ?? 'null');
  return fc.oneof({ arbitrary: structural, weight: 6 }, cut, flipped, doubled);
}

async function outcome(work: () => unknown): Promise<string> {
  try {
    await work();
    return 'nothing';
  } catch (error) {
    return error instanceof CustosError ? error.code : `foreign ${String(error)}`;
  }
}

/** From what the queue holds to what would be signed, and from what `complete` makes of it. */
async function wayOf(chain: Chain, vector: TransactionVector): Promise<(serialized: string) => Promise<string>> {
  const keys = await keysOfVector(chain, vector);
  const context = contextOfVector(chain, vector, keys);
  const node = replayingNode(vector.rpc ?? []);
  return (serialized) =>
    outcome(async () => {
      const pending = { ...pendingOf(chain, vector), serialized };
      const completed = await chain.node.complete(pending, { ...context, node, nextNonce: async (count) => count });
      chain.codec.parse(completed, context);
    });
}

const isCoded = /^(nothing|[A-Z]+(_[A-Z]+)+)$/;

describe.each([...registry.ids])('%s', (id) => {
  const chain = registry.get(id);
  const vectors = loadVectors(id).transactions.slice(0, VECTORS);

  it('every changed request gets a code, and never an internal error', async () => {
    for (const vector of vectors) {
      const way = await wayOf(chain, vector);
      const property = fc.asyncProperty(mutations(vector.pending.serializedTransaction), async (text) => {
        expect(await way(text), text.slice(0, 2000)).toMatch(isCoded);
      });
      await fc.assert(property, { seed: SEED, numRuns: CHANGES });
    }
  });

  it('every changed completed transaction gets a code', async () => {
    for (const vector of vectors) {
      const keys = await keysOfVector(chain, vector);
      const context = contextOfVector(chain, vector, keys);
      const node = replayingNode(vector.rpc ?? []);
      const completed = await chain.node
        .complete(pendingOf(chain, vector), { ...context, node, nextNonce: async (count) => count })
        .catch(() => vector.pending.serializedTransaction);
      const property = fc.asyncProperty(mutations(completed), async (text) => {
        expect(await outcome(() => chain.codec.parse(text, context)), text.slice(0, 2000)).toMatch(isCoded);
      });
      await fc.assert(property, { seed: SEED, numRuns: CHANGES });
    }
  });

  it('a member that appears twice is refused, because readers could disagree about it', async () => {
    for (const vector of vectors) {
      const keys = await keysOfVector(chain, vector);
      const context = contextOfVector(chain, vector, keys);
      const node = replayingNode(vector.rpc ?? []);
      const completed = await chain.node
        .complete(pendingOf(chain, vector), { ...context, node, nextNonce: async (count) => count })
        .catch(() => vector.pending.serializedTransaction);
      const twice = completed.replace(/^\{"((?:[^"\\]|\\.)*)":/, '{"$1":0,"$1":');
      if (twice === completed) continue;
      expect(await outcome(() => chain.codec.parse(twice, context))).toBe('TRANSACTION_INVALID');
    }
  });
});
