import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from './column-types.js';

/** Format 3: what authenticates the journal, and how many lines each story has. Existing rows have no MAC yet. */
export async function addJournalMacs<T>(database: Kysely<T>, types: ColumnTypes): Promise<void> {
  const { schema } = database;
  for (const table of ['transactions', 'transaction_events', 'reservations', 'transaction_ids'] as const) {
    await schema.alterTable(table).addColumn('mac', types.text).execute();
  }
  await schema
    .alterTable('transactions')
    .addColumn('events', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await sql`
    UPDATE transactions SET events =
      (SELECT count(*) FROM transaction_events WHERE transaction_id = transactions.id)`.execute(database);
}
