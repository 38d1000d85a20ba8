import type { Kysely } from 'kysely';
import type { ColumnTypes } from './column-types.js';

/** Format 5: published policies. */
export async function addPolicies<T>({ schema }: Kysely<T>, types: ColumnTypes): Promise<void> {
  await schema
    .createTable('policies')
    .addColumn('version', 'integer', (column) => column.primaryKey())
    .addColumn('box', types.bytes, (column) => column.notNull())
    .addColumn('view_box', types.bytes, (column) => column.notNull())
    .execute();
}
