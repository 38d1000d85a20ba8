import { randomBytes } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backupStore, restoreStore } from '../../../src/app/store/backup.js';
import type { FeedEvent } from '../../../src/core/events/feed.js';
import { defaultTenant, parseTenantId } from '../../../src/core/ids.js';
import { Secret } from '../../../src/core/secret.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import type { AcceptRequest } from '../../../src/core/store/intake-facts.js';
import type { JournalEntry, Lease } from '../../../src/core/store/journal.js';
import type { Store } from '../../../src/core/store/store.js';
import { noteEvent, noteRow, noting } from '../../../src/storage/events/written.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import type { StoreTables } from '../../../src/storage/schema.js';
import { journalKeyOf } from '../../../src/vault/journal-key.js';
import { makeSlot } from '../../../src/vault/key-slots.js';
import { anySlot, eth, freshDirectory, freshLocation, kinds, storeId } from '../support.js';

const rootKey = new Uint8Array(randomBytes(32));
const opening = { key: journalKeyOf(rootKey, storeId), mayAdopt: false };
const shop = { tenant: parseTenantId('shop'), network: 'testnet' } as const;
const game = { tenant: parseTenantId('game'), network: 'testnet' } as const;
const wallet = '26d3883e-4e17-48b3-a0ee-09a3e484ac83';

let made = 0;
function newId(): string {
  made += 1;
  return made.toString(16).padStart(24, '0');
}

function pendingOf(id = newId()) {
  return parsePending({ id, chain: 'ETH', hashes: [wallet], serializedTransaction: '{"to":"0x1"}' }, eth, 'testnet');
}

function request(tenant = shop.tenant, more: Partial<AcceptRequest> = {}): AcceptRequest {
  return { tenant, source: 'api', kind: 'transaction', delivery: 'broadcast', pending: pendingOf(), ...more };
}

const short = ({ seq, type }: FeedEvent) => `${seq} ${type}`;
const idOf = (event: FeedEvent) => ('transaction' in event ? event.transaction.id : '');

describe.each(kinds)('the feed of events on %s', (kind) => {
  const location = freshLocation(kind);
  const directory = freshDirectory();
  let store: Store;

  beforeEach(async () => {
    store = await createStore(location(), { storeId, slots: [anySlot()] });
    await store.unlockJournal(opening);
  });
  afterEach(() => store.close());

  const all = async (feed: typeof shop | typeof game = shop, after = 0) => {
    await store.events.number();
    return (await store.events.page({ ...feed, after, limit: 100 })).events;
  };
  const run = async (statement: ReturnType<typeof sql>) => {
    const database = await openDatabase<StoreTables>(location());
    await database.write(async (db) => void (await statement.execute(db)));
    await database.close();
  };
  /** Carries a transaction of a cloud to its end. */
  const carry = async () => {
    const [claimed] = await store.journal.claim([pendingOf()]);
    if (claimed?.kind !== 'claimed') throw new Error('not claimed');
    const { lease, entry } = claimed;
    await store.journal.advance(lease, 'claimed', { completed: '{}' }, 'filled');
    const error = { errorCode: 'POLICY_HELD', errorText: 'wait' } as const;
    await store.journal.advance(lease, 'held', error);
    await store.journal.advance(lease, 'held', error);
    await store.journal.advance(lease, 'signed', { signed: '0x1', txId: `0x${entry.id}` });
    await store.journal.advance(lease, 'broadcast', {});
    await store.journal.advance(lease, 'broadcast', { block: '7' }, 'included');
    await store.journal.advance(lease, 'completed', {});
    return entry.id;
  };

  it('a transaction tells each change of its state once, in order, with what was known then', async () => {
    const id = await carry();
    const events = await all({ tenant: defaultTenant, network: 'testnet' });
    expect(events.map(short)).toEqual([
      '1 transaction.accepted',
      '2 transaction.held',
      '3 transaction.signed',
      '4 transaction.broadcast',
      '5 transaction.completed',
    ]);
    expect(events.map((event) => 'transaction' in event && [event.transaction.state, event.transaction.txId])).toEqual([
      ['claimed', undefined],
      ['held', undefined],
      ['signed', `0x${id}`],
      ['broadcast', `0x${id}`],
      ['completed', `0x${id}`],
    ]);
    expect(events[1]).toMatchObject({
      transaction: { error: { code: 'POLICY_HELD', text: 'wait' }, wallets: [wallet] },
    });
    expect(new Set(events.map((event) => event.id)).size).toBe(5);
  });

  it('a feed has the events of its own tenant and network only', async () => {
    await store.journal.accept(request(shop.tenant, { reference: 'payout-1' }));
    await store.journal.accept(request(game.tenant));
    expect((await all(shop)).map((event) => 'transaction' in event && event.transaction.reference)).toEqual([
      'payout-1',
    ]);
    expect(await all(game)).toHaveLength(1);
    expect(await all({ ...shop, network: 'mainnet' } as never)).toEqual([]);
    expect(await all({ tenant: defaultTenant, network: 'testnet' } as never)).toEqual([]);
  });

  it('pages follow each other without a gap, also through events that are left out', async () => {
    for (let at = 0; at < 7; at++) await store.journal.accept(request(at % 2 === 0 ? shop.tenant : game.tenant));
    await store.events.number();
    const seen: string[] = [];
    for (let after = 0; ; ) {
      const { events, last } = await store.events.page({ ...shop, after, limit: 2 });
      seen.push(...events.map(idOf));
      if (events.length < 2) {
        expect(last).toBe(7);
        break;
      }
      after = last;
    }
    expect(seen).toHaveLength(4);
    const types = ['transaction.signed'] as const;
    expect(await store.events.page({ ...shop, after: 0, limit: 2, types })).toEqual({ events: [], last: 7 });
    const one = await store.events.page({ ...shop, after: 0, limit: 9, transaction: seen[2] ?? '' });
    expect(one.events.map(idOf)).toEqual([seen[2]]);
  });

  it('who reads on from a cursor gets what another process commits late', async () => {
    const other = await openDatabase<StoreTables>(location());
    const early = pendingOf();
    await store.journal.claim([early]);
    await run(sql`UPDATE transaction_events SET seq = null`);
    let commit = () => {};
    const gate = new Promise<void>((resolve) => {
      commit = resolve;
    });
    let isWritten = () => {};
    const written = new Promise<void>((resolve) => {
      isWritten = resolve;
    });
    // It happened first, and its transaction is still open.
    const held = other.write(async (db) => {
      await db.updateTable('transaction_events').set({ seq: 0 }).where('transaction_id', '=', early.id).execute();
      isWritten();
      await gate;
    });
    await written;
    const feed = { tenant: defaultTenant, network: 'testnet' } as const;
    const late = pendingOf();
    const claim = store.journal.claim([late]);
    // A file has one writer at a time, so there the other process waits for the commit.
    if (kind === 'sqlite') commit();
    await claim;
    await store.events.number();
    const first = await store.events.page({ ...feed, after: 0, limit: 9 });
    expect(first.events.map(idOf)).toEqual(kind === 'sqlite' ? [early.id, late.id] : [late.id]);
    commit();
    await held;
    await store.events.number();
    const second = await store.events.page({ ...feed, after: first.last, limit: 9 });
    expect([...first.events, ...second.events].map(idOf).sort()).toEqual([early.id, late.id].sort());
    await other.close();
  });

  it('of several processes that write and number at the same time a reader misses nothing', async () => {
    const others = await Promise.all([1, 2].map(() => openStore(location())));
    for (const one of others) await one.unlockJournal(opening);
    const writers = [store, ...others];
    const seen: number[] = [];
    let isOver = false;
    const reader = (async () => {
      for (let after = 0; ; ) {
        const isLast = isOver;
        const page = await store.events.page({ ...shop, after, limit: 7 });
        seen.push(...page.events.map(({ seq }) => seq));
        after = page.last;
        if (isLast && page.events.length < 7) return;
        // SQLite answers in the same turn of the event loop: others need one, too.
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    await Promise.all(
      writers.map(async (one) => {
        for (let at = 0; at < 30; at++) {
          await one.journal.accept(request());
          await one.events.number();
        }
      }),
    );
    isOver = true;
    await reader;
    expect(seen).toEqual(Array.from({ length: 90 }, (_none, at) => at + 1));
    for (const one of others) await one.close();
  });

  it('who waits for events is called when they are durable', async () => {
    const found: Promise<number>[] = [];
    const stop = store.events.onWritten(() => void found.push(all().then((events) => events.length)));
    await store.journal.accept(request());
    stop();
    await store.journal.accept(request());
    expect(await Promise.all(found)).toHaveLength(1);
  });

  it('who waits for events learns which transactions they tell of', async () => {
    const found: string[] = [];
    const stop = store.events.onWritten((ids) => void found.push(...ids));
    const [one, cloud] = [request(), pendingOf()];
    await store.journal.accept(one);
    await store.journal.claim([cloud]);
    await store.journal.cancel(one.pending.id);
    stop();
    expect(found).toEqual([one.pending.id, cloud.id, one.pending.id]);
  });

  it('who waits for events learns what became of each step of a group, and nothing of one that was refused', async () => {
    const claimed = async () => {
      const accepted = await store.journal.accept(request(), { claims: true });
      if (accepted.kind !== 'accepted' || accepted.lease === undefined) throw new Error('not claimed');
      return accepted.lease;
    };
    const [one, two, three, four] = [await claimed(), await claimed(), await claimed(), await claimed()];
    const found: (readonly [string, JournalEntry | undefined])[] = [];
    const stop = store.events.onWritten((ids, entryOf) => {
      for (const id of ids) found.push([id, entryOf(id)]);
    });
    const why = { errorCode: 'POLICY_DENIED', errorText: 'no' } as const;
    const now = (leases: readonly Lease[]) =>
      Promise.all(leases.map(async ({ id }) => [id, await store.journal.get(id)]));
    await Promise.all([one, two].map((lease) => store.journal.advance(lease, 'denied', why)));
    expect(found).toEqual(await now([one, two]));
    const refused = [three, { ...one, generation: 7 }, four].map((lease) =>
      store.journal.advance(lease, 'denied', why),
    );
    expect((await Promise.allSettled(refused)).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    stop();
    // A step that was undone and written again reads its row first, and is not known as a whole.
    const told = found.slice(2).map(([id, entry]) => [id, entry === undefined ? 'to be read' : entry]);
    expect(told).toEqual([[three.id, 'to be read'], ...(await now([four]))]);
  });

  it('what a unit of work noted that was undone is not told with the next one', async () => {
    const db = {} as Kysely<StoreTables>;
    const undone = noting(db, async () => {
      noteEvent(db, 'undone');
      noteRow(db, { id: 'undone' } as StoreTables['transactions']);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    const { notes } = await noting(db, async () => noteEvent(db, 'done'));
    expect([[...(notes?.ids ?? [])], notes?.rows.size]).toEqual([['done'], 0]);
    expect((await noting(db, async () => undefined)).notes).toBeUndefined();
  });

  it('an event that was changed or moved to another tenant in the database is left out', async () => {
    const [changed, moved, whole] = [request(), request(), request()];
    for (const one of [changed, moved, whole]) await store.journal.accept(one);
    await store.events.number();
    await run(sql`UPDATE transaction_events SET event = 'completed' WHERE transaction_id = ${changed.pending.id}`);
    await run(sql`UPDATE transaction_events SET feed = 'testnet/game' WHERE transaction_id = ${moved.pending.id}`);
    expect((await all(shop)).map(idOf)).toEqual([whole.pending.id]);
    expect(await all(game)).toEqual([]);
  });

  it('a restored store begins a new feed, which tells nothing of before twice', async () => {
    const password = () => Secret.text('correct horse battery');
    await store.slots.replace([await makeSlot(rootKey, password(), { kind: 'password', storeId })], []);
    await store.journal.accept(request());
    const { epoch } = await store.events.number();
    await backupStore(store, rootKey, { file: directory.path('backup') });
    await restoreStore(directory.path('backup'), { password: password(), location: directory.path('restored.db') });
    const restored = await openStore(directory.path('restored.db'));
    await restored.unlockJournal(opening);
    const head = await restored.events.number();
    expect(head.last).toBe(0);
    expect(head.epoch).not.toBe(epoch);
    await restored.journal.accept(request());
    await restored.events.number();
    expect((await restored.events.page({ ...shop, after: 0, limit: 9 })).events).toHaveLength(1);
    await restored.close();
  });
});
