import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../column-types.js';

/** Format 7: PostgreSQL counts transactions beyond 2^31, too. The counter of a column follows the column's type. */
export async function widenPlaces<T>({ schema }: Kysely<T>, { dialect }: ColumnTypes): Promise<void> {
  if (dialect === 'sqlite') return;
  for (const table of ['pending_transactions', 'pending_hashes', 'spent_outputs']) {
    await schema
      .alterTable(table)
      .alterColumn('seq', (column) => column.setDataType('bigint'))
      .execute();
  }
}
