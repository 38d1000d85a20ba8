import type { openSqlite } from '../../src/storage/sqlite/connection.js';

type Database = Pick<Awaited<ReturnType<typeof openSqlite>>, 'prepare'>;

/** How many rows every table has, but the store's own facts: a stream that was left numbers its feed there a little later. */
export function rowCounts(database: Database): string {
  const tables = database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'meta' ORDER BY name")
    .all();
  const names = tables.map((row) => String(Object.values(row as object)[0]));
  return names
    .map((name) => `${name}: ${JSON.stringify(database.prepare(`SELECT count(*) FROM "${name}"`).all())}`)
    .join('\n');
}
