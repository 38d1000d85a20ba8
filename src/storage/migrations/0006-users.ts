import type { Kysely } from 'kysely';
import type { ColumnTypes } from './column-types.js';

/** Format 6: who proved to be there for a request, and how users of a tenant prove it. */
export async function addUsers<T>({ schema }: Kysely<T>, types: ColumnTypes): Promise<void> {
  await schema.alterTable('transactions').addColumn('user_tag', types.text).execute();
  await schema
    .createTable('tenant_settings')
    .addColumn('tenant', types.text, (column) => column.primaryKey())
    .addColumn('facts', types.text, (column) => column.notNull())
    .addColumn('mac', types.text, (column) => column.notNull())
    .execute();
  await schema
    .createTable('user_tickets')
    .addColumn('hash', types.text, (column) => column.primaryKey())
    .addColumn('kind', types.text, (column) => column.notNull())
    .addColumn('tenant', types.text, (column) => column.notNull())
    .addColumn('owner', types.bytes, (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('mac', types.text, (column) => column.notNull())
    .execute();
  await schema.createIndex('user_tickets_of_owner').on('user_tickets').column('owner').execute();
  await schema.createIndex('user_tickets_by_end').on('user_tickets').column('expires_at').execute();
}
