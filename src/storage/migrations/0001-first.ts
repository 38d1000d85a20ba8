import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from './column-types.js';

/** Makes all tables of format 1 in an empty database. */
export async function createTables<T>(database: Kysely<T>, types: ColumnTypes): Promise<void> {
  await createKeyTables(database, types);
  await createWalletTable(database, types);
  await createJournalTables(database, types);
}

async function createKeyTables<T>({ schema }: Kysely<T>, types: ColumnTypes): Promise<void> {
  await schema
    .createTable('meta')
    .addColumn('key', types.text, (column) => column.primaryKey().notNull())
    .addColumn('value', types.text, (column) => column.notNull())
    .execute();
  await schema
    .createTable('key_slots')
    .addColumn('id', types.text, (column) => column.primaryKey().notNull())
    .addColumn('kind', types.text, (column) => column.notNull())
    .addColumn('log_n', 'integer', (column) => column.notNull())
    .addColumn('r', 'integer', (column) => column.notNull())
    .addColumn('p', 'integer', (column) => column.notNull())
    .addColumn('salt', types.bytes, (column) => column.notNull())
    .addColumn('box', types.bytes, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
}

async function createWalletTable<T>({ schema }: Kysely<T>, types: ColumnTypes): Promise<void> {
  await schema
    .createTable('wallets')
    .addColumn('signature_id', types.text, (column) => column.primaryKey().notNull())
    .addColumn('chain', types.text, (column) => column.notNull())
    .addColumn('network', types.text, (column) => column.notNull())
    .addColumn('kind', types.text, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('format', 'integer', (column) => column.notNull())
    .addColumn('public_box', types.bytes, (column) => column.notNull())
    .addColumn('secret_box', types.bytes, (column) => column.notNull())
    .execute();
  await schema.createIndex('wallets_by_chain').on('wallets').columns(['network', 'chain', 'signature_id']).execute();
}

async function createJournalTables<T>({ schema }: Kysely<T>, types: ColumnTypes): Promise<void> {
  await schema
    .createTable('transactions')
    .addColumn('id', types.text, (column) => column.primaryKey().notNull())
    .addColumn('chain', types.text, (column) => column.notNull())
    .addColumn('network', types.text, (column) => column.notNull())
    .addColumn('state', types.text, (column) => column.notNull())
    .addColumn('generation', 'integer', (column) => column.notNull())
    .addColumn('digest', types.text, (column) => column.notNull())
    .addColumn('pending', types.text, (column) => column.notNull())
    .addColumn('sender', types.text)
    .addColumn('nonce', types.text)
    .addColumn('completed', types.text)
    .addColumn('summary', types.text)
    .addColumn('signed', types.text)
    .addColumn('tx_id', types.text)
    .addColumn('error_code', types.text)
    .addColumn('error_text', types.text)
    .addColumn('reported', types.text)
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('next_attempt_at', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute();
  await schema.createIndex('transactions_by_time').on('transactions').column('created_at').execute();
  await schema
    .createIndex('transactions_by_sender')
    .on('transactions')
    .columns(['chain', 'network', 'sender', 'nonce'])
    .where(sql.ref('nonce'), 'is not', null)
    .execute();
  await schema
    .createIndex('transactions_by_state')
    .on('transactions')
    .columns(['state', 'chain', 'network', 'created_at'])
    .execute();
  await schema
    .createTable('transaction_events')
    .addColumn('transaction_id', types.text, (column) => column.notNull())
    .addColumn('place', 'integer', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('event', types.text, (column) => column.notNull())
    .addColumn('fact', types.text, (column) => column.notNull())
    .addPrimaryKeyConstraint('transaction_events_key', ['transaction_id', 'place'])
    .execute();
}
