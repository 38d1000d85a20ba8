import { expect, test } from 'vitest';
import { type Log, silentLog } from '../../src/core/log.js';
import type { Source } from '../../src/core/network/source.js';
import type { Journal, State } from '../../src/core/store/journal.js';
import type { WalletTable } from '../../src/core/store/store.js';
import { ErrorReports } from '../../src/daemon/error-reports.js';
import { Lane } from '../../src/daemon/lane.js';
import { Places } from '../../src/daemon/places.js';
import { carrying, pendingOf } from '../lifecycle/carrying.js';
import { anyWallet, eth } from '../storage/support.js';

const daemon = carrying();
const periods = { shortest: 5_000, longest: 40_000 };

/** A lane whose cloud lists these transactions at every poll, under a clock that the test moves. */
function listing(...ids: readonly string[]) {
  const clock = { time: Date.now(), now: () => clock.time, wait: async () => undefined };
  const claims: string[] = [];
  const places = new Places(8);
  /** Places that another chain with work has while this one claims. */
  const left: number[] = [];
  const leftNow = places.admit({ running: 0, waiting: 1 });
  const source: Partial<Source> = {
    pending: async () => ids.map((id) => ({ kind: 'pending', pending: pendingOf(id) })),
    report: async () => undefined,
  };
  const wallets: WalletTable = {
    ...daemon.daemonParts({}).wallets,
    async *idPages() {
      yield [anyWallet().signatureId];
    },
  };
  const claim: Journal['claim'] = (pending) => {
    claims.push(...pending.map(({ id }) => id));
    left.push(leftNow());
    return daemon.journal.claim(pending);
  };
  const journal: Journal = { ...daemon.journal, claim };
  const received: unknown[] = [];
  const log: Log = {
    ...silentLog,
    info(fields, message) {
      if (message === 'pending transactions received') received.push(fields['count']);
    },
  };
  const tally = { completed: 0, unconfirmed: 0, held: 0, denied: 0, failed: 0, waiting: 0, refused: 0, pollErrors: 0 };
  const parts = daemon.daemonParts(source, { wallets, journal, clock, log });
  const reports = new ErrorReports(parts.source, log);
  const lane = new Lane(parts, eth, { periods, places, tally, reports });
  return {
    claims,
    left,
    leftNow,
    received,
    async poll(): Promise<number> {
      const pause = await lane.round();
      await lane.settled();
      clock.time += pause;
      return pause;
    },
  };
}

async function polls(lane: ReturnType<typeof listing>, count: number): Promise<readonly number[]> {
  const pauses: number[] = [];
  while (pauses.length < count) pauses.push(await lane.poll());
  return pauses;
}

test.each(['failed', 'denied', 'cancelled'] as const)(
  'a transaction that is %s and still listed is claimed every half minute, and does not keep the chain busy',
  async (state: State) => {
    await daemon.claimed('one', [[state, {}]]);
    const lane = listing('one');
    expect(await polls(lane, 7)).toEqual([5_000, 5_000, 5_000, 5_000, 10_000, 20_000, 40_000]);
    expect(lane.claims).toEqual(['one', 'one']);
  },
);

test('a transaction that is listed repeatedly is received once', async () => {
  const { lease } = await daemon.claimed('waiting');
  await daemon.journal.rest(lease, Date.now() + 7_000);
  await daemon.claimed('failed', [['failed', {}]]);
  const lane = listing('waiting', 'failed');
  await polls(lane, 12);
  expect(lane.received).toEqual([2]);
});

test('a transaction that waits for another try keeps the chain busy', async () => {
  const { lease } = await daemon.claimed('waiting');
  await daemon.journal.rest(lease, Date.now() + 60_000);
  await daemon.claimed('failed', [['failed', {}]]);
  const lane = listing('waiting', 'failed');
  expect(new Set(await polls(lane, 7))).toEqual(new Set([5_000]));
});

test('a retried transaction continues at its next look', async () => {
  await daemon.claimed('one', [['failed', {}]]);
  const lane = listing('one');
  await lane.poll();
  await daemon.journal.retry('one');
  await polls(lane, 7);
  expect(await daemon.journal.get('one')).toMatchObject({ errorCode: 'WALLET_UNKNOWN' });
});

test('what is claimed and not begun frees the places of its sender for the next ones', async () => {
  const ended = ['one', 'two', 'three', 'four', 'five'];
  for (const id of ended) await daemon.claimed(id, [['failed', {}]]);
  const lane = listing(...ended, 'six');
  await lane.poll();
  expect(lane.claims.toSorted()).toEqual([...ended, 'six'].toSorted());
  expect(await daemon.journal.get('six')).toMatchObject({ errorCode: 'WALLET_UNKNOWN' });
});

test('what is being claimed has its places already, and gives them back', async () => {
  const lane = listing('one', 'two', 'three');
  await lane.poll();
  // Of one sender, a quarter of the places at a time.
  expect(lane.left[0]).toBe(8 - 2);
  expect(lane.leftNow()).toBe(8);
});
