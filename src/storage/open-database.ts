import type { Database } from './database.js';
import { isPostgresUrl, refuseOtherUrl } from './location.js';
import { sqlState } from './postgres/errors.js';
import { openSqliteDatabase, type SqliteOptions } from './sqlite/database.js';
import { isSqliteConflict } from './sqlite/errors.js';

/**
 * Opens a database that exists: a SQLite file, or PostgreSQL behind a `postgres://` URL.
 * @throws CustosError STORE_UNSUPPORTED, STORE_UNREACHABLE, STORE_FOREIGN, STORE_DAMAGED, STORE_READ_ONLY
 */
export async function openDatabase<T>(location: string, options: SqliteOptions = {}): Promise<Database<T>> {
  if (!isPostgresUrl(location)) {
    refuseOtherUrl(location);
    return openSqliteDatabase(location, options);
  }
  // A SQLite user need not load the client of another database.
  const { openPostgresDatabase } = await import('./postgres/database.js');
  return openPostgresDatabase(location);
}

/** True for a violated uniqueness or primary key, on whatever database (SQLSTATE 23505, SQLite's result code 19). */
export function isUniqueViolation(error: unknown): boolean {
  return sqlState(error) === '23505' || isSqliteConflict(error);
}
