import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backupStore, restoreStore } from '../../../src/app/store/backup.js';
import { parseTenantId } from '../../../src/core/ids.js';
import { Secret } from '../../../src/core/secret.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import type { AcceptRequest } from '../../../src/core/store/intake-facts.js';
import { LEASE_TIME } from '../../../src/core/store/journal.js';
import type { Store } from '../../../src/core/store/store.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import type { StoreTables } from '../../../src/storage/schema.js';
import { journalKeyOf } from '../../../src/vault/journal-key.js';
import { makeSlot } from '../../../src/vault/key-slots.js';
import { anySlot, eth, freshDirectory, freshLocation, kinds, storeId } from '../support.js';

const rootKey = new Uint8Array(randomBytes(32));
const opening = { key: journalKeyOf(rootKey, storeId), mayAdopt: false };
const clock = { time: 0, now: () => clock.time, wait: async () => undefined };
const shop = parseTenantId('shop');
const game = parseTenantId('game');
const wallet = '26d3883e-4e17-48b3-a0ee-09a3e484ac83';

let made = 0;
/** A request with a new id, as each call of a door makes one. */
function request(more: Partial<AcceptRequest> = {}): AcceptRequest {
  made += 1;
  const id = made.toString(16).padStart(24, '0');
  const received = { id, chain: 'ETH', hashes: [wallet], serializedTransaction: '{"to":"0x1"}' };
  const pending = parsePending(received, eth, 'testnet');
  return { tenant: shop, source: 'api', kind: 'transaction', delivery: 'broadcast', pending, ...more };
}

const code = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: { code?: string }) => error.code,
  );

describe.each(kinds)('a request that is accepted on %s', (kind) => {
  const location = freshLocation(kind);
  const directory = freshDirectory();
  let store: Store;

  beforeEach(async () => {
    clock.time = Date.now();
    store = await createStore(location(), { storeId, slots: [anySlot()] }, clock);
    await store.unlockJournal(opening);
  });
  afterEach(() => store.close());

  const run = async (statement: ReturnType<typeof sql>) => {
    const database = await openDatabase<StoreTables>(location());
    await database.write(async (db) => void (await statement.execute(db)));
    await database.close();
  };

  it('an accepted request is a row of the journal with all its facts and a story', async () => {
    const facts = {
      tenant: shop,
      source: 'api',
      kind: 'transaction',
      delivery: 'return',
      idempotency: { key: 'k', digest: 'd' },
      reference: 'payout-4711',
      ownerTag: 'tag',
      userTag: 'ab'.repeat(32),
      initiator: 'token-1',
      expiresAt: clock.time + 60_000,
    } as const;
    const { pending } = request();
    expect(await store.journal.accept({ ...facts, pending })).toMatchObject({ kind: 'accepted' });
    const entry = await store.journal.get(pending.id);
    expect(entry).toMatchObject({ id: pending.id, state: 'claimed', intake: facts, pending: { user: facts.userTag } });
    const [line, ...rest] = await store.journal.events(pending.id);
    expect([line?.event, line?.fact['reference'], rest]).toEqual(['accepted', 'payout-4711', []]);
  });

  it('what this process carries is claimed by the write that accepts it, and another one takes it when the lease has ended', async () => {
    const wanted = request();
    const accepted = await store.journal.accept(wanted, { claims: true });
    const { id } = wanted.pending;
    expect(accepted).toMatchObject({ kind: 'accepted', lease: { id, generation: 1 } });
    clock.time += LEASE_TIME - 1;
    const other = await openStore(location(), clock);
    await other.unlockJournal(opening);
    const ids = async () => (await other.journal.waiting(eth, 'testnet', 10)).entries.map((entry) => entry.id);
    expect(await ids()).toEqual([]);
    expect((await other.journal.claim([wanted.pending]))[0]).not.toHaveProperty('lease');
    clock.time += 1;
    expect(await ids()).toEqual([id]);
    expect((await other.journal.claim([wanted.pending]))[0]).toMatchObject({ lease: { id, generation: 2 } });
    expect(await code(store.journal.advance({ id, generation: 1 }, 'failed', {}))).toBe('LEASE_LOST');
    expect((await other.journal.events(id)).map(({ event }) => event)).toEqual(['accepted', 'taken over']);
    await other.close();
  });

  it('a sender for whom another process makes something waits for it, and a repeated request is claimed by nobody', async () => {
    const other = await openStore(location(), clock);
    await other.unlockJournal(opening);
    await other.journal.claim([request().pending]);
    const idempotency = { key: 'k', digest: 'd' };
    const accepted = await store.journal.accept(request({ idempotency }), { claims: true });
    expect(accepted).toMatchObject({ kind: 'accepted' });
    expect(accepted).not.toHaveProperty('lease');
    await other.close();
    clock.time += LEASE_TIME;
    expect(await store.journal.accept(request({ idempotency }), { claims: true })).toMatchObject({ kind: 'replayed' });
    const { entries } = await store.journal.waiting(eth, 'testnet', 10);
    expect(entries).toHaveLength(1);
  });

  it('a repeated request gets the row of the first one, however often, with any id', async () => {
    const idempotency = { key: 'k', digest: 'd' };
    const first = await store.journal.accept(request({ idempotency }));
    const again = await store.journal.accept(request({ idempotency }));
    expect([first.kind, again.kind]).toEqual(['accepted', 'replayed']);
    expect('entry' in again && 'entry' in first && again.entry.id === first.entry.id).toBe(true);
    expect(await store.journal.find({})).toHaveLength(1);
    expect(await store.journal.repeated(shop, idempotency)).toMatchObject({ kind: 'replayed' });
    expect(await store.journal.repeated(shop, { key: 'other', digest: 'd' })).toBeUndefined();
  });

  it('the same key with another content is refused, and writes nothing', async () => {
    await store.journal.accept(request({ idempotency: { key: 'k', digest: 'one' } }));
    const other = { key: 'k', digest: 'two' };
    expect(await store.journal.accept(request({ idempotency: other }))).toEqual({ kind: 'different' });
    expect(await store.journal.repeated(shop, other)).toEqual({ kind: 'different' });
    expect(await store.journal.find({})).toHaveLength(1);
  });

  it('the keys of two tenants never meet', async () => {
    const idempotency = { key: 'k', digest: 'd' };
    const one = await store.journal.accept(request({ idempotency }));
    const other = await store.journal.accept(request({ idempotency, tenant: game }));
    expect([one.kind, other.kind]).toEqual(['accepted', 'accepted']);
    const [found] = await store.journal.find({ tenant: game });
    expect(found?.intake?.tenant).toBe('game');
    expect(await store.journal.find({ tenant: shop })).toHaveLength(1);
    for (const tenant of [game, shop]) {
      const again = { entry: { intake: { tenant } } };
      expect(await store.journal.repeated(tenant, idempotency)).toMatchObject(again);
      expect(await store.journal.accept(request({ idempotency, tenant }))).toMatchObject(again);
    }
    expect(await store.journal.repeated(parseTenantId('other'), idempotency)).toBeUndefined();
  });

  it('of equal requests at the same time in two processes all get one row', async () => {
    const other = await openStore(location());
    await other.unlockJournal(opening);
    const keys = Array.from({ length: 20 }, (_none, at) => ({ key: `k${at}`, digest: 'd' }));
    const said = await Promise.all(
      [...keys, ...keys.toReversed()].flatMap((idempotency) => [
        store.journal.accept(request({ idempotency })),
        other.journal.accept(request({ idempotency })),
      ]),
    );
    await other.close();
    expect(said.filter(({ kind }) => kind === 'accepted')).toHaveLength(20);
    expect(said.filter(({ kind }) => kind === 'replayed')).toHaveLength(60);
    const ids = new Set(said.map((one) => ('entry' in one ? one.entry.id : '')));
    expect(ids.size).toBe(20);
    expect(await store.journal.find({})).toHaveLength(20);
  });

  it('requests without a key are all different', async () => {
    expect((await store.journal.accept(request())).kind).toBe('accepted');
    expect((await store.journal.accept(request())).kind).toBe('accepted');
    expect(await store.journal.find({})).toHaveLength(2);
  });

  it('the id of another transaction is refused, and the others of the same write are kept', async () => {
    const one = request();
    await store.journal.accept(one);
    const [refused, kept] = await Promise.all([
      code(store.journal.accept({ ...request(), pending: one.pending })),
      store.journal.accept(request()),
    ]);
    expect([refused, kept.kind]).toEqual(['PENDING_CHANGED', 'accepted']);
  });

  it.each(['message', 'typed-data', 'hash'] as const)('a %s is never taken to be broadcast', async (what) => {
    expect(await code(store.journal.accept(request({ kind: what })))).toBe('INTERNAL');
    expect((await store.journal.accept(request({ kind: what, delivery: 'return' }))).kind).toBe('accepted');
    expect(await store.journal.find({})).toHaveLength(1);
  });

  it('a request that has expired already is refused, and a repeated one still finds its row', async () => {
    const idempotency = { key: 'k', digest: 'd' };
    expect(await code(store.journal.accept(request({ expiresAt: clock.time - 1, idempotency })))).toBe(
      'REQUEST_EXPIRED',
    );
    expect(await store.journal.find({})).toEqual([]);
    await store.journal.accept(request({ idempotency }));
    const again = await store.journal.accept(request({ expiresAt: clock.time - 1, idempotency }));
    expect(again.kind).toBe('replayed');
  });

  it.each([
    'tenant',
    'source',
    'kind',
    'delivery',
    'idempotency_digest',
    'reference',
    'owner_tag',
    'user_tag',
    'initiator',
  ])('a request is not continued after a change of its column %s without the key', async (column) => {
    const { pending } = request();
    const facts = {
      idempotency: { key: 'k', digest: 'd' },
      reference: 'r',
      ownerTag: 'o',
      userTag: 'u',
      initiator: 'i',
    };
    await store.journal.accept(request({ ...facts, pending, expiresAt: clock.time + 60_000 }));
    await run(sql`UPDATE transactions SET ${sql.ref(column)} = 'game'`);
    expect(await code(store.journal.get(pending.id))).toBe('RECORD_DAMAGED');
    const [claim] = await store.journal.claim([pending]);
    expect(claim?.kind).toBe('damaged');
  });

  it('a request is not continued after its end was moved without the key', async () => {
    const { pending } = request();
    await store.journal.accept(request({ pending, expiresAt: clock.time + 60_000 }));
    await run(sql`UPDATE transactions SET expires_at = NULL`);
    expect(await code(store.journal.get(pending.id))).toBe('RECORD_DAMAGED');
  });

  it('pages of a tenant follow each other without a gap or a repetition', async () => {
    for (let at = 0; at < 5; at++) await store.journal.accept(request({ reference: at < 3 ? 'one' : 'two' }));
    await store.journal.accept(request({ tenant: game }));
    const found: string[] = [];
    for (let after: { createdAt: number; id: string } | undefined; ; ) {
      const page = await store.journal.find({ tenant: shop, limit: 2, ...(after && { after }) });
      if (page.length === 0) break;
      found.push(...page.map(({ id }) => id));
      after = page.at(-1);
    }
    expect(new Set(found).size).toBe(5);
    expect(found).toHaveLength(5);
    expect(await store.journal.find({ tenant: shop, reference: 'one' })).toHaveLength(3);
  });

  it('a restored store knows the keys of repeated requests', async () => {
    const password = () => Secret.text('five words make it well');
    await store.slots.replace([await makeSlot(rootKey, password(), { kind: 'password', storeId, generation: 1 })], []);
    const idempotency = { key: 'k', digest: 'd' };
    const first = await store.journal.accept(request({ idempotency, reference: 'r' }));
    await backupStore(store, rootKey, { file: directory.path('backup') });
    await restoreStore(directory.path('backup'), { password: password(), location: directory.path('restored.db') });
    const restored = await openStore(directory.path('restored.db'));
    await restored.unlockJournal(opening);
    expect(await restored.journal.accept(request({ idempotency }))).toEqual({ ...first, kind: 'replayed' });
    await restored.close();
  });
});
