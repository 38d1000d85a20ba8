import type { Kysely } from 'kysely';

/** The kind of database, for queries that must differ. */
export type DialectName = 'sqlite' | 'postgres';

/** One database behind Kysely: reads see what is committed, writes are durable when they resolve. */
export interface Database<T> {
  /**
   * On SQLite only one transaction writes at a time, across all processes. On PostgreSQL the transactions of one process follow
   * each other, but other processes write at the same time. Each statement sees what is committed when it begins (READ COMMITTED).
   */
  readonly dialect: DialectName;
  /** @throws CustosError STORE_UNREACHABLE, STORE_BUSY, STORE_DAMAGED, or what `work` throws */
  read<R>(work: (database: Kysely<T>) => Promise<R>): Promise<R>;
  /**
   * Runs `work` inside a transaction. Calls that wait at the same time share one durable commit; a call that fails is undone
   * alone. `work` must await all of its queries. It may be undone and run again before the commit (another call of its group
   * failed, deadlock, lost connection), so it must change only the database.
   * @throws CustosError STORE_BUSY, STORE_FULL, STORE_READ_ONLY, STORE_DAMAGED, STORE_UNREACHABLE, or what `work` throws;
   *   COMMIT_UNKNOWN: the connection was lost during the commit, so the change is made as a whole or not at all
   */
  write<R>(work: (database: Kysely<T>) => Promise<R>): Promise<R>;
  close(): Promise<void>;
}
