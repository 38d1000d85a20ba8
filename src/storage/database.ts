import type { Kysely } from 'kysely';
import { isPostgresUrl, refuseOtherUrl } from './location.js';
import { sqlState } from './postgres/errors.js';
import { openSqliteDatabase, type SqliteOptions } from './sqlite/database.js';
import { isSqliteConflict } from './sqlite/errors.js';

/** Which database's ways a query has to follow, where the two differ. */
export type DialectName = 'sqlite' | 'postgres';

/** One database behind Kysely: reads see what is committed, writes are durable when they resolve. */
export interface Database<T> {
  /**
   * On SQLite one work writes at a time, whatever the process. On PostgreSQL works of one process follow one another, but
   * those of other processes run at the same time, each statement seeing what is committed when it begins (READ COMMITTED).
   */
  readonly dialect: DialectName;
  /** @throws CustosError STORE_UNREACHABLE, STORE_BUSY, STORE_DAMAGED, or what `work` throws */
  read<R>(work: (database: Kysely<T>) => Promise<R>): Promise<R>;
  /**
   * Runs `work` inside a transaction. Works that wait at the same time share one durable commit; one that fails is undone
   * alone. All queries of a work must be awaited inside it. A work may be undone and run again before anything of it is
   * kept (another one of its group failed, deadlock, lost connection), so it changes nothing but the database.
   * @throws CustosError STORE_BUSY, STORE_FULL, STORE_READ_ONLY, STORE_DAMAGED, STORE_UNREACHABLE, or what `work` throws;
   *   COMMIT_UNKNOWN: the database went away while it committed, so the work is done or not done
   */
  write<R>(work: (database: Kysely<T>) => Promise<R>): Promise<R>;
  close(): Promise<void>;
}

/**
 * Opens a database that exists: a SQLite file, or PostgreSQL behind a `postgres://` URL.
 * @throws CustosError STORE_UNSUPPORTED, STORE_UNREACHABLE, STORE_FOREIGN, STORE_DAMAGED, STORE_READ_ONLY
 */
export async function openDatabase<T>(location: string, options: SqliteOptions = {}): Promise<Database<T>> {
  if (!isPostgresUrl(location)) {
    refuseOtherUrl(location);
    return openSqliteDatabase(location, options);
  }
  // Whoever keeps a file need not load a client for another kind of database.
  const { openPostgresDatabase } = await import('./postgres/database.js');
  return openPostgresDatabase(location);
}

/** True for a violated uniqueness or primary key, on whatever database (SQLSTATE 23505, SQLite's result code 19). */
export function isUniqueViolation(error: unknown): boolean {
  return sqlState(error) === '23505' || isSqliteConflict(error);
}
