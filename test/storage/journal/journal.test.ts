import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../../src/core/clock.js';
import { type PendingTransaction, parsePending } from '../../../src/core/signing/pending.js';
import { type JournalFact, LEASE_TIME, LONGEST_REST, type State } from '../../../src/core/store/journal.js';
import type { Store } from '../../../src/core/store/store.js';
import { journalTable } from '../../../src/storage/journal/journal.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import type { StoreTables } from '../../../src/storage/schema.js';
import { fileTest } from '../../support/file-test.js';
import { anySlot, eth, freshLocation, storeId } from '../support.js';

const location = freshLocation();
const signatureId = '26d3883e-4e17-48b3-a0ee-09a3e484ac83';
const sender = '0x8cb76aeD9C5e336ef961265c6079C14e9cD3D2eA';

let store: Store;
beforeEach(async () => {
  store = await createStore(location(), { storeId, slots: [anySlot()] });
});
afterEach(() => store.close());

function pending(id: string, more: Record<string, unknown> = {}): PendingTransaction {
  const received = {
    id,
    chain: 'ETH',
    hashes: [signatureId],
    index: 3,
    serializedTransaction: '{"to":"0x1"}',
    ...more,
  };
  return parsePending(received, eth, 'testnet');
}

async function claimOne(id: string) {
  const [result] = await store.journal.claim([pending(id)]);
  if (result === undefined || result.kind === 'changed' || result.lease === undefined) throw new Error('no lease');
  return result.lease;
}

const signedAs = (id: string): JournalFact => ({ signed: `0xf86c${id}`, txId: `0x${id}` });
const signed = signedAs('a');
const filled: JournalFact = { completed: '{"nonce":5}', sender, nonce: 5n, summary: { kind: 'transfer' } };

/** The steps that lead into each state from nothing. */
const ways: Record<State, readonly State[]> = {
  claimed: [],
  held: ['held'],
  signed: ['signed'],
  broadcast: ['signed', 'broadcast'],
  completed: ['signed', 'broadcast', 'completed'],
  denied: ['denied'],
  failed: ['failed'],
  cancelled: ['cancelled'],
};

async function bring(id: string, state: State) {
  const lease = await claimOne(id);
  for (const step of ways[state]) await store.journal.advance(lease, step, step === 'signed' ? signedAs(id) : {});
  return lease;
}

test('a new pending transaction is claimed once, and a second claim by its holder renews the lease', async () => {
  const [first] = await store.journal.claim([pending('a')]);
  expect(first).toMatchObject({ kind: 'claimed', entry: { id: 'a', state: 'claimed', generation: 1, attempts: 0 } });
  const [second] = await store.journal.claim([pending('a')]);
  expect(second).toMatchObject({ kind: 'known', lease: { generation: 2 }, entry: { generation: 2 } });
  await expect(store.journal.advance({ id: 'a', generation: 1 }, 'signed', signed)).rejects.toMatchObject({
    code: 'LEASE_LOST',
  });
  await store.journal.advance({ id: 'a', generation: 2 }, 'signed', signed);
});

test('simultaneous claims give one living lease', async () => {
  const results = (await Promise.all(Array.from({ length: 20 }, () => store.journal.claim([pending('a')])))).flat();
  expect(results.filter(({ kind }) => kind === 'claimed')).toHaveLength(1);
  const entry = await store.journal.get('a');
  const advances = results.map((result) =>
    result.kind !== 'changed' && result.lease ? store.journal.advance(result.lease, 'signed', signed) : undefined,
  );
  const settled = await Promise.allSettled(advances);
  expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(entry?.generation).toBe(20);
});

test('an id that comes twice in one claim gives one lease', async () => {
  const results = await store.journal.claim([pending('a'), pending('b'), pending('a'), pending('b', { index: 9 })]);
  expect(results.map((result) => [result.kind, result.entry?.id, 'lease' in result])).toEqual([
    ['claimed', 'a', true],
    ['claimed', 'b', true],
    ['known', 'a', false],
    ['changed', 'b', false],
  ]);
});

test.each([
  ['the bytes', { serializedTransaction: '{"to":"0x2"}' }],
  ['the index', { index: 4 }],
  ['the wallet', { hashes: ['6d78dad2-518f-4e76-8255-8f1df0de6884'] }],
  ['a second signer', { signatures: [{ id: signatureId, index: 1 }] }],
  ['the withdrawal', { withdrawalId: 'w1' }],
])('the same id with another payload is recognized and gets no lease: %s', async (_what, change) => {
  await claimOne('a');
  const [result] = await store.journal.claim([pending('a', change)]);
  expect(result?.kind).toBe('changed');
  expect(result).not.toHaveProperty('lease');
  expect((await store.journal.get('a'))?.pending.serialized).toBe('{"to":"0x1"}');
});

test('facts without effect on the signed bytes do not make another payload', async () => {
  await claimOne('a');
  const [result] = await store.journal.claim([pending('a', { created: 1_700_000_000, signatures: null, txId: null })]);
  expect(result?.kind).toBe('known');
});

test.each(['completed', 'denied', 'failed', 'cancelled'] as const)(
  'a transaction that is %s comes back without a lease',
  async (state) => {
    await bring('a', state);
    const [result] = await store.journal.claim([pending('a')]);
    expect(result).toMatchObject({ kind: 'known', entry: { state } });
    expect(result).not.toHaveProperty('lease');
  },
);

const legal: Record<State, readonly State[]> = {
  claimed: ['claimed', 'held', 'signed', 'denied', 'failed', 'cancelled'],
  held: ['claimed', 'held', 'signed', 'denied', 'failed', 'cancelled'],
  signed: ['signed', 'broadcast', 'failed', 'cancelled'],
  broadcast: ['broadcast', 'completed', 'failed'],
  completed: [],
  denied: [],
  failed: [],
  cancelled: [],
};
const states = Object.keys(legal) as State[];

test.each(states.flatMap((from) => states.map((to) => [from, to] as const)))(
  'a transaction moves from %s to %s exactly where the table allows it',
  async (from, to) => {
    const lease = await bring('a', from);
    const before = await store.journal.events('a');
    const step = store.journal.advance(lease, to, to === 'signed' && from !== 'signed' ? signed : {});
    if (legal[from].includes(to)) {
      await step;
      expect((await store.journal.get('a'))?.state).toBe(to);
      expect(await store.journal.events('a')).toHaveLength(before.length + 1);
    } else {
      await expect(step).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
      expect((await store.journal.get('a'))?.state).toBe(from);
      expect(await store.journal.events('a')).toEqual(before);
    }
  },
);

test('signed bytes are written once and never change, nor does their origin', async () => {
  const lease = await claimOne('a');
  await store.journal.advance(lease, 'claimed', filled, 'filled');
  await store.journal.advance(lease, 'signed', signed);
  const changes: JournalFact[] = [
    { signed: '0xother' },
    { txId: '0xbb' },
    { completed: '{"nonce":6}' },
    { nonce: 6n },
    { sender: '0x2' },
    { summary: {} },
  ];
  for (const fact of changes) {
    await expect(store.journal.advance(lease, 'signed', fact)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  }
  expect(await store.journal.get('a')).toMatchObject({ ...filled, ...signed, state: 'signed' });
});

test('a transaction never becomes signed without bytes', async () => {
  const lease = await claimOne('a');
  await expect(store.journal.advance(lease, 'signed', {})).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
});

test('an entry is read back with every fact that was written', async () => {
  const lease = await claimOne('a');
  await store.journal.advance(lease, 'claimed', filled, 'filled');
  await store.journal.advance(lease, 'signed', signed);
  const fact: JournalFact = {
    errorCode: 'CLOUD_TIMEOUT',
    errorText: 'no answer',
    reported: 'CLOUD_TIMEOUT: no answer',
    nextAttemptAt: 99,
  };
  await store.journal.advance(lease, 'signed', fact, 'postponed');
  const entry = await store.journal.get('a');
  expect(entry).toMatchObject({ ...filled, ...signed, ...fact, attempts: 1, chain: 'ETH', network: 'testnet' });
  expect(entry?.pending).toEqual(pending('a'));
  expect((await store.journal.events('a')).map(({ event }) => event)).toEqual([
    'claimed',
    'filled',
    'signed',
    'postponed',
  ]);
});

test('a story only grows', async () => {
  const lease = await bring('a', 'broadcast');
  const before = await store.journal.events('a');
  await store.journal.advance(lease, 'completed', {}, 'found closed at the cloud');
  expect((await store.journal.events('a')).slice(0, before.length)).toEqual(before);
});

test('a retry starts again without bytes and sends the same bytes when there are some', async () => {
  await bring('a', 'denied');
  expect(await store.journal.retry('a')).toMatchObject({ state: 'claimed', attempts: 0, nextAttemptAt: 0 });
  const lease = await bring('b', 'signed');
  await store.journal.advance(lease, 'failed', { errorCode: 'BROADCAST_REFUSED', errorText: 'no', reported: 'no' });
  const again = await store.journal.retry('b');
  expect(again).toMatchObject({ state: 'signed', ...signedAs('b') });
  expect(again).not.toHaveProperty('errorCode');
  expect(again).not.toHaveProperty('reported');
  await expect(store.journal.advance(lease, 'broadcast', {})).rejects.toMatchObject({ code: 'LEASE_LOST' });
});

test.each(['claimed', 'held', 'signed', 'broadcast', 'completed', 'cancelled'] as const)(
  'a transaction that is %s is not retried',
  async (state) => {
    await bring('a', state);
    await expect(store.journal.retry('a')).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  },
);

test('a cancel ends an unsigned transaction, and takes the lease from its holder', async () => {
  const lease = await claimOne('a');
  expect(await store.journal.cancel('a')).toMatchObject({ state: 'cancelled' });
  await expect(store.journal.advance(lease, 'signed', signed)).rejects.toMatchObject({ code: 'LEASE_LOST' });
});

test.each(['denied', 'failed'] as const)('a cancel ends a transaction that is %s and has no bytes', async (state) => {
  await bring('a', state);
  expect(await store.journal.cancel('a')).toMatchObject({ state: 'cancelled' });
  expect((await store.journal.events('a')).at(-1)).toMatchObject({ fact: { errorText: 'it has no signed bytes' } });
});

test('a transaction without bytes is due at once when it is woken, and nothing else of it changes', async () => {
  const later = systemClock.now() + 60_000;
  for (const state of ['claimed', 'held', 'signed', 'denied'] as const) {
    const lease = await bring(state, state);
    if (state !== 'denied') await store.journal.rest(lease, later);
    const before = await store.journal.get(state);
    await store.journal.wake(state);
    const isOpen = state === 'claimed' || state === 'held';
    expect(await store.journal.get(state)).toEqual(isOpen ? { ...before, nextAttemptAt: 0 } : before);
  }
  await store.journal.wake('unknown');
});

test('all that is held or frozen is due at once when what it waits for has ended, and nothing else of it changes', async () => {
  const later = systemClock.now() + 60_000;
  for (const id of ['claimed', 'held', 'signed', 'frozen', 'denied', 'broadcast']) {
    const state = id === 'frozen' ? 'signed' : (id as State);
    const lease = await bring(id, state);
    if (id === 'frozen')
      await store.journal.advance(lease, 'signed', { errorCode: 'FROZEN', errorText: 'f', nextAttemptAt: later });
    else if (id !== 'denied') await store.journal.rest(lease, later);
  }
  const before = new Map((await store.journal.find({})).map((entry) => [entry.id, entry]));
  await store.journal.wakeHeld();
  for (const entry of await store.journal.find({})) {
    const old = before.get(entry.id);
    const isWoken = entry.id === 'held' || entry.id === 'frozen';
    expect(entry, entry.id).toEqual(isWoken ? { ...old, nextAttemptAt: 0 } : old);
  }
});

test('a transaction that the cloud no longer knows is withdrawn, unless it has bytes or a process continues with it', async () => {
  const other = journalTable(await openDatabase<StoreTables>(location()), systemClock, 'other');
  for (const state of ['claimed', 'held', 'denied', 'failed', 'signed', 'completed', 'cancelled'] as const) {
    await bring(state, state);
    const withdrawn = await store.journal.withdraw((await store.journal.get(state))!);
    expect(withdrawn, state).toBe(['claimed', 'held', 'denied', 'failed'].includes(state));
  }
  await claimOne('mine');
  const mine = (await store.journal.get('mine'))!;
  expect(await other.withdraw(mine)).toBe(false);
  const { entries, last } = await store.journal.unsigned(eth, 'testnet', { after: '', limit: 10 });
  expect([entries.map(({ id }) => id), last]).toEqual([['mine'], 'mine']);
});

test.each(['signed', 'broadcast', 'completed', 'cancelled'] as const)(
  'a transaction that is %s is not cancelled',
  async (state) => {
    await bring('a', state);
    await expect(store.journal.cancel('a')).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  },
);

test('an unknown id is called unknown', async () => {
  expect(await store.journal.get('no')).toBeUndefined();
  expect(await store.journal.events('no')).toEqual([]);
  await expect(store.journal.retry('no')).rejects.toMatchObject({ code: 'PENDING_UNKNOWN' });
  await expect(store.journal.cancel('no')).rejects.toMatchObject({ code: 'PENDING_UNKNOWN' });
  await expect(store.journal.advance({ id: 'no', generation: 1 }, 'failed', {})).rejects.toMatchObject({
    code: 'PENDING_UNKNOWN',
  });
});

test('a nonce is the first that no signed, broadcast or completed transaction uses, also beyond 2^53', async () => {
  const nonces = [0n, 7n, 10n, 9n, 2n ** 60n, 3n, 5n];
  const ends: (State | 'signed')[] = ['signed', 'broadcast', 'completed', 'signed', 'signed', 'failed', 'claimed'];
  for (const [at, nonce] of nonces.entries()) {
    const lease = await claimOne(`t${at}`);
    await store.journal.advance(lease, 'claimed', { sender, nonce }, 'filled');
    for (const step of ways[ends[at]!])
      await store.journal.advance(lease, step, step === 'signed' ? signedAs(`${at}`) : {});
  }
  const lease = await claimOne('next');
  const take = async (latest: bigint, who = sender) => store.journal.takeNonce(lease, { sender: who, latest });
  expect(await take(0n)).toEqual({ nonce: 1n, missing: Number(2n ** 60n) - 1 - 3 });
  expect((await take(3n)).nonce).toBe(3n);
  expect((await take(7n)).nonce).toBe(8n);
  expect(await take(2n ** 60n)).toEqual({ nonce: 2n ** 60n + 1n, missing: 0 });
  expect(await take(7n, '0xother')).toEqual({ nonce: 7n, missing: 0 });
});

test('a nonce belongs to one transaction at a time, until that one is given up', async () => {
  const [one, other] = [await claimOne('one'), await claimOne('other')];
  const counts = { sender, latest: 4n };
  expect((await store.journal.takeNonce(one, counts)).nonce).toBe(4n);
  expect((await store.journal.takeNonce(one, counts)).nonce).toBe(4n);
  expect((await store.journal.takeNonce(other, counts)).nonce).toBe(5n);
  await store.journal.advance(one, 'failed', {});
  const third = await claimOne('third');
  expect((await store.journal.takeNonce(third, counts)).nonce).toBe(4n);
  await store.journal.advance(other, 'held', { nextAttemptAt: 9, errorCode: 'JUDGE_UNREACHABLE' });
  expect((await store.journal.takeNonce(third, { ...counts, latest: 5n })).nonce).toBe(5n);
});

test('nonces that only the node knows are left to their users', async () => {
  const lease = await claimOne('a');
  expect((await store.journal.takeNonce(lease, { sender, latest: 4n, waiting: 6n })).nonce).toBe(6n);
});

test('a process that lost a transaction gets no nonce for it', async () => {
  const lease = await claimOne('a');
  await store.journal.cancel('a');
  await expect(store.journal.takeNonce(lease, { sender, latest: 0n })).rejects.toMatchObject({ code: 'LEASE_LOST' });
});

test('an output is spent by one transaction, and free again when that one is given up', async () => {
  const [one, other, third] = [await claimOne('one'), await claimOne('other'), await claimOne('third')];
  await store.journal.advance(one, 'claimed', { spends: ['aa:0', 'aa:1'] }, 'filled');
  const spend = (lease: typeof other, ...spends: string[]) =>
    store.journal.advance(lease, 'claimed', { spends }, 'filled');
  await expect(spend(other, 'bb:0', 'aa:1')).rejects.toMatchObject({ code: 'OUTPUT_RESERVED' });
  // What was refused has reserved nothing.
  await spend(third, 'bb:0');
  await store.journal.advance(one, 'signed', signed);
  await expect(spend(other, 'aa:1')).rejects.toMatchObject({ code: 'OUTPUT_SPENT' });
  await store.journal.advance(one, 'failed', { errorCode: 'BROADCAST_REFUSED', errorText: 'no' });
  await spend(other, 'aa:1');
});

test('signed transactions that are due are found, without those that wait or belong to another process', async () => {
  const waiting = await bring('waiting', 'signed');
  await store.journal.rest(waiting, Date.now() + 60_000);
  await bring('mine', 'signed');
  await bring('sent', 'broadcast');
  await bring('done', 'completed');
  await bring('new', 'claimed');
  const ids = async (journal: Store['journal']) =>
    (await journal.due(eth, 'testnet', 10)).entries.map(({ id }) => id).sort();
  expect(await ids(store.journal)).toEqual(['mine', 'sent']);
  const second = await openStore(location());
  expect(await ids(second.journal)).toEqual([]);
  await second.close();
});

test('each sender has one process at a time for its unsigned transactions', async () => {
  const second = await openStore(location());
  await store.journal.claim([pending('a')]);
  const claim = async (id: string, more = {}) => (await second.journal.claim([pending(id, more)]))[0];
  expect(await claim('b')).toMatchObject({ kind: 'known', entry: { state: 'claimed' } });
  expect(await claim('b')).not.toHaveProperty('lease');
  expect(await claim('c', { index: 4 })).toHaveProperty('lease');
  await store.journal.cancel('a');
  expect(await claim('b')).toHaveProperty('lease');
  await second.close();
});

test('a lease is kept as long as its process renews it, and the story shows the next one', async () => {
  const clock = { time: 1_000, now: () => clock.time, wait: async () => {} };
  const database = await openDatabase<StoreTables>(location());
  const [one, other] = ['one', 'other'].map((owner) => journalTable(database, clock, owner));
  await one!.claim([pending('a')]);
  clock.time += LEASE_TIME - 1;
  await one!.keepLeases();
  clock.time += LEASE_TIME - 1;
  expect((await other!.claim([pending('a')]))[0]).not.toHaveProperty('lease');
  clock.time += 1;
  expect((await other!.claim([pending('a')]))[0]).toHaveProperty('lease');
  const taken = { at: clock.time, event: 'taken over', fact: {} };
  expect(await other!.events('a')).toEqual([expect.objectContaining({ event: 'claimed' }), taken]);
  // Its own it only takes again.
  expect((await other!.claim([pending('a')]))[0]).toHaveProperty('lease');
  expect(await other!.events('a')).toHaveLength(2);
  await database.close();
});

test('a process whose leases were ended by another one records nothing more, even if nothing was claimed again', async () => {
  const database = await openDatabase<StoreTables>(location());
  const [one, other] = ['one', 'other'].map((owner) => journalTable(database, systemClock, owner));
  const [result] = await one!.claim([pending('a')]);
  if (result?.kind !== 'claimed') throw new Error('not claimed');
  await other!.endLeases();
  await expect(one!.advance(result.lease, 'signed', signed)).rejects.toMatchObject({ code: 'LEASE_LOST' });
  expect(await one!.get('a')).not.toHaveProperty('signed');
  await database.close();
});

test('a transaction is put off until a time with a fraction of a millisecond, as half of an age is', async () => {
  const lease = await bring('a', 'broadcast');
  await store.journal.rest(lease, 1_800_000_000_000.25);
  expect(await store.journal.get('a')).toMatchObject({ nextAttemptAt: 1_800_000_000_001 });
  const again = await claimOne('a');
  await store.journal.advance(again, 'broadcast', { nextAttemptAt: 1_800_000_001_000.5 }, 'postponed');
  expect(await store.journal.get('a')).toMatchObject({ state: 'broadcast', nextAttemptAt: 1_800_000_001_001 });
});

test('a transaction that was put off while the clock was a day ahead is tried again when the clock is right', async () => {
  const clock = { time: 86_400_000, now: () => clock.time, wait: async () => {} };
  const database = await openDatabase<StoreTables>(location());
  const journal = journalTable(database, clock);
  const [result] = await journal.claim([pending('a')]);
  if (result?.kind !== 'claimed') throw new Error('not claimed');
  await journal.advance(result.lease, 'signed', signed);
  await journal.advance(result.lease, 'signed', { nextAttemptAt: clock.time + 300_000 }, 'postponed');
  const tried = async () => {
    const { entries } = await journal.due(eth, 'testnet', 10);
    const [{ lease } = {}] = (await journal.claim([pending('a')])).filter((one) => one.kind === 'known');
    if (lease !== undefined) await journal.rest(lease, 86_700_000);
    return [entries.length === 1, lease !== undefined];
  };
  expect(await tried()).toEqual([false, false]);
  clock.time = 86_700_000 - LONGEST_REST;
  expect(await tried()).toEqual([false, false]);
  clock.time = 0;
  expect(await tried()).toEqual([true, true]);
  clock.time = 86_700_000;
  expect(await tried()).toEqual([true, true]);
  await database.close();
});

test('finding goes by chain, network, state, sender and limit', async () => {
  await bring('a', 'signed');
  await bring('b', 'failed');
  const lease = await claimOne('c');
  await store.journal.advance(lease, 'claimed', { sender }, 'filled');
  const ids = async (filter: Parameters<Store['journal']['find']>[0]) =>
    (await store.journal.find(filter)).map(({ id }) => id).sort();
  expect(await ids({})).toEqual(['a', 'b', 'c']);
  expect(await ids({ states: ['signed', 'broadcast'], chain: eth, network: 'testnet' })).toEqual(['a']);
  expect(await ids({ states: [] })).toEqual([]);
  expect(await ids({ network: 'mainnet' })).toEqual([]);
  expect(await ids({ sender })).toEqual(['c']);
  expect(await ids({ limit: 2 })).toHaveLength(2);
});

fileTest('its plans are asked for in test/storage/postgres/postgres.test.ts')(
  'questions that are asked at each poll use an index',
  async () => {
    await store.close();
    const database = await openDatabase<never>(location());
    const questions = [
      "SELECT * FROM transactions WHERE chain='E' AND network='t' AND state IN ('signed','broadcast')",
      "SELECT nonce FROM transactions WHERE chain='E' AND network='t' AND sender='s' AND nonce >= '0' AND state IN ('signed') ORDER BY nonce",
      "SELECT * FROM transactions WHERE id IN ('a','b')",
      "SELECT place FROM transaction_events WHERE transaction_id='a' ORDER BY place DESC LIMIT 1",
      "SELECT signature_id FROM wallets WHERE tenant='default' AND chain='E' AND network='t' ORDER BY signature_id",
      "SELECT * FROM wallets WHERE signature_id > 'a' ORDER BY signature_id LIMIT 10",
    ];
    for (const question of questions) {
      const plan = await database.read(async (db) => {
        const { rows } = await sql<{ detail: string }>`EXPLAIN QUERY PLAN ${sql.raw(question)}`.execute(db);
        return rows.map(({ detail }) => detail).join('\n');
      });
      expect(plan, question).toMatch(/SEARCH/);
      expect(plan, question).not.toMatch(/SCAN|TEMP B-TREE/);
    }
    await database.close();
    store = await openStore(location());
  },
);

test('five hundred claims at once are one database transaction, and known ones stay fast when the journal is long', async () => {
  const many = Array.from({ length: 500 }, (_, at) => pending(`t${at}`));
  const results = await store.journal.claim(many);
  expect(results.map(({ entry }) => entry?.id)).toEqual(many.map(({ id }) => id));
  expect(new Set(results.map(({ kind }) => kind))).toEqual(new Set(['claimed']));
  const again = await store.journal.claim([...many].reverse());
  expect(again.map(({ entry }) => entry?.id)).toEqual([...many].reverse().map(({ id }) => id));
  expect(new Set(again.map(({ kind }) => kind))).toEqual(new Set(['known']));
});

test('a manually edited journal row is a damaged record', async () => {
  const changes = [
    "state = 'gone'",
    "pending = 'no json'",
    "pending = '{}'",
    "network = 'moonnet'",
    "chain = '?'",
    "nonce = 'x'",
    "summary = '7'",
  ];
  for (const at of changes.keys()) await claimOne(`t${at}`);
  const database = await openDatabase<never>(location());
  await database.write(async (db) => {
    for (const [at, change] of changes.entries()) {
      await sql.raw(`UPDATE transactions SET ${change} WHERE id = 't${at}'`).execute(db);
    }
  });
  await database.close();
  for (const [at, change] of changes.entries()) {
    await expect(store.journal.get(`t${at}`), change).rejects.toMatchObject({ code: 'RECORD_DAMAGED' });
  }
});

test('a damaged row does not stop others from being claimed or continued', async () => {
  for (const id of ['a', 'b', 'c', 'd']) await bring(id, 'signed');
  const database = await openDatabase<StoreTables>(location());
  await database.write(async (db) => {
    await db.updateTable('transactions').set({ pending: '{' }).where('id', 'in', ['a', 'b']).execute();
    await db.updateTable('transactions').set({ next_attempt_at: 1 }).where('id', 'in', ['c', 'd']).execute();
  });
  await database.close();
  const results = await store.journal.claim(['a', 'c', 'e', 'a'].map((id) => pending(id)));
  expect(results.map(({ kind }) => kind)).toEqual(['damaged', 'known', 'claimed', 'damaged']);
  expect(results[0]).toMatchObject({ error: { code: 'RECORD_DAMAGED', details: { id: 'a' } } });
  expect(results[1]).toHaveProperty('lease');
  // They come first, and there is room for fewer than they are.
  for (const limit of [1, 2, 10]) {
    const { entries, damaged } = await store.journal.due(eth, 'testnet', limit);
    expect(entries).toHaveLength(Math.min(limit, 2));
    expect(damaged.map(({ error }) => error.details['id']).sort()).toEqual(['a', 'b']);
  }
});
