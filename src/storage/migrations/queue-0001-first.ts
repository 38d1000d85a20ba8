import type { Generated, Kysely } from 'kysely';
import type { ColumnTypes } from './column-types.js';

/** Tables of the gateway's queue, which is a database of its own. */
export interface QueueTables {
  pending_transactions: {
    /** Order of submission. */
    seq: Generated<number>;
    id: string;
    chain: string;
    network: string;
    /** JSON list of signature IDs. */
    hashes: string;
    key_index: number | null;
    /** JSON list of signature IDs with an index each. */
    signatures: string | null;
    serialized: string;
    state: string;
    tx_id: string | null;
    created_at: number;
    /** When a daemon first fetched it. */
    claimed_at: number | null;
    /** Since when it has failed for good. */
    failed_at: number | null;
    closed_by: string | null;
  };
  /** One row for each wallet of a transaction that is still pending: the index that polls go by. */
  pending_hashes: { signature_id: string; chain: string; network: string; seq: number };
  reported_errors: { pending_id: string; place: number; at: number; error: string };
  spent_outputs: { chain: string; network: string; output: string; seq: number };
  idempotency_keys: { key: string; digest: string; pending_id: string };
}

/** Format 1. */
export async function createTables(database: Kysely<QueueTables>, types: ColumnTypes): Promise<void> {
  const schema = database.schema;
  await schema
    .createTable('pending_transactions')
    .addColumn('seq', types.counter, (column) => column.primaryKey())
    .addColumn('id', types.text, (column) => column.notNull().unique())
    .addColumn('chain', types.text, (column) => column.notNull())
    .addColumn('network', types.text, (column) => column.notNull())
    .addColumn('hashes', types.text, (column) => column.notNull())
    .addColumn('key_index', 'integer')
    .addColumn('serialized', types.text, (column) => column.notNull())
    .addColumn('state', types.text, (column) => column.notNull())
    .addColumn('tx_id', types.text)
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await schema
    .createIndex('pending_transactions_by_chain')
    .on('pending_transactions')
    .columns(['state', 'chain', 'network', 'seq'])
    .execute();
  await schema
    .createTable('pending_hashes')
    .addColumn('signature_id', types.text, (column) => column.notNull())
    .addColumn('chain', types.text, (column) => column.notNull())
    .addColumn('network', types.text, (column) => column.notNull())
    .addColumn('seq', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('pending_hashes_key', ['signature_id', 'seq'])
    .execute();
  await schema.createIndex('pending_hashes_by_seq').on('pending_hashes').column('seq').execute();
  await schema
    .createTable('reported_errors')
    .addColumn('pending_id', types.text, (column) => column.notNull())
    .addColumn('place', 'integer', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('error', types.text, (column) => column.notNull())
    .addPrimaryKeyConstraint('reported_errors_key', ['pending_id', 'place'])
    .execute();
  await schema
    .createTable('idempotency_keys')
    .addColumn('key', types.text, (column) => column.primaryKey())
    .addColumn('digest', types.text, (column) => column.notNull())
    .addColumn('pending_id', types.text, (column) => column.notNull())
    .execute();
}
