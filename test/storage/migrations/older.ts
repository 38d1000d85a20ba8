import { readFile, writeFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { openDatabase } from '../../../src/storage/open-database.js';
import type { Kind } from '../support.js';

/** The statements that bring an empty database to a format, as they were released. */
async function statements(what: 'store' | 'queue', kind: Kind, format: number): Promise<string[]> {
  const text = await readFile(new URL(`${what}-${kind}.sql`, import.meta.url), 'utf8');
  const steps = text.split(/^-- format \d+\n/m).slice(1, format + 1);
  // What a migration reads is of no use without the migration.
  return steps.flatMap((step) => step.split(/;$/m)).filter((one) => !/^\s*($|select)/i.test(one));
}

/** Runs statements in one transaction. @param said - texts, or statements with values in them */
export async function run(location: string, said: readonly (string | ReturnType<typeof sql>)[]): Promise<void> {
  const database = await openDatabase<never>(location);
  await database.write(async (db) => {
    for (const one of said) await (typeof one === 'string' ? sql.raw(one) : one).execute(db);
  });
  await database.close();
}

/** Makes an empty store of a format. */
export async function makeOlderStore(location: string, kind: Kind, format: number, storeId: string): Promise<void> {
  if (kind === 'sqlite') await writeFile(location, '');
  await run(location, [
    ...(kind === 'sqlite' ? [`PRAGMA application_id = ${0x43555354}`] : []),
    ...(await statements('store', kind, format)),
    `INSERT INTO meta (key, value) VALUES ('store_id', '${storeId}'), ('format', '${format}'), ('created_at', '1')`,
  ]);
}

/** Makes an empty queue of a format. */
export async function makeOlderQueue(location: string, kind: Kind, format: number): Promise<void> {
  if (kind === 'sqlite') await writeFile(location, '');
  await run(location, [
    ...(await statements('queue', kind, format)),
    ...(kind === 'sqlite'
      ? [`PRAGMA application_id = ${0x43555351}`, `PRAGMA user_version = ${format}`]
      : [
          'CREATE TABLE queue_meta (key text PRIMARY KEY, value text NOT NULL)',
          `INSERT INTO queue_meta (key, value) VALUES ('format', '${format}')`,
        ]),
  ]);
}

/** Tables, columns and indexes as the database itself describes them. */
export function schemaOf(location: string, kind: Kind): Promise<readonly unknown[]> {
  const queries =
    kind === 'sqlite'
      ? ['SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name']
      : [
          `SELECT table_name, column_name, ordinal_position, data_type, is_nullable, column_default, collation_name, is_identity
           FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position`,
          `SELECT tablename, indexname, replace(indexdef, current_schema(), '') AS definition
           FROM pg_indexes WHERE schemaname = current_schema() ORDER BY indexname`,
        ];
  return rowsOf(location, queries);
}

/** The rows that queries give, one query after the other. */
export async function rowsOf(location: string, queries: readonly string[]): Promise<readonly unknown[]> {
  const database = await openDatabase<never>(location);
  const found = await database.read(async (db) => {
    const rows: unknown[] = [];
    for (const query of queries) rows.push(...(await sql.raw(query).execute(db)).rows);
    return rows;
  });
  await database.close();
  return found;
}
