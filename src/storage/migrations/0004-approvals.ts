import type { Kysely } from 'kysely';
import type { ColumnTypes } from './column-types.js';

/** Format 4: constitutions, approvals, and which of them are spent. */
export async function addApprovals<T>({ schema }: Kysely<T>, types: ColumnTypes): Promise<void> {
  await schema
    .createTable('constitutions')
    .addColumn('version', 'integer', (column) => column.primaryKey())
    .addColumn('box', types.bytes, (column) => column.notNull())
    .addColumn('view_box', types.bytes, (column) => column.notNull())
    .execute();
  await schema
    .createTable('approvals')
    .addColumn('nonce', types.text, (column) => column.primaryKey())
    .addColumn('pending_id', types.text, (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('text', types.text, (column) => column.notNull())
    .addColumn('signature', types.text, (column) => column.notNull())
    .execute();
  await schema.createIndex('approvals_by_pending').on('approvals').column('pending_id').execute();
  await schema
    .createTable('approval_spends')
    .addColumn('nonce', types.text, (column) => column.primaryKey())
    .addColumn('attempt', types.text, (column) => column.notNull())
    .execute();
}
