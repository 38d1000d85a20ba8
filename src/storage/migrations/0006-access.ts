import type { Kysely } from 'kysely';
import type { ColumnTypes } from './column-types.js';

/** Format 6: tenants and the tokens of their applications. */
export async function addAccess<T>({ schema }: Kysely<T>, types: ColumnTypes): Promise<void> {
  await schema
    .createTable('tenants')
    .addColumn('id', types.text, (column) => column.primaryKey())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await schema
    .createTable('tokens')
    .addColumn('id', types.text, (column) => column.primaryKey())
    .addColumn('tenant', types.text, (column) => column.notNull())
    .addColumn('facts', types.text, (column) => column.notNull())
    .addColumn('hash', types.text, (column) => column.notNull())
    .addColumn('revoked_at', 'bigint')
    .addColumn('mac', types.text, (column) => column.notNull())
    .addColumn('last_used_at', 'bigint')
    .execute();
  await schema.createIndex('tokens_of_tenant').on('tokens').columns(['tenant', 'id']).execute();
}
