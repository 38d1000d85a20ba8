import type { Kysely } from 'kysely';
import type { ColumnTypes } from './column-types.js';

/** Format 5: the audit log. Earlier stores begin theirs when they are first opened by a version that has it. */
export async function addAudit<T>({ schema }: Kysely<T>, types: ColumnTypes): Promise<void> {
  await schema
    .createTable('audit_heads')
    .addColumn('writer', types.text, (column) => column.primaryKey())
    .addColumn('size', 'bigint', (column) => column.notNull())
    .addColumn('hashes', types.text, (column) => column.notNull())
    .addColumn('closed', 'integer', (column) => column.notNull())
    .addColumn('mac', types.text)
    .execute();
  await schema
    .createTable('audit_events')
    .addColumn('writer', types.text, (column) => column.notNull())
    .addColumn('place', 'bigint', (column) => column.notNull())
    .addColumn('hash', types.text, (column) => column.notNull())
    .addColumn('at', 'bigint')
    .addColumn('code', types.text)
    .addColumn('commitment', types.text)
    .addColumn('salt', types.text)
    .addColumn('detail', types.text)
    .addPrimaryKeyConstraint('audit_events_key', ['writer', 'place'])
    .execute();
  await schema.createIndex('audit_events_by_time').on('audit_events').column('at').execute();
  await schema
    .createTable('audit_checkpoints')
    .addColumn('writer', types.text, (column) => column.notNull())
    .addColumn('size', 'bigint', (column) => column.notNull())
    .addColumn('hashes', types.text, (column) => column.notNull())
    .addColumn('note', types.text, (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('audit_checkpoints_key', ['writer', 'size'])
    .execute();
}
