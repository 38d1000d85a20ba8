import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../../src/storage/database.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import type { StoreTables } from '../../../src/storage/schema.js';
import { anySlot, freshLocation, storeId } from '../support.js';

/** Columns that format 6 brought. */
const intake = [
  'tenant',
  'source',
  'kind',
  'delivery',
  'idempotency_key',
  'idempotency_digest',
  'reference',
  'owner_tag',
  'user_tag',
  'initiator',
  'expires_at',
] as const;
type Row = Omit<StoreTables['transactions'], 'events' | 'mac' | (typeof intake)[number]>;
type Line = Omit<StoreTables['transaction_events'], 'mac' | 'seq' | 'feed'>;

const location = freshLocation();
let database: Database<StoreTables>;
beforeEach(async () => {
  await (await createStore(location(), { storeId, slots: [anySlot()] })).close();
  database = await openDatabase<StoreTables>(location());
  await database.write(backToFormat2);
});
afterEach(() => database.close());

async function backToFormat2(db: Parameters<Parameters<Database<StoreTables>['write']>[0]>[0]): Promise<void> {
  const later = [
    'transaction_ids',
    'constitutions',
    'approvals',
    'approval_spends',
    'policies',
    'freezes',
    'freeze_ends',
    'audit_heads',
    'audit_events',
    'audit_checkpoints',
    'budget_reservations',
    'budget_sums',
    'budget_names',
    'tenants',
    'tokens',
    'tenant_settings',
    'user_tickets',
    'owners',
    'wallet_addresses',
    'notices',
    'webhooks',
    'deliveries',
    'sender_leases',
  ] as const;
  for (const table of later) {
    await db.schema.dropTable(table).execute();
  }
  const lookups = ['with_control', 'by_tenant_chain', 'by_tenant', 'by_address', 'by_owner', 'by_label', 'by_slot'];
  for (const index of [...lookups, 'without_lookup']) await db.schema.dropIndex(`wallets_${index}`).execute();
  await db.schema.createIndex('wallets_by_chain').on('wallets').columns(['network', 'chain', 'signature_id']).execute();
  const digests = ['address_digest', 'owner_digest', 'label_digest', 'slot_digest'];
  for (const column of ['control_box', 'tenant', ...digests]) {
    await db.schema.alterTable('wallets').dropColumn(column).execute();
  }
  await db.schema.alterTable('key_slots').dropColumn('generation').execute();
  for (const table of ['transactions', 'transaction_events', 'reservations'] as const) {
    await db.schema.alterTable(table).dropColumn('mac').execute();
  }
  for (const index of ['by_feed', 'unnumbered']) await db.schema.dropIndex(`transaction_events_${index}`).execute();
  for (const column of ['seq', 'feed']) await db.schema.alterTable('transaction_events').dropColumn(column).execute();
  const indexes = ['by_key', 'by_tenant', 'by_reference', 'waiting', 'expiring'];
  for (const index of indexes) await db.schema.dropIndex(`transactions_${index}`).execute();
  for (const column of ['events', ...intake]) await db.schema.alterTable('transactions').dropColumn(column).execute();
  await db.updateTable('meta').set({ value: '2' }).where('key', '=', 'format').execute();
}

function row(id: string, facts: Partial<Row>): Row {
  const received = { id, chain: 'SOL', hashes: [], serializedTransaction: '{}' };
  const nothing = { sender: null, nonce: null, completed: null, summary: null, signed: null, tx_id: null };
  const untold = { error_code: null, error_text: null, reported: null, attempts: 0, next_attempt_at: 0 };
  return {
    ...{ id, chain: 'SOL', network: 'testnet', state: 'claimed', generation: 1 },
    ...{ digest: '00', pending: JSON.stringify(received), ...nothing, ...untold },
    ...{ line: null, lease_owner: null, lease_expires_at: null, block: null, created_at: 1, updated_at: 1 },
    ...facts,
  };
}

async function upgradedWith(rows: readonly Row[], events: readonly Line[] = []) {
  await database.write(async (db) => {
    await db
      .insertInto('transactions')
      .values(rows as StoreTables['transactions'][])
      .execute();
    if (events.length > 0)
      await db
        .insertInto('transaction_events')
        .values(events as StoreTables['transaction_events'][])
        .execute();
  });
  await (await openStore(location())).close();
  const taken = await database.read((db) => db.selectFrom('transaction_ids').selectAll().orderBy('tx_id').execute());
  return taken.map(({ chain, network, tx_id, transaction_id }) => `${chain}/${network}/${tx_id}: ${transaction_id}`);
}

test('a store with shared transaction ids is upgraded, and the possible payer keeps the id', async () => {
  const shared = [
    row('a', { state: 'failed', tx_id: 'one', created_at: 1 }),
    row('b', { state: 'completed', tx_id: 'one', created_at: 3 }),
    row('c', { state: 'completed', tx_id: 'one', created_at: 2 }),
    row('d', { state: 'signed', tx_id: 'one', created_at: 1 }),
  ];
  const apart = [
    row('e', { state: 'signed', tx_id: 'two' }),
    row('f', { state: 'completed', tx_id: 'one', network: 'mainnet' }),
    row('g', { state: 'completed', tx_id: 'one', chain: 'ALGO' }),
    row('h', { state: 'claimed' }),
  ];
  expect(await upgradedWith([...shared, ...apart])).toEqual([
    'ALGO/testnet/one: g',
    'SOL/mainnet/one: f',
    'SOL/testnet/one: c',
    'SOL/testnet/two: e',
  ]);
});

test('ids of bytes that were proved dead stay taken, and a damaged story does not stop a store from opening', async () => {
  const rows = Array.from({ length: 50 }, (_, at) => row(`t${String(at).padStart(2, '0')}`, {}));
  const expired = rows.flatMap(({ id }) =>
    [2, 3].map((place) => ({
      transaction_id: id,
      place,
      at: 1,
      event: 'expired',
      fact: JSON.stringify({ txId: `${id}.${place}` }),
    })),
  );
  const damaged = ['{', '7', 'null', '{"txId":7}'].map((fact, place) => ({
    ...{ transaction_id: 't00', place: 10 + place, at: 1, event: 'expired', fact },
  }));
  const other = { transaction_id: 't00', place: 20, at: 1, event: 'failed', fact: '{"txId":"no"}' };
  const taken = await upgradedWith(rows, [...expired, ...damaged, other]);
  expect(taken).toEqual(expired.map(({ transaction_id: id, place }) => `SOL/testnet/${id}.${place}: ${id}`));
});

test('an upgraded store holds each id once', async () => {
  await upgradedWith([row('a', { state: 'completed', tx_id: 'one' })]);
  const again = { chain: 'SOL', network: 'testnet', tx_id: 'one', transaction_id: 'b' };
  const added = database.write((db) => db.insertInto('transaction_ids').values(again).execute());
  await expect(added).rejects.toThrow();
});
