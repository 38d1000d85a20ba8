import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../column-types.js';

/** Format 5: who wants to hear of transactions, and what is on its way to them. */
export async function addSubscriptions<T>({ schema }: Kysely<T>, types: ColumnTypes): Promise<void> {
  await schema
    .createTable('subscriptions')
    .addColumn('id', types.text, (column) => column.primaryKey().notNull())
    .addColumn('tenant', types.text, (column) => column.notNull())
    .addColumn('network', types.text, (column) => column.notNull())
    .addColumn('kind', types.text, (column) => column.notNull())
    .addColumn('url', types.text, (column) => column.notNull())
    .addColumn('state', types.text, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('subscriptions_once', ['tenant', 'network', 'kind', 'url'])
    .execute();
  await schema
    .createTable('subscription_secrets')
    .addColumn('tenant', types.text, (column) => column.primaryKey().notNull())
    .addColumn('secret', types.text, (column) => column.notNull())
    .execute();
  await schema
    .createTable('announcements')
    .addColumn('seq', types.counter, (column) => column.primaryKey())
    .addColumn('id', types.text, (column) => column.notNull())
    .addColumn('kind', types.text, (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('data', types.text, (column) => column.notNull())
    .execute();
  await schema
    .createTable('announcement_deliveries')
    .addColumn('subscription', types.text, (column) => column.notNull())
    .addColumn('seq', 'integer', (column) => column.notNull())
    .addColumn('state', types.text, (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('next_at', 'bigint', (column) => column.notNull())
    .addColumn('answer', types.text)
    .addPrimaryKeyConstraint('announcement_deliveries_key', ['subscription', 'seq'])
    .execute();
  await schema
    .createIndex('announcement_deliveries_due')
    .on('announcement_deliveries')
    .columns(['subscription', 'state', 'next_at'])
    .execute();
  await schema.createIndex('announcement_deliveries_seq').on('announcement_deliveries').column('seq').execute();
  await schema
    .createTable('announcement_leases')
    .addColumn('name', types.text, (column) => column.primaryKey().notNull())
    .addColumn('owner', types.text, (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
}
