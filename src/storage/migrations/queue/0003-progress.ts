import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../column-types.js';

/** Format 3: when a daemon first fetched a transaction, when it failed for good, and who closed it. */
export async function addProgress<T>(database: Kysely<T>, types: ColumnTypes): Promise<void> {
  const { schema } = database;
  await schema.alterTable('pending_transactions').addColumn('claimed_at', 'bigint').execute();
  await schema.alterTable('pending_transactions').addColumn('failed_at', 'bigint').execute();
  await schema.alterTable('pending_transactions').addColumn('closed_by', types.text).execute();
}
