import type { Kysely } from 'kysely';
import { pagesOf } from '../../core/pages.js';
import type { AuditRow, AuditRows } from '../../core/store/audit.js';
import type { Database } from '../database.js';
import type { JournalSeal } from '../journal/seal.js';
import type { StoreTables } from '../schema.js';

type Tables = Kysely<StoreTables>;

/** One log up to its size. */
interface Cut {
  readonly writer: string;
  readonly size: number;
}

/** The log's rows for backups. */
export function auditRows(database: Database<StoreTables>, seal: JournalSeal): AuditRows {
  return {
    async *pages(size) {
      const found = await database.read((db) => db.selectFrom('audit_heads').selectAll().orderBy('writer').execute());
      const heads = found.map((row) => ({ ...row, size: Number(row.size) }));
      if (heads.length > 0) yield heads.map((row) => ({ table: 'audit_heads', row }));
      // What is added meanwhile lies beyond the heads that were read, and stays out.
      for (const head of heads) {
        yield* pagesIn(size, (after, limit) => database.read((db) => eventsOf(db, head, { after, limit })));
        yield* pagesIn(size, (after, limit) => database.read((db) => checkpointsOf(db, head, { after, limit })));
      }
    },
    add: (rows) =>
      database.write(async (db) => {
        for (const one of rows) await addRow(db, one, seal);
      }),
  };
}

type Read = (after: number, limit: number) => Promise<readonly { readonly at: number; readonly row: AuditRow }[]>;

async function* pagesIn(size: number, read: Read): AsyncGenerator<readonly AuditRow[]> {
  const page = (after: number | undefined, limit: number) => read(after ?? -1, limit);
  for await (const rows of pagesOf({ size, page, keyOf: ({ at }) => at })) yield rows.map(({ row }) => row);
}

interface Behind {
  readonly after: number;
  readonly limit: number;
}

async function eventsOf(db: Tables, { writer, size }: Cut, { after, limit }: Behind) {
  const query = db.selectFrom('audit_events').selectAll().where('writer', '=', writer).where('place', '>', after);
  const rows = await query.where('place', '<', size).orderBy('place').limit(limit).execute();
  return rows.map((found) => {
    const row = { ...found, place: Number(found.place), at: found.at === null ? null : Number(found.at) };
    return { at: row.place, row: { table: 'audit_events', row } as const };
  });
}

async function checkpointsOf(db: Tables, { writer, size }: Cut, { after, limit }: Behind) {
  const query = db.selectFrom('audit_checkpoints').selectAll().where('writer', '=', writer).where('size', '>', after);
  const rows = await query.where('size', '<=', size).orderBy('size').limit(limit).execute();
  return rows.map((found) => {
    const row = { ...found, size: Number(found.size), at: Number(found.at) };
    return { at: row.size, row: { table: 'audit_checkpoints', row } as const };
  });
}

async function addRow(db: Tables, { table, row }: AuditRow, seal: JournalSeal): Promise<void> {
  if (table === 'audit_events') await db.insertInto(table).values(row).execute();
  else if (table === 'audit_checkpoints') await db.insertInto(table).values(row).execute();
  else {
    const head = { ...row, closed: 1 };
    const mac = row.mac === null ? null : seal.of(table, head);
    await db
      .insertInto(table)
      .values({ ...head, mac })
      .execute();
  }
}
