import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from './column-types.js';

/**
 * Format 7: one row for everything that a making of a transaction's bytes reserved, and the names of all budgets that were ever charged.
 * What was reserved before stays charged: only its holder would know how to give it back, and the new rows need the journal's key.
 */
export async function joinReservations<T>(db: Kysely<T>, types: ColumnTypes): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('budget_names')
    .addColumn('budget', types.text, (column) => column.primaryKey())
    .execute();
  await sql`INSERT INTO budget_names (budget)
    SELECT budget FROM budget_sums UNION SELECT budget FROM budget_reservations`.execute(db);
  await schema.dropTable('budget_reservations').execute();
  await schema
    .createTable('budget_reservations')
    .addColumn('transaction_id', types.text, (column) => column.notNull())
    .addColumn('attempt', types.text, (column) => column.notNull())
    .addColumn('charges', types.text, (column) => column.notNull())
    .addColumn('mac', types.text)
    .addPrimaryKeyConstraint('budget_reservations_by_making', ['transaction_id', 'attempt'])
    .execute();
}
