import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from './column-types.js';

/** Format 2: who works on a transaction, what it reserves, and where it is in the chain. */
export async function addLeases<T>(database: Kysely<T>, types: ColumnTypes): Promise<void> {
  const { schema } = database;
  for (const column of ['line', 'lease_owner', 'block'] as const) {
    await schema.alterTable('transactions').addColumn(column, types.text).execute();
  }
  await schema.alterTable('transactions').addColumn('lease_expires_at', 'bigint').execute();
  await schema
    .createIndex('transactions_by_lease')
    .on('transactions')
    .column('lease_owner')
    .where(sql.ref('lease_owner'), 'is not', null)
    .execute();
  await schema
    .createIndex('transactions_due')
    .on('transactions')
    .columns(['chain', 'network', 'next_attempt_at'])
    .where(sql<boolean>`state in ('signed', 'broadcast')`)
    .execute();
  await addReservations(database, types);
}

async function addReservations<T>({ schema }: Kysely<T>, types: ColumnTypes): Promise<void> {
  await schema
    .createTable('reservations')
    .addColumn('chain', types.text, (column) => column.notNull())
    .addColumn('network', types.text, (column) => column.notNull())
    .addColumn('sender', types.text, (column) => column.notNull())
    .addColumn('resource', types.text, (column) => column.notNull())
    .addColumn('transaction_id', types.text, (column) => column.notNull())
    .addPrimaryKeyConstraint('reservations_key', ['chain', 'network', 'sender', 'resource'])
    .execute();
  await schema.createIndex('reservations_by_transaction').on('reservations').column('transaction_id').execute();
}
