import { expect, test } from 'vitest';
import { CustosError } from '../../src/core/errors.js';
import { defaultTenant } from '../../src/core/ids.js';
import { silentLog } from '../../src/core/log.js';
import type { Nodes } from '../../src/core/network/cloud.js';
import type { Source } from '../../src/core/network/source.js';
import type { AcceptRequest } from '../../src/core/store/intake-facts.js';
import { Daemon } from '../../src/daemon/daemon.js';
import { ErrorReports } from '../../src/daemon/error-reports.js';
import { Lane } from '../../src/daemon/lane.js';
import type { DaemonParts } from '../../src/daemon/parts.js';
import { Places } from '../../src/daemon/places.js';
import { createIntake } from '../../src/lifecycle/intake.js';
import { absentCloud } from '../../src/lifecycle/local-source.js';
import { carrying, pendingOf, signedFact, sourceOf } from '../lifecycle/carrying.js';
import { eth } from '../storage/support.js';

const daemon = carrying();
const heard: string[] = [];

/** A cloud that never answers, and notes what it is asked. */
const deadCloud: Partial<Source> = Object.fromEntries(
  ['pending', 'status', 'complete', 'report', 'broadcast'].map((name) => [
    name,
    async () => {
      heard.push(name);
      throw new CustosError('CLOUD_UNREACHABLE', 'the cloud is dead');
    },
  ]),
);

/** The same, but it answers polls: with nothing. */
const emptyCloud = sourceOf({ ...deadCloud, pending: async () => [] });

const noWallets = {
  async *idPages() {
    yield ['26d3883e-4e17-48b3-a0ee-09a3e484ac83'];
  },
  get: async () => {
    throw new CustosError('WALLET_UNKNOWN', 'no such wallet');
  },
};

/** @param others - transactions of other chains that are on their way */
function lane(given: Partial<DaemonParts> = {}, concurrency = 4, others = 0) {
  heard.length = 0;
  const places = new Places(concurrency);
  places.admit({ running: others, waiting: 0 });
  const tally = { completed: 0, unconfirmed: 0, held: 0, denied: 0, failed: 0, waiting: 0, refused: 0, pollErrors: 0 };
  const parts = daemon.daemonParts(deadCloud, { wallets: noWallets, ...given } as unknown as Partial<DaemonParts>);
  const reports = new ErrorReports(parts.source, silentLog);
  const periods = { shortest: 1_000, longest: 1_000 };
  return {
    lane: new Lane(parts, eth, { periods, places, tally, reports }),
    tally,
    reports,
    parts,
  };
}

function request(id: string, more: Partial<AcceptRequest> = {}): AcceptRequest {
  const facts = { tenant: defaultTenant, source: 'api', kind: 'transaction', delivery: 'broadcast' } as const;
  return { ...facts, pending: pendingOf(id), ...more };
}

const stateOf = async (id: string) => (await daemon.journal.get(id))?.state;

test('a request of a door goes its way while the cloud is dead, and the cloud hears nothing of its end', async () => {
  await daemon.journal.accept(request('one'));
  const { lane: line, tally, reports } = lane();
  await line.ownRound();
  await line.settled();
  await reports.flush();
  expect(await daemon.journal.get('one')).toMatchObject({ state: 'failed', errorCode: 'WALLET_UNKNOWN' });
  expect([heard, tally.failed]).toEqual([[], 1]);
});

test('a cloud is not asked whether a request of a door was withdrawn', async () => {
  await daemon.journal.accept(request('one'));
  const { lane: line } = lane({ source: emptyCloud });
  await line.round();
  await line.settled();
  expect(heard).toEqual([]);
  expect(await stateOf('one')).toBe('claimed');
});

test('an accepted request is taken at once, without a round', async () => {
  const { lane: line } = lane();
  const intake = createIntake(daemon.journal, line);
  expect((await intake.accept(request('one'))).kind).toBe('accepted');
  await line.settled();
  expect(await stateOf('one')).toBe('failed');
});

test('a request of a chain without wallets until now is taken at once, and not after a period', async () => {
  const stop = new AbortController();
  // A period never ends.
  const wait = (_milliseconds: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
  const clock = { now: () => Date.now(), wait };
  const { parts } = lane({
    clock,
    wallets: { chains: async () => [], ...noWallets },
  } as unknown as Partial<DaemonParts>);
  const periods = { shortest: 1_000, longest: 1_000 };
  const serving = new Daemon(parts, { periods, concurrency: 4 });
  const served = serving.run(stop.signal);
  const intake = createIntake(daemon.journal, serving);
  await intake.accept(request('one'));
  while ((await stateOf('one')) !== 'failed') await new Promise((resolve) => setImmediate(resolve));
  stop.abort('test');
  await served;
});

test('a lane that has stopped takes no request, and the next process finds it', async () => {
  const { lane: line } = lane();
  line.stop();
  const intake = createIntake(daemon.journal, line);
  await intake.accept(request('one'));
  await line.ownRound();
  await line.settled();
  expect(await stateOf('one')).toBe('claimed');
  const next = lane().lane;
  await next.ownRound();
  await next.settled();
  expect(await stateOf('one')).toBe('failed');
});

test('what was accepted and claimed at once while a lane stopped is let go of for the next process', async () => {
  const { lane: line } = lane();
  const place = line.place(pendingOf('one'));
  const accepted = await daemon.journal.accept(request('one'), { claims: true });
  line.stop();
  if (accepted.kind !== 'accepted' || accepted.lease === undefined) throw new Error('not claimed');
  place?.begin(accepted.entry, accepted.lease);
  await line.settled();
  const { entries } = await daemon.journal.waiting(eth, 'testnet', 10);
  expect(entries.map(({ id }) => id)).toEqual(['one']);
  const next = lane().lane;
  await next.ownRound();
  await next.settled();
  expect(await stateOf('one')).toBe('failed');
});

test('a round does not take up what is being accepted and claimed at once', async () => {
  // A sender has several places.
  const { lane: line } = lane({}, 64);
  const place = line.place(pendingOf('one'));
  const accepted = await daemon.journal.accept(request('one'), { claims: true });
  if (accepted.kind !== 'accepted' || accepted.lease === undefined) throw new Error('not claimed');
  // The row is there before its acceptance is known: the round must not claim it a second time.
  await line.ownRound();
  await line.settled();
  expect(await daemon.journal.get('one')).toMatchObject({ state: 'claimed', generation: accepted.lease.generation });
  place?.begin(accepted.entry, accepted.lease);
  await line.settled();
  expect(await daemon.journal.get('one')).toMatchObject({ state: 'failed', generation: accepted.lease.generation });
});

test('a sender has as many places as on any other way, each is free again, and others that wait come first', async () => {
  const { lane: line } = lane();
  const sameSender = line.place(pendingOf('one'));
  expect(line.place(pendingOf('two'))).toBeUndefined();
  sameSender?.free();
  expect(line.place(pendingOf('two'))).toBeDefined();
  await daemon.journal.accept(request('three'));
  const full = createIntake(daemon.journal, line);
  expect(await full.accept(request('four'))).not.toHaveProperty('lease');
  expect(line.place(pendingOf('five'))).toBeUndefined();
});

/** Sent transactions that are due, and a node that says nothing of them until it is released. */
async function sentAndDue(count: number) {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const looked = new Set<unknown>();
  /** How many looks wait for the node: each asks one thing at a time. */
  const asked = { count: 0 };
  const rpc = async (method: string, [hash]: readonly unknown[]) => {
    asked.count += 1;
    await released;
    if (method === 'eth_blockNumber') return '0x1';
    if (method !== 'eth_getTransactionByHash') return null;
    looked.add(hash);
    return { hash };
  };
  const nodes = { client: () => ({ rpc }), isOwn: () => true } as unknown as Nodes;
  const txIds = Array.from({ length: count }, (_none, at) => `0x${at.toString(16).padStart(64, '0')}`);
  for (const [at, txId] of txIds.entries()) {
    await daemon.journal.accept(request(`sent${at}`));
    await daemon.claimed(`sent${at}`, [
      ['signed', { ...signedFact, nonce: BigInt(at), txId }],
      ['broadcast', { nextAttemptAt: 1 }],
    ]);
  }
  await daemon.journal.endLeases();
  return { parts: { nodes } as unknown as Partial<DaemonParts>, txIds, asked, looked, release };
}

test('a new request does not wait for looks at what is sent, and one round looks at all that is due', async () => {
  const { parts, txIds, looked, release } = await sentAndDue(12);
  const { lane: line } = lane(parts);
  await line.ownRound();
  const intake = createIntake(daemon.journal, line);
  await intake.accept(request('new'));
  while ((await stateOf('new')) !== 'failed') await new Promise((resolve) => setImmediate(resolve));
  expect(looked).toEqual(new Set());
  release();
  await line.settled();
  expect(looked).toEqual(new Set(txIds));
});

test('looks at what is sent do not wait for other chains, whatever these have on their way', async () => {
  const { parts, txIds, asked, looked, release } = await sentAndDue(12);
  const { lane: line } = lane(parts, 8, 1_000);
  await line.ownRound();
  // Half as many as there are places.
  while (asked.count < 4) await new Promise((resolve) => setImmediate(resolve));
  expect(looked).toEqual(new Set());
  release();
  await line.settled();
  expect(looked).toEqual(new Set(txIds));
});

test('a poll without the request does not drop it while it waits for its turn', async () => {
  const { lane: line } = lane({ source: emptyCloud });
  const intake = createIntake(daemon.journal, line);
  const ids = Array.from({ length: 40 }, (_none, at) => `r${at}`);
  await Promise.all(ids.map((id) => intake.accept(request(id))));
  await line.round();
  await line.settled();
  expect(new Set(await Promise.all(ids.map(stateOf)))).toEqual(new Set(['failed']));
});

test('a request of a wallet that is not served here waits for another process', async () => {
  await daemon.journal.accept(request('one'));
  const { lane: line } = lane({ onlyWallets: new Set() });
  await line.ownRound();
  await line.settled();
  expect(await stateOf('one')).toBe('claimed');
});

test('a request ends on its way when its time is over, and the next look ends those that nobody took', async () => {
  const ahead = { now: () => Date.now() + 3_600_000, wait: async () => undefined };
  await daemon.journal.accept(request('one', { expiresAt: Date.now() + 1_800_000 }));
  const { lane: line, tally } = lane({ clock: ahead });
  await line.ownRound();
  await line.settled();
  expect(await daemon.journal.get('one')).toMatchObject({ state: 'cancelled', errorCode: 'REQUEST_EXPIRED' });
  expect([heard, tally.failed]).toEqual([[], 1]);
});

test('what a cloud queued earlier is neither begun nor sent where no cloud is configured, and requests go on', async () => {
  await daemon.claimed('unsigned');
  await daemon.claimed('signed', [
    ['claimed', signedFact],
    ['signed', {}],
  ]);
  await daemon.journal.endLeases();
  await daemon.journal.accept(request('own'));
  const nodes = { client: () => ({ rpc: async () => null }), isOwn: () => true } as unknown as Nodes;
  const { lane: line } = lane({ source: absentCloud, nodes } as unknown as Partial<DaemonParts>);
  await line.round();
  await line.ownRound();
  await line.settled();
  expect(await daemon.journal.get('signed')).toMatchObject({ state: 'signed', errorCode: 'KMS_MISSING' });
  expect([await stateOf('unsigned'), await stateOf('own')]).toEqual(['claimed', 'failed']);
});
