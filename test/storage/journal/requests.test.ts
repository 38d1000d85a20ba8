import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultTenant } from '../../../src/core/ids.js';
import { newRequestId } from '../../../src/core/network/request-id.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import type { AcceptRequest } from '../../../src/core/store/intake-facts.js';
import type { Lease } from '../../../src/core/store/journal.js';
import type { Store } from '../../../src/core/store/store.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import type { StoreTables } from '../../../src/storage/schema.js';
import { journalKeyOf } from '../../../src/vault/journal-key.js';
import { anySlot, eth, freshLocation, kinds, storeId } from '../support.js';

const opening = { key: journalKeyOf(new Uint8Array(randomBytes(32)), storeId), mayAdopt: false };
const start = 1_800_000_000_000;
const clock = { time: start, now: () => clock.time, wait: async () => undefined };
const filled = { completed: '{}', sender: '0x8cb76aed9c5e336ef961265c6079c14e9cd3d2ea', nonce: 0n };
const signed = (id: string) => ({ signed: `0x${id}`, txId: `tx-${id}` });

const code = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: { code?: string }) => error.code,
  );

function request(more: Partial<AcceptRequest> = {}): AcceptRequest {
  const id = newRequestId(clock.now());
  const hashes = [`26d3883e-4e17-48b3-a0ee-${id.slice(12)}`];
  const pending = parsePending({ id, chain: 'ETH', hashes, serializedTransaction: '{}' }, eth, 'testnet');
  return { tenant: defaultTenant, source: 'api', kind: 'transaction', delivery: 'broadcast', pending, ...more };
}

describe.each(kinds)('a request of a door on %s', (kind) => {
  const location = freshLocation(kind);
  let store: Store;

  beforeEach(async () => {
    clock.time = start;
    store = await createStore(location(), { storeId, slots: [anySlot()] }, clock);
    await store.unlockJournal(opening);
  });
  afterEach(() => store.close());

  /** Accepts a request, and takes the lease of it. */
  async function claimed(more: Partial<AcceptRequest> = {}): Promise<Lease> {
    const wanted = request(more);
    await store.journal.accept(wanted);
    const [claim] = await store.journal.claim([wanted.pending]);
    if (claim === undefined || !('lease' in claim) || claim.lease === undefined) throw new Error('no lease');
    return claim.lease;
  }

  async function signedAndReturned(): Promise<string> {
    const lease = await claimed({ delivery: 'return' });
    await store.journal.takeNonce(lease, { sender: filled.sender, latest: 0n });
    await store.journal.advance(lease, 'claimed', filled, 'filled');
    await store.journal.advance(lease, 'signed', signed(lease.id));
    await store.journal.advance(lease, 'completed', {}, 'handed out');
    return lease.id;
  }

  it('bytes that are handed out are recorded by the same write, with a line for each', async () => {
    const lease = await claimed({ delivery: 'return' });
    await store.journal.advance(lease, 'completed', { made: signed(lease.id), filled }, 'handed out');
    expect(await store.journal.get(lease.id)).toMatchObject({ state: 'completed', ...signed(lease.id), ...filled });
    const story = await store.journal.events(lease.id);
    expect(story.map(({ event }) => event)).toEqual(['accepted', 'filled', 'signed', 'handed out']);
    expect(story.slice(2).map(({ fact }) => fact)).toEqual([signed(lease.id), {}]);
    const again = store.journal.advance(lease, 'completed', { made: signed('other') }, 'handed out');
    expect(await code(again)).toBe('STATE_CONFLICT');
  });

  it('bytes that are to be sent are never handed out, and a request whose time is over is not signed', async () => {
    const made = { made: signed('x'), filled };
    const sent = await claimed();
    expect(await code(store.journal.advance(sent, 'completed', made, 'handed out'))).toBe('STATE_CONFLICT');
    const late = await claimed({ delivery: 'return', expiresAt: clock.time + 1_000 });
    clock.time += 1_000;
    expect(await code(store.journal.advance(late, 'completed', made, 'handed out'))).toBe('REQUEST_EXPIRED');
    for (const { id } of [sent, late]) {
      const { state, signed: bytes } = (await store.journal.get(id))!;
      expect([state, bytes]).toEqual(['claimed', undefined]);
    }
  });

  const waitingIds = async (from = store) =>
    (await from.journal.waiting(eth, 'testnet', 100)).entries.map(({ id }) => id);
  const ended = async () => (await store.journal.endExpired(eth, 'testnet')).map(({ id }) => id);

  it('a request waits for any process until one takes it, and what a cloud queued never does', async () => {
    const first = request();
    await store.journal.accept(first);
    clock.time += 1;
    const second = request();
    await store.journal.accept(second);
    await store.journal.claim([parsePending({ ...second.pending.received, id: 'cloud' }, eth, 'testnet')]);
    await store.journal.endLeases();
    const other = await openStore(location(), clock);
    await other.unlockJournal(opening);
    expect(await waitingIds(other)).toEqual([first.pending.id, second.pending.id]);
    await store.journal.claim([first.pending]);
    expect(await waitingIds(other)).toEqual([second.pending.id]);
    await other.close();
  });

  it('a request that was postponed waits until its time', async () => {
    const lease = await claimed();
    const error = { errorCode: 'NODE_UNREACHABLE', errorText: 'no' } as const;
    await store.journal.advance(lease, 'claimed', { ...error, nextAttemptAt: start + 5_000 }, 'postponed');
    expect(await waitingIds()).toEqual([]);
    clock.time += 5_000;
    expect(await waitingIds()).toEqual([lease.id]);
  });

  it('a request that somebody changed without the key is reported, and the others wait as before', async () => {
    const [bad, good] = [request(), request()];
    await store.journal.accept(bad);
    clock.time += 1;
    await store.journal.accept(good);
    const database = await openDatabase<StoreTables>(location());
    const change = sql`UPDATE transactions SET delivery = 'return' WHERE id = ${bad.pending.id}`;
    await database.write(async (db) => void (await change.execute(db)));
    await database.close();
    const { entries, damaged } = await store.journal.waiting(eth, 'testnet', 1);
    expect(entries.map(({ id }) => id)).toEqual([good.pending.id]);
    expect(damaged).toMatchObject([{ error: { code: 'RECORD_DAMAGED' } }]);
  });

  it('a request that somebody moved before the beginning of time is reported', async () => {
    const bad = request();
    await store.journal.accept(bad);
    const database = await openDatabase<StoreTables>(location());
    const change = sql`UPDATE transactions SET next_attempt_at = -5 WHERE id = ${bad.pending.id}`;
    await database.write((tables) => change.execute(tables));
    await database.close();
    const { entries, damaged } = await store.journal.waiting(eth, 'testnet', 10);
    expect(entries).toEqual([]);
    expect(damaged).toMatchObject([{ error: { code: 'RECORD_DAMAGED' } }]);
  });

  it('requests that are not wanted hide none behind them, however many they are', async () => {
    const made = Array.from({ length: 7 }, () => request());
    for (const one of made) await store.journal.accept(one);
    const ids = made.map(({ pending }) => pending.id).sort();
    for (const wanted of [ids[0], ids[6]]) {
      const limit = { most: 2, isWanted: ({ id }: { id: string }) => id === wanted };
      const { entries } = await store.journal.waiting(eth, 'testnet', limit);
      expect(entries.map(({ id }) => id)).toEqual([wanted]);
    }
    const { entries } = await store.journal.waiting(eth, 'testnet', { most: 5, isWanted: () => true });
    expect(entries).toHaveLength(5);
  });

  it('signed bytes of doors and of clouds are due apart', async () => {
    const lease = await claimed();
    await store.journal.advance(lease, 'signed', { ...signed(lease.id), nextAttemptAt: start });
    const due = async (from?: 'cloud' | 'door') => (await store.journal.due(eth, 'testnet', 10, from)).entries.length;
    expect([await due('door'), await due('cloud'), await due()]).toEqual([1, 0, 1]);
  });

  it('a request ends at its time when nothing was signed, and not before', async () => {
    const wanted = request({ expiresAt: start + 1_000 });
    await store.journal.accept(wanted);
    await store.journal.accept(request());
    clock.time += 999;
    expect(await ended()).toEqual([]);
    clock.time += 1;
    expect(await ended()).toEqual([wanted.pending.id]);
    expect(await ended()).toEqual([]);
    const entry = await store.journal.get(wanted.pending.id);
    expect(entry).toMatchObject({ state: 'cancelled', errorCode: 'REQUEST_EXPIRED' });
    const story = await store.journal.events(wanted.pending.id);
    expect(story.map(({ event }) => event)).toEqual(['accepted', 'cancelled']);
    expect(await code(store.journal.retry(wanted.pending.id))).toBe('STATE_CONFLICT');
  });

  it('a request is never signed after its time', async () => {
    const lease = await claimed({ expiresAt: start + 1_000 });
    await store.journal.advance(lease, 'claimed', filled, 'filled');
    clock.time += 1_000;
    // A process works on it, so that it ends there.
    expect(await ended()).toEqual([]);
    expect(await code(store.journal.advance(lease, 'signed', signed(lease.id)))).toBe('REQUEST_EXPIRED');
    expect(await store.journal.get(lease.id)).toMatchObject({ state: 'claimed' });
    expect(await store.journal.get(lease.id)).not.toHaveProperty('signed');
  });

  it('a request that was signed in time goes on after it', async () => {
    const lease = await claimed({ expiresAt: start + 1_000 });
    await store.journal.advance(lease, 'signed', { ...signed(lease.id), nextAttemptAt: start });
    clock.time += 60_000;
    expect(await ended()).toEqual([]);
    const [claim] = await store.journal.claim([(await store.journal.get(lease.id))!.pending]);
    const again = { id: lease.id, generation: claim!.entry!.generation };
    await store.journal.advance(again, 'broadcast', {});
    await store.journal.advance(again, 'completed', {});
    expect(await store.journal.get(lease.id)).toMatchObject({ state: 'completed' });
  });

  it('a request that ends frees the outputs and the number that it had reserved', async () => {
    const lease = await claimed({ expiresAt: start + 1_000 });
    await store.journal.takeNonce(lease, { sender: filled.sender, latest: 7n });
    await store.journal.rest(lease, start);
    clock.time += 1_000;
    expect(await ended()).toEqual([lease.id]);
    const next = await claimed();
    expect(await store.journal.takeNonce(next, { sender: filled.sender, latest: 7n })).toMatchObject({ nonce: 7n });
  });

  it('bytes that are sent are not completed before the network has them, and bytes to return are never sent', async () => {
    const sending = await claimed();
    await store.journal.advance(sending, 'signed', signed(sending.id));
    expect(await code(store.journal.advance(sending, 'completed', {}))).toBe('STATE_CONFLICT');
    const returning = await claimed({ delivery: 'return' });
    await store.journal.advance(returning, 'signed', signed(returning.id));
    expect(await code(store.journal.advance(returning, 'broadcast', {}))).toBe('STATE_CONFLICT');
    // Nor are they recorded as sent with their end.
    expect(await code(store.journal.advance(returning, 'completed', { sent: {} }))).toBe('STATE_CONFLICT');
    await store.journal.advance(returning, 'completed', {}, 'handed out');
    expect(await store.journal.get(returning.id)).toMatchObject({ state: 'completed' });
  });

  it('the number of bytes that were handed out stays taken until a person releases it', async () => {
    const id = await signedAndReturned();
    const counts = { sender: filled.sender, latest: 0n };
    const second = await claimed();
    expect(await store.journal.takeNonce(second, counts)).toMatchObject({ nonce: 1n });
    await store.journal.rest(second, start);
    expect(await store.journal.release(id)).toMatchObject({ state: 'failed', errorCode: 'TRANSACTION_RELEASED' });
    expect(await store.journal.get(id)).toMatchObject({ signed: `0x${id}`, txId: `tx-${id}` });
    const third = await claimed();
    expect(await store.journal.takeNonce(third, counts)).toMatchObject({ nonce: 0n });
    expect((await store.journal.events(id)).at(-1)?.event).toBe('released');
  });

  it('what was released is taken back by a retry, unless another has its number by then', async () => {
    const id = await signedAndReturned();
    await store.journal.release(id);
    expect(await store.journal.retry(id)).toMatchObject({ state: 'signed' });
    await store.journal.claim([(await store.journal.get(id))!.pending]);
    const other = await claimed();
    expect(await store.journal.takeNonce(other, { sender: filled.sender, latest: 0n })).toMatchObject({ nonce: 1n });
  });

  it('only bytes that were handed out are released', async () => {
    const lease = await claimed();
    expect(await code(store.journal.release(lease.id))).toBe('STATE_CONFLICT');
    await store.journal.advance(lease, 'signed', signed(lease.id));
    await store.journal.advance(lease, 'broadcast', {});
    await store.journal.advance(lease, 'completed', {});
    expect(await code(store.journal.release(lease.id))).toBe('STATE_CONFLICT');
    expect(await code(store.journal.release('none'))).toBe('PENDING_UNKNOWN');
    const id = await signedAndReturned();
    await store.journal.release(id);
    expect(await code(store.journal.release(id))).toBe('STATE_CONFLICT');
  });
});
