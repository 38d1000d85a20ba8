import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventTally } from '../../../src/core/events/feed.js';
import { defaultTenant, parseTenantId } from '../../../src/core/ids.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import type { Store } from '../../../src/core/store/store.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import { createStore } from '../../../src/storage/open-store.js';
import type { StoreTables } from '../../../src/storage/schema.js';
import { journalKeyOf } from '../../../src/vault/journal-key.js';
import { anySlot, eth, freshLocation, kinds, storeId } from '../support.js';

const feed = { tenant: defaultTenant, network: 'testnet' } as const;
const QUARTER = 900_000;
const wallet = '26d3883e-4e17-48b3-a0ee-09a3e484ac83';
const plain = (tallies: readonly EventTally[]) => tallies.map(({ counts }) => Object.fromEntries(counts));

describe.each(kinds)('the tally of events on %s', (kind) => {
  const location = freshLocation(kind);
  const now = Date.now();
  const span = { from: now - 4 * QUARTER, size: QUARTER, slices: 5 };
  let store: Store;

  beforeEach(async () => {
    store = await createStore(location(), { storeId, slots: [anySlot()] });
    await store.unlockJournal({ key: journalKeyOf(new Uint8Array(randomBytes(32)), storeId), mayAdopt: false });
  });
  afterEach(() => store.close());

  /** Signs a transaction that a cloud queued. */
  const sign = async (id: string) => {
    const pending = { id, chain: 'ETH', hashes: [wallet], serializedTransaction: '{"to":"0x1"}' };
    const [claimed] = await store.journal.claim([parsePending(pending, eth, 'testnet')]);
    if (claimed?.kind !== 'claimed') throw new Error('not claimed');
    await store.journal.advance(claimed.lease, 'signed', { signed: '0x1', txId: `0x${id}` });
    await store.events.number();
  };
  /** Lets something have happened in the past. */
  const shift = async (id: string, by: number) => {
    const database = await openDatabase<StoreTables>(location());
    await database.write(async (db) => {
      await sql`update transaction_events set at = at - ${sql.lit(by)} where transaction_id = ${id}`.execute(db);
      await sql`update transactions set created_at = created_at - ${sql.lit(by + 3000)} where id = ${id}`.execute(db);
    });
    await database.close();
  };

  it('counts what happened by slices of time, and how long each signature took', async () => {
    await sign('a'.repeat(24));
    await sign('b'.repeat(24));
    const begun = Date.now();
    await sign('c'.repeat(24));
    const took = Date.now() - begun;
    await shift('a'.repeat(24), 9 * QUARTER);
    await shift('b'.repeat(24), 2 * QUARTER);
    const tallies = await store.events.tally(feed, span);
    const one = { 'transaction.accepted': 1, 'transaction.signed': 1 };
    expect(plain(tallies)).toEqual([{}, {}, one, {}, one]);
    const [then, just] = [tallies[2]?.signedAfter, tallies[4]?.signedAfter];
    expect([then?.length, just?.length]).toEqual([1, 1]);
    expect(then?.[0]).toBeGreaterThanOrEqual(3000);
    expect(just?.[0]).toBeLessThanOrEqual(took);
  });

  it('counts nothing of another tenant, another network, or an empty feed', async () => {
    expect(plain(await store.events.tally(feed, span))).toEqual([{}, {}, {}, {}, {}]);
    await sign('a'.repeat(24));
    for (const other of [{ ...feed, network: 'mainnet' } as const, { ...feed, tenant: parseTenantId('shop') }]) {
      expect(plain(await store.events.tally(other, span))).toEqual([{}, {}, {}, {}, {}]);
    }
  });
});
