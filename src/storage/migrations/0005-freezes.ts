import type { Kysely } from 'kysely';
import type { ColumnTypes } from './column-types.js';

/** Format 5: freezes, and how they were ended. */
export async function addFreezes<T>({ schema }: Kysely<T>, types: ColumnTypes): Promise<void> {
  await schema
    .createTable('freezes')
    .addColumn('id', types.text, (column) => column.primaryKey())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('text', types.text, (column) => column.notNull())
    .addColumn('signature', types.text)
    .addColumn('mac', types.text)
    .execute();
  await schema
    .createTable('freeze_ends')
    .addColumn('freeze_id', types.text, (column) => column.primaryKey())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('signatures', types.text, (column) => column.notNull())
    .addColumn('mac', types.text, (column) => column.notNull())
    .addColumn('root_mac', types.text, (column) => column.notNull())
    .execute();
}
