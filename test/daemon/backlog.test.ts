import { expect, test } from 'vitest';
import { parseChainId } from '../../src/core/ids.js';
import { type PendingTransaction, parsePending } from '../../src/core/signing/pending.js';
import { Backlog } from '../../src/daemon/backlog.js';

const eth = parseChainId('ETH');

/** Number `at` of one of ten senders. */
function pending(at: number): PendingTransaction {
  const wallet = `26d3883e-4e17-48b3-a0ee-09a3e484ac8${at % 10}`;
  return parsePending({ id: `t${at}`, chain: 'ETH', hashes: [wallet], serializedTransaction: '{}' }, eth, 'testnet');
}

const hundred = Array.from({ length: 100 }, (_, at) => pending(at));

test('the first transaction to arrive is taken first, once', () => {
  const backlog = new Backlog(false);
  backlog.add(hundred);
  backlog.add(hundred.slice(0, 50));
  expect(backlog.take(60).map(({ id }) => id)).toEqual(hundred.slice(0, 60).map(({ id }) => id));
  expect(backlog.take(60).map(({ id }) => id)).toEqual(hundred.slice(60).map(({ id }) => id));
  expect(backlog.size).toBe(0);
});

test('beside other daemons, a backlog begins at any sender, and each sender keeps its order', () => {
  const firsts = new Set<string>();
  for (let round = 0; round < 100; round++) {
    const backlog = new Backlog(true);
    backlog.add(hundred);
    const taken = backlog.take(100).map(({ id }) => Number(id.slice(1)));
    firsts.add(String(taken[0]! % 10));
    expect(taken.toSorted((one, other) => one - other)).toEqual(hundred.map((_, at) => at));
    for (let sender = 0; sender < 10; sender++) {
      const own = taken.filter((at) => at % 10 === sender);
      expect(own).toEqual(own.toSorted((one, other) => one - other));
    }
  }
  // A hundred times the same sender first is as good as impossible.
  expect(firsts.size).toBeGreaterThan(1);
});

test('transactions that the cloud no longer lists are forgotten', () => {
  const backlog = new Backlog(false);
  backlog.add(hundred);
  backlog.keepOnly(new Set(['t7', 't8', 'other']));
  expect(backlog.take(10).map(({ id }) => id)).toEqual(['t7', 't8']);
});
