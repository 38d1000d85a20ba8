import type { Kysely } from 'kysely';
import type { ColumnTypes } from './column-types.js';

/** Format 5: what transactions reserved of budgets, and the sums of each budget. */
export async function addBudgets<T>({ schema }: Kysely<T>, types: ColumnTypes): Promise<void> {
  await schema
    .createTable('budget_reservations')
    .addColumn('budget', types.text, (column) => column.notNull())
    .addColumn('transaction_id', types.text, (column) => column.notNull())
    .addColumn('attempt', types.text, (column) => column.notNull())
    .addColumn('amount', types.text, (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('mac', types.text)
    .addPrimaryKeyConstraint('budget_reservations_key', ['budget', 'transaction_id', 'attempt'])
    .execute();
  await schema
    .createIndex('budget_reservations_by_transaction')
    .on('budget_reservations')
    .column('transaction_id')
    .execute();
  await schema
    .createTable('budget_sums')
    .addColumn('budget', types.text, (column) => column.notNull())
    .addColumn('span', types.text, (column) => column.notNull())
    .addColumn('sums', types.text, (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('mac', types.text)
    .addPrimaryKeyConstraint('budget_sums_key', ['budget', 'span'])
    .execute();
}
