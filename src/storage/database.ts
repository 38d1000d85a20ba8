import type { Kysely } from 'kysely';

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
