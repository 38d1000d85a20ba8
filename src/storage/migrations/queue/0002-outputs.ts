import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../column-types.js';

/** Format 2: keys with an index each, and the outputs that only one transaction may spend. */
export async function addOutputs<T>(database: Kysely<T>, types: ColumnTypes): Promise<void> {
  const { schema } = database;
  await schema.alterTable('pending_transactions').addColumn('signatures', types.text).execute();
  await schema
    .createTable('spent_outputs')
    .addColumn('chain', types.text, (column) => column.notNull())
    .addColumn('network', types.text, (column) => column.notNull())
    .addColumn('output', types.text, (column) => column.notNull())
    .addColumn('seq', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('spent_outputs_key', ['chain', 'network', 'output'])
    .execute();
  await schema.createIndex('spent_outputs_by_seq').on('spent_outputs').column('seq').execute();
}
