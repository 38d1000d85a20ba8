import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parsePending } from '../../../src/core/signing/pending.js';
import type { Journal, JournalFact, Lease, State } from '../../../src/core/store/journal.js';
import type { Store } from '../../../src/core/store/store.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import { anySlot, eth, freshDirectory, freshLocation, storeId } from '../support.js';

const location = freshLocation();
const directory = freshDirectory();
const bytes: JournalFact = { signed: 'bytes', txId: 'one' };

let store: Store;
let journal: Journal;
beforeEach(async () => {
  store = await createStore(location(), { storeId, slots: [anySlot()] });
  journal = store.journal;
});
afterEach(() => store.close());

async function claim(id: string, by: Journal = journal, network: 'mainnet' | 'testnet' = 'testnet'): Promise<Lease> {
  const received = { id, chain: 'ETH', hashes: [], serializedTransaction: '{}' };
  const [result] = await by.claim([parsePending(received, eth, network)]);
  if (result === undefined || result.kind === 'changed' || result.lease === undefined) throw new Error('no lease');
  return result.lease;
}

async function sign(id: string, ...further: readonly State[]): Promise<Lease> {
  const lease = await claim(id);
  for (const state of ['signed', ...further] as const) {
    await journal.advance(lease, state, state === 'signed' ? bytes : {});
  }
  return lease;
}

const story = async (id: string, by = journal) => (await by.events(id)).map(({ event }) => event);

describe('bytes of another transaction', () => {
  test.each([[[]], [['broadcast']], [['broadcast', 'completed']]] as [State[]][])(
    'bytes of another transaction are never recorded a second time, whether it is signed or further: %o',
    async (further) => {
      await sign('a', ...further);
      const lease = await claim('b');
      const again = journal.advance(lease, 'signed', bytes);
      await expect(again).rejects.toMatchObject({
        code: 'TRANSACTION_DUPLICATE',
        details: { other: 'a' },
      });
      expect(await journal.get('b')).toMatchObject({ state: 'claimed' });
      expect(await journal.get('b')).not.toHaveProperty('signed');
      await journal.advance(lease, 'signed', { signed: 'other bytes', txId: 'two' });
    },
  );

  test('bytes stay taken after they were proved dead', async () => {
    await journal.expire(await sign('a'), 'ran out');
    await expect(sign('b')).rejects.toMatchObject({ code: 'TRANSACTION_DUPLICATE' });
    // Its own dead bytes are the business of whoever made them.
    await sign('a');
  });

  test('bytes may equal those of another network', async () => {
    await sign('a');
    await journal.advance(await claim('b', journal, 'mainnet'), 'signed', bytes);
  });

  test('bytes move over from a failed transaction, which then has none and starts again when it is retried', async () => {
    await sign('a', 'failed');
    await sign('b');
    expect(await journal.get('a')).toMatchObject({ state: 'failed' });
    expect(await journal.get('a')).not.toHaveProperty('signed');
    expect(await story('a')).toEqual(['claimed', 'signed', 'failed', 'given over']);
    expect((await journal.events('a')).at(-1)?.fact).toEqual({
      ...bytes,
      errorText: 'transaction b has the same bytes',
    });
    expect(await journal.retry('a')).toMatchObject({ state: 'claimed' });
    await expect(sign('a')).rejects.toMatchObject({ code: 'TRANSACTION_DUPLICATE', details: { other: 'b' } });
  });

  test('bytes go to one of two processes that record them at the same time', async () => {
    const second = await openStore(location());
    const leases = [await claim('a'), await claim('b', second.journal)] as const;
    const both = [journal.advance(leases[0], 'signed', bytes), second.journal.advance(leases[1], 'signed', bytes)];
    const results = await Promise.allSettled(both);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const states = await Promise.all(['a', 'b'].map(async (id) => (await journal.get(id))?.state));
    expect(states.sort()).toEqual(['claimed', 'signed']);
    await second.close();
  });

  test('bytes are also refused by the id that the network gives later', async () => {
    await sign('a');
    const lease = await claim('b');
    await journal.advance(lease, 'signed', { signed: 'other bytes', txId: 'two' });
    const told = journal.advance(lease, 'broadcast', { txId: 'one' });
    await expect(told).rejects.toMatchObject({ code: 'TRANSACTION_DUPLICATE' });
    expect(await journal.get('b')).toMatchObject({ state: 'signed', txId: 'two' });
  });
});

describe('a restored store', () => {
  async function restored(): Promise<Store> {
    const copy = await createStore(directory.path('copy.db'), { storeId, slots: [anySlot()] });
    // One at a time, as the pages of a backup that end anywhere.
    for (const record of await store.journalRecords.page(undefined, 100)) await copy.journalRecords.add([record]);
    return copy;
  }

  test('a restored store keeps the ids of bytes that are recorded, that were proved dead, and that went to another', async () => {
    await sign('a', 'failed');
    await sign('b', 'failed');
    const dead = await claim('c');
    await journal.advance(dead, 'signed', { signed: 'dead bytes', txId: 'dead' });
    await journal.expire(dead, 'ran out');
    const copy = await restored();
    const lease = await claim('d', copy.journal);
    const again = copy.journal.advance(lease, 'signed', { signed: 'dead bytes', txId: 'dead' });
    await expect(again).rejects.toMatchObject({ code: 'TRANSACTION_DUPLICATE', details: { other: 'c' } });
    expect(await copy.journal.retry('b')).toMatchObject({ state: 'signed', ...bytes });
    await expect(copy.journal.advance(lease, 'signed', bytes)).rejects.toMatchObject({ details: { other: 'b' } });
    await copy.close();
  });

  test('a restored store of a time with shared bytes gives them to the possible payer, and the other starts again', async () => {
    await sign('b', 'broadcast', 'completed');
    await journal.advance(await claim('a'), 'signed', { signed: 'bytes', txId: 'two' });
    const records = await store.journalRecords.page(undefined, 100);
    const copy = await createStore(directory.path('old.db'), { storeId, slots: [anySlot()] });
    for (const { row, events, ...record } of records) {
      const shared = record.id === 'a' ? { ...row, tx_id: 'one', state: 'failed' } : row;
      const without = events.filter(({ event }) => event !== 'signed');
      await copy.journalRecords.add([{ ...record, row: shared, events: without }]);
    }
    expect(await copy.journal.twin({ id: 'a', txId: 'one' })).toBe('b');
    expect(await copy.journal.twin({ id: 'b', txId: 'one' })).toBeUndefined();
    expect(await copy.journal.retry('a')).toMatchObject({ state: 'claimed' });
    expect(await story('a', copy.journal)).toEqual(['claimed', 'given over', 'retried']);
    await copy.close();
  });
});
