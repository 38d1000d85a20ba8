import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parsePending } from '../../../src/core/signing/pending.js';
import { type Journal, type JournalFact, LEASE_TIME, type Lease } from '../../../src/core/store/journal.js';
import type { Database } from '../../../src/storage/database.js';
import { journalTable } from '../../../src/storage/journal/journal.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import { createStore } from '../../../src/storage/open-store.js';
import type { StoreTables } from '../../../src/storage/schema.js';
import { anySlot, eth, freshLocation, storeId } from '../support.js';

const location = freshLocation();
const sender = '0x8cb76aeD9C5e336ef961265c6079C14e9cD3D2eA';
const signed = (id: string): JournalFact => ({ signed: `0xf86c${id}`, txId: `0x${id}` });
const refused: JournalFact = { errorCode: 'BROADCAST_REFUSED', errorText: 'no' };

const clock = { time: 0, now: () => clock.time, wait: async () => {} };
let database: Database<StoreTables>;
let journal: Journal;
/** Another process on the same store. */
let other: Journal;
beforeEach(async () => {
  await (await createStore(location(), { storeId, slots: [anySlot()] })).close();
  database = await openDatabase<StoreTables>(location());
  clock.time = 1_000;
  journal = journalTable(database, clock, 'one');
  other = journalTable(database, clock, 'other');
});
afterEach(() => database.close());

async function claimOne(id: string, by: Journal = journal): Promise<Lease> {
  const received = { id, chain: 'ETH', hashes: [], serializedTransaction: '{}' };
  const [result] = await by.claim([parsePending(received, eth, 'testnet')]);
  if (result === undefined || result.kind === 'changed' || result.lease === undefined) throw new Error('no lease');
  return result.lease;
}

async function fill(id: string, fact: JournalFact, by: Journal = journal): Promise<Lease> {
  const lease = await claimOne(id, by);
  await by.advance(lease, 'claimed', fact, 'filled');
  return lease;
}

async function sign(id: string, fact: JournalFact): Promise<Lease> {
  const lease = await fill(id, fact);
  await journal.advance(lease, 'signed', signed(id));
  return lease;
}

/** Signs one that the network refuses. */
async function failSigned(id: string, fact: JournalFact): Promise<void> {
  await journal.advance(await sign(id, fact), 'failed', refused);
}

const story = async (id: string) => (await journal.events(id)).map(({ event }) => event);

async function expectStillFailed(id: string): Promise<void> {
  expect(await journal.get(id)).toMatchObject({ state: 'failed', generation: 1, errorCode: 'BROADCAST_REFUSED' });
  expect(await story(id)).toEqual(['claimed', 'filled', 'signed', 'failed']);
}

describe('signed bytes that failed and are retried', () => {
  test('retried bytes stay failed when another signed transaction now spends one of their outputs', async () => {
    await failSigned('a', { spends: ['aa:0', 'aa:1'] });
    await sign('b', { spends: ['aa:1'] });
    await expect(journal.retry('a')).rejects.toMatchObject({
      code: 'OUTPUT_SPENT',
      message: expect.stringMatching(/b$/),
    });
    await expectStillFailed('a');
    await fill('c', { spends: ['aa:0'] });
  });

  test('retried bytes stay failed as long as another transaction may be signed over the same outputs', async () => {
    await failSigned('a', { spends: ['aa:0'] });
    const lease = await fill('b', { spends: ['aa:0'] });
    await expect(journal.retry('a')).rejects.toMatchObject({ code: 'OUTPUT_RESERVED' });
    await expectStillFailed('a');
    await journal.advance(lease, 'denied', {});
    expect(await journal.retry('a')).toMatchObject({ state: 'signed' });
  });

  test('retried bytes have their outputs again, so that no later transaction spends them', async () => {
    await failSigned('a', { spends: ['aa:0'] });
    expect(await journal.retry('a')).toMatchObject({ state: 'signed', ...signed('a') });
    await expect(fill('b', { spends: ['aa:0'] })).rejects.toMatchObject({ code: 'OUTPUT_SPENT' });
  });

  test('retried bytes reserve the outputs of the last bytes, not of earlier ones', async () => {
    const first = await sign('a', { spends: ['aa:0'] });
    await journal.expire(first, 'ran out');
    await failSigned('a', { spends: ['bb:0'] });
    await journal.retry('a');
    await expect(fill('b', { spends: ['bb:0'] })).rejects.toMatchObject({ code: 'OUTPUT_SPENT' });
    await fill('c', { spends: ['aa:0'] });
  });

  test.each(['signed', 'broadcast', 'completed'] as const)(
    'retried bytes stay failed when their nonce now belongs to a %s transaction',
    async (state) => {
      await failSigned('a', { sender, nonce: 5n });
      const lease = await sign('b', { sender, nonce: 5n });
      if (state !== 'signed') await journal.advance(lease, 'broadcast', {});
      if (state === 'completed') await journal.advance(lease, 'completed', {});
      await expect(journal.retry('a')).rejects.toMatchObject({
        code: 'STATE_CONFLICT',
        message: 'the nonce 5 of transaction a is used by transaction b',
      });
      await expectStillFailed('a');
    },
  );

  test('retried bytes still continue when the process waits for the proof of which bytes took the nonce', async () => {
    await failSigned('a', { sender, nonce: 5n });
    await sign('b', { sender, nonce: 5n });
    expect(await journal.retry('a', { awaitsProof: true })).toMatchObject({ state: 'signed', nonce: 5n });
    const rivals = async (id: string) => (await journal.rivals((await journal.get(id))!)).map((one) => one.id);
    expect([await rivals('a'), await rivals('b')]).toEqual([['b'], ['a']]);
    // What both have is nobody else's.
    expect((await journal.takeNonce(await claimOne('c'), { sender, latest: 5n })).nonce).toBe(6n);
  });

  test('retried bytes know the transaction that now spends one of their outputs', async () => {
    await failSigned('a', { spends: ['aa:0', 'aa:1'] });
    await sign('b', { spends: ['aa:1'] });
    expect((await journal.rivals((await journal.get('a'))!)).map(({ id }) => id)).toEqual(['b']);
  });

  test('failed bytes are ended only with a proof about these very bytes, and leave the row for the story', async () => {
    await failSigned('a', { sender, nonce: 5n });
    await expect(journal.cancel('a')).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    const stale = journal.cancel('a', { txId: '0xother', text: 'dead' });
    await expect(stale).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    await expectStillFailed('a');
    const ended = await journal.cancel('a', { txId: '0xa', text: 'another took the nonce' });
    expect(ended).toMatchObject({ state: 'cancelled' });
    expect(ended).not.toHaveProperty('signed');
    const last = (await journal.events('a')).at(-1);
    expect(last).toMatchObject({ event: 'cancelled', fact: { ...signed('a'), errorText: 'another took the nonce' } });
  });

  test('bytes that did not fail are ended only with a proof about these very bytes, and their process sends no more', async () => {
    await sign('a', { sender, nonce: 5n });
    const before = (await journal.get('a'))!;
    await expect(journal.cancel('a')).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    const stale = journal.cancel('a', { txId: '0xother', text: 'dead' });
    await expect(stale).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    expect(await journal.get('a')).toEqual(before);
    const ended = await journal.cancel('a', { txId: '0xa', text: 'they ran out' });
    expect(ended).toMatchObject({ state: 'cancelled' });
    expect(ended).not.toHaveProperty('signed');
    expect((await journal.events('a')).at(-1)).toMatchObject({ event: 'cancelled', fact: signed('a') });
    const lease = { id: 'a', generation: before.generation };
    await expect(journal.renew(lease)).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });

  test('retried bytes stay failed as long as another transaction may be signed with their nonce', async () => {
    await failSigned('a', { sender, nonce: 5n });
    const lease = await claimOne('b');
    expect((await journal.takeNonce(lease, { sender, latest: 5n })).nonce).toBe(5n);
    await expect(journal.retry('a')).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
      message: expect.stringMatching(/b$/),
    });
    await expectStillFailed('a');
    await journal.advance(lease, 'failed', {});
    await journal.retry('a');
    expect((await journal.takeNonce(await claimOne('c'), { sender, latest: 5n })).nonce).toBe(6n);
  });

  test('retried bytes continue when their nonce is used by another sender, on another network, or no longer', async () => {
    await failSigned('a', { sender, nonce: 5n });
    await sign('b', { sender: '0xother', nonce: 5n });
    await failSigned('c', { sender, nonce: 5n });
    expect(await journal.retry('a')).toMatchObject({ state: 'signed', nonce: 5n });
  });

  test('retried bytes stay failed when their story cannot be read', async () => {
    await failSigned('a', { spends: ['aa:0'] });
    await database.write((db) =>
      db.updateTable('transaction_events').set({ fact: '{"spends":7}' }).where('event', '=', 'filled').execute(),
    );
    await expect(journal.retry('a')).rejects.toMatchObject({ code: 'RECORD_DAMAGED' });
    await expectStillFailed('a');
  });
});

describe('what a node counts', () => {
  test.each([
    { latest: 0n, waiting: 2n ** 200n },
    { latest: 2n ** 200n },
    { latest: 0n, waiting: 2n ** 64n },
    { latest: 2n ** 64n - 1n },
  ])('a count is refused at once when no transaction could have such a nonce: %o', async (counts) => {
    const lease = await claimOne('a');
    const taking = journal.takeNonce(lease, { sender, ...counts });
    await expect(taking).rejects.toMatchObject({ code: 'NODE_ANSWER_INVALID' });
    // What was refused has given nothing up.
    expect((await journal.takeNonce(lease, { sender, latest: 4n })).nonce).toBe(4n);
  });

  test('a count may be far ahead: the nonces between are not read one by one, and gaps behind are reported', async () => {
    await sign('a', { sender, nonce: 2n ** 63n + 2n });
    const grant = await journal.takeNonce(await claimOne('b'), { sender, latest: 1n, waiting: 2n ** 63n });
    expect(grant).toEqual({ nonce: 2n ** 63n, missing: 1 });
  });
});

describe('what a transaction had reserved whose process died before it was signed', () => {
  const dead = async (what: 'outputs' | 'number') => {
    const lease = await claimOne('dead', other);
    if (what === 'outputs') await other.advance(lease, 'claimed', { spends: ['aa:0', 'aa:1'] }, 'filled');
    else await other.takeNonce(lease, { sender, latest: 5n });
    return lease;
  };

  test('a reservation is kept while its process is heard of', async () => {
    await dead('number');
    clock.time += LEASE_TIME - 1;
    expect((await journal.takeNonce(await claimOne('a'), { sender, latest: 5n })).nonce).toBe(6n);
  });

  test('a reservation goes to the next transaction that needs it, and a process that only slept can write no more', async () => {
    const asleep = await dead('number');
    clock.time += LEASE_TIME;
    const grant = await journal.takeNonce(await claimOne('a'), { sender, latest: 5n });
    expect(grant).toEqual({ nonce: 5n, missing: 0 });
    const signing = other.advance(asleep, 'signed', signed('dead'));
    await expect(signing).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await expect(other.takeNonce(asleep, { sender, latest: 5n })).rejects.toMatchObject({ code: 'LEASE_LOST' });
    // Its heartbeat does not bring back what it lost.
    await other.keepLeases();
    const again = await claimOne('dead');
    expect((await journal.takeNonce(again, { sender, latest: 5n })).nonce).toBe(6n);
  });

  test('a reservation of a dead process is reported as a gap until the nonce is used', async () => {
    await dead('number');
    await sign('later', { sender, nonce: 6n });
    clock.time += LEASE_TIME;
    expect((await journal.takeNonce(await claimOne('a'), { sender, latest: 4n })).missing).toBe(1);
  });

  test('reserved outputs of a dead process go to the next transaction that spends one of them', async () => {
    const asleep = await dead('outputs');
    await expect(fill('a', { spends: ['aa:1'] })).rejects.toMatchObject({ code: 'OUTPUT_RESERVED' });
    clock.time += LEASE_TIME;
    await fill('a', { spends: ['aa:1'] });
    await expect(other.advance(asleep, 'signed', signed('dead'))).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await fill('b', { spends: ['aa:0'] });
  });

  test('a reservation is free at once when a process that knows itself to be alone ends all leases', async () => {
    await dead('outputs');
    await journal.endLeases();
    await fill('a', { spends: ['aa:0'] });
  });

  test('a signed transaction keeps its reservation, however long its process is silent', async () => {
    const lease = await dead('outputs');
    await other.advance(lease, 'signed', signed('dead'));
    clock.time += 10 * LEASE_TIME;
    await expect(fill('a', { spends: ['aa:0'] })).rejects.toMatchObject({ code: 'OUTPUT_SPENT' });
  });

  test('a reservation is kept from other transactions of the same process, even if its heartbeat stopped for a while', async () => {
    const lease = await fill('a', { spends: ['aa:0'] });
    await journal.takeNonce(lease, { sender, latest: 5n });
    clock.time += 10 * LEASE_TIME;
    await expect(fill('b', { spends: ['aa:0'] })).rejects.toMatchObject({ code: 'OUTPUT_RESERVED' });
    expect((await journal.takeNonce(await claimOne('c'), { sender, latest: 5n })).nonce).toBe(6n);
    await journal.advance(lease, 'signed', signed('a'));
  });
});

test('a signed transaction keeps the nonce that it was signed with, and no other', async () => {
  const lease = await claimOne('a');
  await journal.takeNonce(lease, { sender: '0xbefore', latest: 5n });
  await journal.takeNonce(lease, { sender, latest: 5n });
  await journal.advance(lease, 'claimed', { sender, nonce: 5n, spends: ['aa:0'] }, 'filled');
  await journal.advance(lease, 'signed', signed('a'));
  const next = await claimOne('b');
  expect((await journal.takeNonce(next, { sender: '0xbefore', latest: 5n })).nonce).toBe(5n);
  expect((await journal.takeNonce(next, { sender, latest: 5n })).nonce).toBe(6n);
  await expect(fill('c', { spends: ['aa:0'] })).rejects.toMatchObject({ code: 'OUTPUT_SPENT' });
});
