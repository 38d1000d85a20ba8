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
}
