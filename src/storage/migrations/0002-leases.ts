import { type Kysely, sql } from 'kysely';
import type { StoreTables } from './0001-first.js';

/** Format 2: who goes on with a transaction, so that several processes share the work. */
export async function addLeases({ schema }: Kysely<StoreTables>): Promise<void> {
  await schema.alterTable('transactions').addColumn('lease_owner', 'text').execute();
  await schema.alterTable('transactions').addColumn('lease_expires_at', 'bigint').execute();
  await schema
    .createIndex('transactions_by_lease')
    .on('transactions')
    .column('lease_owner')
    .where(sql.ref('lease_owner'), 'is not', null)
    .execute();
}
