import { expect, test } from 'vitest';
import { parseChainId } from '../../src/core/ids.js';
import { type PendingTransaction, parsePending } from '../../src/core/signing/pending.js';
import { Backlog } from '../../src/daemon/backlog.js';

const eth = parseChainId('ETH');

/** Number `at` of one of ten senders. */
function pending(at: number, sender = at % 10): PendingTransaction {
  const wallet = `26d3883e-4e17-48b3-a0ee-09a3e484ac8${sender}`;
  return parsePending({ id: `t${at}`, chain: 'ETH', hashes: [wallet], serializedTransaction: '{}' }, eth, 'testnet');
}

const hundred = Array.from({ length: 100 }, (_, at) => pending(at));

test('the first transaction to arrive is taken first, once', () => {
  const backlog = new Backlog({ shared: false, ofOneSender: () => 16 });
  backlog.add(hundred);
  backlog.add(hundred.slice(0, 50));
  expect(backlog.take(60).map(({ id }) => id)).toEqual(hundred.slice(0, 60).map(({ id }) => id));
  expect(backlog.take(60).map(({ id }) => id)).toEqual(hundred.slice(60).map(({ id }) => id));
  expect(backlog.size).toBe(0);
});

test('beside other daemons, a backlog begins at any sender, and each sender keeps its order', () => {
  const firsts = new Set<string>();
  for (let round = 0; round < 100; round++) {
    const backlog = new Backlog({ shared: true, ofOneSender: () => 16 });
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
  const backlog = new Backlog({ shared: false, ofOneSender: () => 16 });
  backlog.add(hundred);
  backlog.keepOnly(new Set(['t7', 't8', 'other']));
  expect(backlog.take(10).map(({ id }) => id)).toEqual(['t7', 't8']);
});

/** A backlog in which a sender has fifty transactions before two others have theirs. */
function afterBurst(shared: boolean): { readonly backlog: Backlog; readonly burst: readonly PendingTransaction[] } {
  const backlog = new Backlog({ shared, ofOneSender: () => 8 });
  const burst = hundred.slice(0, 50).map((_, at) => pending(at, 0));
  backlog.add([...burst, pending(50, 1), pending(51, 2), pending(52, 1)]);
  return { backlog, burst };
}
const idsOf = (taken: readonly PendingTransaction[]) => taken.map(({ id }) => id);

test('senders take turns, so the burst of one holds up no other', () => {
  const { backlog } = afterBurst(false);
  expect(idsOf(backlog.take(6))).toEqual(['t0', 't50', 't51', 't1', 't52', 't2']);
});

test('the burst of one sender takes a part of the places, and gets new ones when half of these are free', () => {
  const { backlog, burst } = afterBurst(false);
  expect(idsOf(backlog.take(64))).toEqual(['t0', 't50', 't51', 't1', 't52', 't2', 't3', 't4', 't5', 't6', 't7']);
  expect(backlog.take(64)).toEqual([]);
  for (const item of burst.slice(0, 3)) backlog.done(item);
  expect(backlog.take(64)).toEqual([]);
  backlog.done(burst[3]!);
  expect(idsOf(backlog.take(64))).toEqual(['t8', 't9', 't10', 't11']);
  expect(backlog.size).toBe(38);
});

test('beside other daemons too, a burst takes a part of the places only', () => {
  for (let round = 0; round < 20; round++) {
    const taken = idsOf(afterBurst(true).backlog.take(64));
    expect(taken).toHaveLength(11);
    expect(taken).toEqual(expect.arrayContaining(['t50', 't51', 't52', 't7']));
  }
});

test('a transaction that arrives again with another sender waits in the line of that one', () => {
  const backlog = new Backlog({ shared: false, ofOneSender: () => 8 });
  backlog.add([pending(0, 1), pending(1, 2), pending(2, 2)]);
  backlog.add([pending(0, 2)]);
  expect(backlog.size).toBe(3);
  expect(idsOf(backlog.take(8))).toEqual(['t1', 't2', 't0']);
});
