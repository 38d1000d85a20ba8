import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from './column-types.js';

/** Format 6: events that applications hear of, and webhooks. They do not hear of lines of before. */
export async function addEvents<T>({ schema }: Kysely<T>, types: ColumnTypes): Promise<void> {
  await schema.alterTable('transaction_events').addColumn('seq', 'bigint').execute();
  await schema.alterTable('transaction_events').addColumn('feed', types.text).execute();
  await schema
    .createTable('notices')
    .addColumn('id', types.text, (column) => column.primaryKey().notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('type', types.text, (column) => column.notNull())
    .addColumn('tenant', types.text, (column) => column.notNull())
    .addColumn('network', types.text, (column) => column.notNull())
    .addColumn('data', types.text, (column) => column.notNull())
    .addColumn('mac', types.text)
    .addColumn('seq', 'bigint')
    .addColumn('feed', types.text)
    .execute();
  for (const table of ['transaction_events', 'notices']) {
    await schema
      .createIndex(`${table}_by_feed`)
      .on(table)
      .columns(['feed', 'seq'])
      .where(sql<boolean>`seq > 0`)
      .execute();
    await schema.createIndex(`${table}_unnumbered`).on(table).column('at').where(sql<boolean>`seq = 0`).execute();
  }
  await addWebhooks({ schema }, types);
}

async function addWebhooks<T>({ schema }: Pick<Kysely<T>, 'schema'>, types: ColumnTypes): Promise<void> {
  await schema
    .createTable('webhooks')
    .addColumn('id', types.text, (column) => column.primaryKey().notNull())
    .addColumn('tenant', types.text, (column) => column.notNull())
    .addColumn('network', types.text, (column) => column.notNull())
    .addColumn('url', types.text, (column) => column.notNull())
    .addColumn('types', types.text)
    .addColumn('salt', types.text, (column) => column.notNull())
    .addColumn('state', types.text, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('mac', types.text)
    .execute();
  await schema
    .createTable('deliveries')
    .addColumn('webhook', types.text, (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('state', types.text, (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('next_at', 'bigint', (column) => column.notNull())
    .addColumn('answer', types.text)
    .addPrimaryKeyConstraint('deliveries_key', ['webhook', 'seq'])
    .execute();
  await schema.createIndex('deliveries_due').on('deliveries').columns(['webhook', 'state', 'next_at']).execute();
  await schema
    .createTable('sender_leases')
    .addColumn('name', types.text, (column) => column.primaryKey().notNull())
    .addColumn('owner', types.text, (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
}
