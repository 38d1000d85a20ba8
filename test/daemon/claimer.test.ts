import { expect, test } from 'vitest';
import { parseChainId } from '../../src/core/ids.js';
import { type PendingTransaction, parsePending } from '../../src/core/signing/pending.js';
import { Breaker } from '../../src/daemon/breaker.js';
import { Claimer, type ClaimerOptions } from '../../src/daemon/claimer.js';
import type { DaemonParts } from '../../src/daemon/parts.js';
import { Places } from '../../src/daemon/places.js';

const eth = parseChainId('ETH');
const nothing = () => undefined;

/** Number `at` of as many senders. */
function pending(at: number): PendingTransaction {
  const wallet = `26d3883e-4e17-48b3-a0ee-09a3e484${at.toString(16).padStart(4, '0')}`;
  return parsePending({ id: `t${at}`, chain: 'ETH', hashes: [wallet], serializedTransaction: '{}' }, eth, 'testnet');
}

/** A claimer with 128 places to itself, on whose way transactions stay until they are let go. */
function claiming() {
  const breaker = new Breaker({ now: () => 0, wait: async () => undefined }, nothing);
  const ends: (() => void)[] = [];
  const way = {
    has: () => false,
    take: async (_source: unknown, batch: readonly PendingTransaction[]) =>
      batch.map(({ id }) => ({ kind: 'begun', id, outcome: new Promise<void>((resolve) => ends.push(resolve)) })),
  };
  const parts = { way, shared: false } as unknown as DaemonParts;
  const listing = { goesOn: nothing } as unknown as ClaimerOptions['listing'];
  const claimer = new Claimer(parts, {
    ...{ chain: eth, places: new Places(128), listing, breaker },
    ...{ onOutcome: nothing, onRefused: nothing, onDamaged: nothing, onUnclaimed: nothing },
  });
  claimer.add(Array.from({ length: 500 }, (_none, at) => pending(at)));
  return { claimer, breaker, ends };
}

const turns = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
};

test('a way that has carried nothing gets a quarter of the places, and more as it carries', async () => {
  const { claimer, breaker, ends } = claiming();
  await turns();
  expect([claimer.running, claimer.waiting]).toEqual([32, 468]);
  for (let carried = 0; carried < 96; carried++) breaker.succeeded();
  for (const end of ends) end();
  await turns();
  expect([claimer.running, claimer.waiting]).toEqual([128, 340]);
});
