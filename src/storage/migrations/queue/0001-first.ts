import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../column-types.js';

/** Format 1. */
export async function createTables<T>(database: Kysely<T>, types: ColumnTypes): Promise<void> {
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
