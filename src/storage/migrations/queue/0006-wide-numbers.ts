import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../column-types.js';

/** Format 6: PostgreSQL counts announcements beyond 2^31, which its `integer` ends at; SQLite always does. */
export async function widenNumbers<T>({ schema }: Kysely<T>, { dialect }: ColumnTypes): Promise<void> {
  if (dialect === 'sqlite') return;
  for (const table of ['announcements', 'announcement_deliveries']) {
    await schema
      .alterTable(table)
      .alterColumn('seq', (column) => column.setDataType('bigint'))
      .execute();
  }
}
