import type { Kysely } from 'kysely';
import type { AuditEvent, AuditRecord } from '../core/audit/events.js';

/** The kind of database, for queries that must differ. */
export type DialectName = 'sqlite' | 'postgres';

/**
 * Writes what the units of work of one transaction recorded for the audit log, at its end.
 * @returns called when the transaction is durable
 */
export type RecordAll<T> = (database: Kysely<T>, events: readonly AuditEvent[]) => Promise<() => void>;

/** What a process knows to be committed, by which it recognizes a database that is older. */
export interface Memory<T> {
  /** Remembers what others have committed. */
  look(database: Kysely<T>): Promise<void>;
  /** @returns what the database lacks, in words; undefined if it has everything */
  missing(database: Kysely<T>): Promise<string | undefined>;
}

export interface WriteOptions {
  /** In a transaction of its own: what others record beside it cannot make it fail. */
  readonly alone?: boolean;
  /** It takes a lock that other machines wait for: there it runs behind the others of its transaction, and so holds it shortly. */
  readonly last?: boolean;
  /** How many callers the work is for, once it has run; 1 if it is left out. */
  readonly callers?: () => number;
}

/** One database behind Kysely: reads see what is committed; what reads and writes saw and did is durable when they settle. */
export interface Database<T> {
  /**
   * On SQLite only one transaction writes at a time, across all processes. On PostgreSQL the transactions of one process follow
   * each other, but other processes write at the same time. Each statement sees what is committed when it begins (READ COMMITTED).
   */
  readonly dialect: DialectName;
  /** @throws CustosError STORE_UNREACHABLE, STORE_BUSY, STORE_DAMAGED, STORE_OLDER, or what `work` throws */
  read<R>(work: (database: Kysely<T>) => Promise<R>): Promise<R>;
  /**
   * Runs `work` inside a transaction. Calls that wait at the same time share one durable commit; a call that fails is undone
   * alone. `work` must await all of its queries. It may be undone and run again before the commit (another call of its group
   * failed, deadlock, lost connection), so it must change only the database.
   * What it records is part of the same transaction.
   * @throws CustosError STORE_BUSY, STORE_FULL, STORE_READ_ONLY, STORE_DAMAGED, STORE_UNREACHABLE, STORE_OLDER, or what `work` throws;
   *   COMMIT_UNKNOWN: the connection was lost during the commit, or disk or standby did not take it, so the change is made as a whole or not
   *   at all
   */
  write<R>(work: (database: Kysely<T>, record: AuditRecord) => Promise<R>, options?: WriteOptions): Promise<R>;
  /**
   * Sets what writes the audit log. Without it, what units of work record is dropped.
   * @param memory - asked on each new connection to a server: STORE_OLDER if the database lacks what is remembered
   */
  recordWith(recordAll: RecordAll<T>, memory: Memory<T>): void;
  close(): Promise<void>;
}
