import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from '../column-types.js';

/** Format 4: keys with roles, and a tenant for each transaction and idempotency key. What was there belongs to `default`. */
export async function addKeys<T>(database: Kysely<T>, types: ColumnTypes): Promise<void> {
  const { schema } = database;
  await schema
    .createTable('gateway_keys')
    .addColumn('id', types.text, (column) => column.primaryKey())
    .addColumn('name', types.text, (column) => column.notNull())
    .addColumn('roles', types.text, (column) => column.notNull())
    .addColumn('tenant', types.text)
    .addColumn('hash', types.text, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint')
    .addColumn('revoked_at', 'bigint')
    .execute();
  await schema
    .alterTable('pending_transactions')
    .addColumn('tenant', types.text, (column) => column.notNull().defaultTo('default'))
    .execute();
  await schema.alterTable('idempotency_keys').renameTo('former_keys').execute();
  await schema
    .createTable('idempotency_keys')
    .addColumn('tenant', types.text, (column) => column.notNull())
    .addColumn('key', types.text, (column) => column.notNull())
    .addColumn('digest', types.text, (column) => column.notNull())
    .addColumn('pending_id', types.text, (column) => column.notNull())
    .addPrimaryKeyConstraint('idempotency_keys_of_tenant', ['tenant', 'key'])
    .execute();
  await sql`insert into idempotency_keys (tenant, key, digest, pending_id)
    select 'default', key, digest, pending_id from former_keys`.execute(database);
  await schema.dropTable('former_keys').execute();
}
