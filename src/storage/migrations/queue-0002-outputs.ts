import type { Kysely } from 'kysely';
import type { QueueTables } from './queue-0001-first.js';

/** Format 2: keys with an index each, and the outputs that a transaction spends, which belong to it alone. */
export async function addOutputs(database: Kysely<QueueTables>): Promise<void> {
  const { schema } = database;
  await schema.alterTable('pending_transactions').addColumn('signatures', 'text').execute();
  await schema
    .createTable('spent_outputs')
    .addColumn('chain', 'text', (column) => column.notNull())
    .addColumn('network', 'text', (column) => column.notNull())
    .addColumn('output', 'text', (column) => column.notNull())
    .addColumn('seq', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('spent_outputs_key', ['chain', 'network', 'output'])
    .execute();
  await schema.createIndex('spent_outputs_by_seq').on('spent_outputs').column('seq').execute();
}
