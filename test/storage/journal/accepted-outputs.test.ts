import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backupStore, restoreStore } from '../../../src/app/store/backup.js';
import { defaultTenant, parseChainId } from '../../../src/core/ids.js';
import { Secret } from '../../../src/core/secret.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import type { Journal, Lease } from '../../../src/core/store/journal.js';
import type { Store } from '../../../src/core/store/store.js';
import type { Database } from '../../../src/storage/database.js';
import { journalTable } from '../../../src/storage/journal/journal.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import type { StoreTables } from '../../../src/storage/schema.js';
import { journalKeyOf } from '../../../src/vault/journal-key.js';
import { makeSlot } from '../../../src/vault/key-slots.js';
import { anySlot, freshDirectory, freshLocation, kinds, storeId } from '../support.js';

const rootKey = new Uint8Array(randomBytes(32));
const opening = { key: journalKeyOf(rootKey, storeId), mayAdopt: false };
const ltc = parseChainId('LTC');
const pendingOf = (id: string) =>
  parsePending({ id, chain: 'LTC', hashes: [], serializedTransaction: `{"of":"${id}"}` }, ltc, 'testnet');

describe.each(kinds)('outputs of an accepted request on %s', (kind) => {
  const location = freshLocation(kind);
  const directory = freshDirectory();
  const clock = { time: 1_000, now: () => clock.time, wait: async () => {} };
  let store: Store;
  let database: Database<StoreTables>;
  let journal: Journal;
  /** Another process on the same store. */
  let other: Journal;

  beforeEach(async () => {
    store = await createStore(location(), { storeId, slots: [anySlot()] });
    database = await openDatabase<StoreTables>(location());
    journal = journalTable(database, clock, 'one');
    other = journalTable(database, clock, 'other');
  });
  afterEach(async () => {
    await database.close();
    await store.close();
  });

  const accept = (id: string, spends: readonly string[], by: Pick<Journal, 'accept'> = journal) =>
    by.accept({
      ...{ tenant: defaultTenant, source: 'api', kind: 'transaction', delivery: 'broadcast' },
      ...{ pending: pendingOf(id), spends },
    });

  async function claim(id: string, by: Journal = journal): Promise<Lease> {
    const [result] = await by.claim([pendingOf(id)]);
    if (result === undefined || result.kind === 'changed' || result.lease === undefined) throw new Error('no lease');
    return result.lease;
  }

  const fill = async (id: string, spends: readonly string[], by: Journal = journal) => {
    const lease = await claim(id, by);
    await by.advance(lease, 'claimed', { spends }, 'filled');
    return lease;
  };

  it('a request whose output another request has is refused, and nothing of it is written', async () => {
    await accept('a', ['aa:0', 'aa:1']);
    await expect(accept('b', ['bb:0', 'aa:1'])).rejects.toMatchObject({ code: 'OUTPUT_RESERVED' });
    expect(await journal.get('b')).toBeUndefined();
    expect(await journal.spent(ltc, 'testnet', ['aa:0', 'aa:1', 'bb:0'])).toEqual(new Set(['aa:0', 'aa:1']));
    expect(await journal.spent(ltc, 'mainnet', ['aa:0'])).toEqual(new Set());
  });

  it('of requests at the same time exactly one gets the output', async () => {
    const ids = ['a', 'b', 'c', 'd'];
    const results = await Promise.allSettled(ids.map((id, at) => accept(id, ['aa:0'], at % 2 === 0 ? journal : other)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await journal.find({})).toHaveLength(1);
  });

  it('no other transaction takes them while no process works on the request', async () => {
    await accept('a', ['aa:0']);
    await expect(fill('b', ['aa:0'], other)).rejects.toMatchObject({ code: 'OUTPUT_RESERVED' });
    await fill('a', ['aa:0'], other);
  });

  it('a request keeps them while it waits and after its bytes ran out, but not what it reserved besides', async () => {
    await accept('a', ['aa:0']);
    const lease = await fill('a', ['aa:0', 'aa:1']);
    await journal.advance(lease, 'held', { errorCode: 'POLICY_HELD', errorText: 'later', nextAttemptAt: 2_000 });
    expect(await journal.spent(ltc, 'testnet', ['aa:0', 'aa:1'])).toEqual(new Set(['aa:0']));
    clock.time = 3_000;
    const again = await fill('a', ['aa:0', 'aa:1']);
    await journal.advance(again, 'signed', { signed: '0x', txId: 'a' });
    await journal.expire(again, 'ran out');
    expect(await journal.spent(ltc, 'testnet', ['aa:0', 'aa:1'])).toEqual(new Set(['aa:0']));
  });

  it('they are free when the request ends without effect, and its again when it is retried', async () => {
    await accept('a', ['aa:0']);
    await journal.advance(await fill('a', ['aa:0']), 'denied', { errorCode: 'JUDGE_DENIED', errorText: 'no' });
    await accept('b', ['aa:0']);
    await expect(journal.retry('a')).rejects.toMatchObject({ code: 'OUTPUT_RESERVED' });
    await journal.cancel('b');
    expect(await journal.retry('a')).toMatchObject({ state: 'claimed' });
    await expect(accept('c', ['aa:0'])).rejects.toMatchObject({ code: 'OUTPUT_RESERVED' });
  });

  it('a restored store still keeps them', async () => {
    await store.unlockJournal(opening);
    await accept('a', ['aa:0'], store.journal);
    const password = () => Secret.text('five words make it well');
    await store.slots.replace([await makeSlot(rootKey, password(), { kind: 'password', storeId, generation: 1 })], []);
    await backupStore(store, rootKey, { file: directory.path('backup') });
    await restoreStore(directory.path('backup'), { password: password(), location: directory.path('restored.db') });
    const restored = await openStore(directory.path('restored.db'));
    try {
      await restored.unlockJournal(opening);
      expect(await restored.journal.spent(ltc, 'testnet', ['aa:0'])).toEqual(new Set(['aa:0']));
      await expect(accept('b', ['aa:0'], restored.journal)).rejects.toMatchObject({ code: 'OUTPUT_RESERVED' });
    } finally {
      await restored.close();
    }
  });
});
