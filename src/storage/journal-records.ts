import type { JournalRecord, JournalRecords } from '../core/journal.js';
import type { Database } from './database.js';
import type { StoreTables } from './migrations/0001-first.js';
import { chunks } from './wallets.js';

type EventRow = StoreTables['transaction_events'];

/** The journal's rows for backups, untouched. */
export function journalRecords(database: Database<StoreTables>): JournalRecords {
  return {
    page: (after, limit) =>
      database.read(async (db) => {
        const rows = await db
          .selectFrom('transactions')
          .selectAll()
          .where('id', '>', after ?? '')
          .orderBy('id')
          .limit(limit)
          .execute();
        const ids = rows.map(({ id }) => id);
        if (ids.length === 0) return [];
        const events = new Map<string, Omit<EventRow, 'transaction_id'>[]>(ids.map((id) => [id, []]));
        const found = db
          .selectFrom('transaction_events')
          .selectAll()
          .where('transaction_id', 'in', ids)
          .orderBy('place');
        for (const { transaction_id, ...event } of await found.execute()) events.get(transaction_id)?.push(event);
        return rows.map((row) => ({ id: row.id, row: { ...row }, events: events.get(row.id) ?? [] }));
      }),
    add: (records) =>
      database.write(async (db) => {
        for (const part of chunks(records, 100)) {
          const rows = part.map(({ row }) => row as StoreTables['transactions']);
          await db.insertInto('transactions').values(rows).execute();
        }
        for (const part of chunks(records.flatMap(eventRows), 500)) {
          await db.insertInto('transaction_events').values(part).execute();
        }
      }),
  };
}

function eventRows({ id, events }: JournalRecord): EventRow[] {
  return events.map(({ place, at, event, fact }) => ({ transaction_id: id, place, at, event, fact }));
}
