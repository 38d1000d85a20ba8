import { Kysely } from 'kysely';
import { CustosError } from '../../core/errors.js';
import type { Database } from '../database.js';
import { GroupCommit, type QueuedWork } from '../group-commit.js';
import { sqliteDialect } from './dialect.js';
import { databaseError } from './errors.js';
import { openSqlite, type SqliteConnection } from './module.js';

export interface SqliteOptions {
  /** `wal` for a database in use, `delete` for one that is being built and becomes one file when closed. */
  readonly journal?: 'wal' | 'delete';
}

/** How long a second writer waits for the first, in milliseconds. */
const BUSY_LIMIT = 10_000;

/**
 * Opens a SQLite file that exists.
 * @throws CustosError STORE_UNREACHABLE, STORE_FOREIGN, STORE_DAMAGED, STORE_READ_ONLY, STORE_UNSUPPORTED
 */
export async function openSqliteDatabase<T>(path: string, options: SqliteOptions = {}): Promise<Database<T>> {
  const opened: SqliteConnection[] = [];
  try {
    const writer = await openSqlite(path);
    opened.push(writer);
    // FULL: a commit is on disk before it is answered. The short wait inside SQLite blocks this thread; the long one is ours.
    writer.exec(`PRAGMA busy_timeout=5000; PRAGMA foreign_keys=ON; PRAGMA journal_mode=${options.journal ?? 'wal'}`);
    // Signature IDs are random, so a new wallet lands on any page of their index: 16 MB hold that of a million.
    writer.exec('PRAGMA cache_size=-16384');
    writer.exec('PRAGMA synchronous=FULL; PRAGMA fullfsync=ON; PRAGMA trusted_schema=OFF; PRAGMA busy_timeout=250');
    const reader = await openSqlite(path);
    opened.push(reader);
    reader.exec('PRAGMA busy_timeout=5000; PRAGMA query_only=ON; PRAGMA trusted_schema=OFF');
    return new SqliteDatabase<T>(writer, reader);
  } catch (error) {
    for (const connection of opened) connection.close();
    throw databaseError(error, path);
  }
}

class SqliteDatabase<T> implements Database<T> {
  readonly dialect = 'sqlite';
  readonly #connection: SqliteConnection;
  readonly #readConnection: SqliteConnection;
  readonly #writer: Kysely<T>;
  readonly #reader: Kysely<T>;
  readonly #groups = new GroupCommit<T>((group) => this.#commit(group));
  #closed = false;

  constructor(writer: SqliteConnection, reader: SqliteConnection) {
    this.#connection = writer;
    this.#readConnection = reader;
    this.#writer = new Kysely<T>({ dialect: sqliteDialect(writer) });
    this.#reader = new Kysely<T>({ dialect: sqliteDialect(reader) });
  }

  async read<R>(work: (database: Kysely<T>) => Promise<R>): Promise<R> {
    try {
      return await work(this.#reader);
    } catch (error) {
      throw databaseError(error);
    }
  }

  write<R>(work: (database: Kysely<T>) => Promise<R>): Promise<R> {
    return this.#groups.write(work);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#groups.close();
    this.#readConnection.close();
    // Moves everything into the one file, which may then be copied. SQLite does so by itself only when no statement is
    // left, and statements live until they are collected. Whoever else has the database open may keep the log; that is well.
    this.#try('PRAGMA wal_checkpoint(TRUNCATE)');
    this.#connection.close();
  }

  async #commit(group: readonly QueuedWork<T>[]): Promise<void> {
    const told: (() => void)[] = [];
    try {
      await this.#begin();
      // Works seldom fail, and a savepoint costs as much as a small work: they are set where one of the group has failed.
      told.push(...((await this.#runAll(group)) ?? (await this.#runEach(group))));
      this.#connection.exec('COMMIT');
    } catch (error) {
      this.#try('ROLLBACK');
      // `reject` of a work that was told its own failure already does nothing.
      for (const work of group) work.reject(databaseError(error));
      return;
    }
    for (const tell of told) tell();
  }

  /** @returns undefined when one failed: then none is done, and a new transaction is open */
  async #runAll(group: readonly QueuedWork<T>[]): Promise<(() => void)[] | undefined> {
    const told: (() => void)[] = [];
    try {
      for (const work of group) told.push(await work.run(this.#writer));
      return told;
    } catch {
      this.#try('ROLLBACK');
      await this.#begin();
      return undefined;
    }
  }

  async #runEach(group: readonly QueuedWork<T>[]): Promise<(() => void)[]> {
    const told: (() => void)[] = [];
    for (const work of group) {
      const tell = await this.#runOne(work);
      if (tell !== undefined) told.push(tell);
    }
    return told;
  }

  async #runOne(work: QueuedWork<T>): Promise<(() => void) | undefined> {
    this.#connection.exec('SAVEPOINT work');
    try {
      const done = await work.run(this.#writer);
      this.#connection.exec('RELEASE work');
      return done;
    } catch (error) {
      // SQLite may have ended the whole transaction by itself (disk full): then nobody's work is kept, for this reason.
      if (!this.#try('ROLLBACK TO work; RELEASE work')) throw error;
      work.reject(databaseError(error));
      return undefined;
    }
  }

  async #begin(): Promise<void> {
    const start = Date.now();
    for (;;) {
      try {
        this.#connection.exec('BEGIN IMMEDIATE');
        return;
      } catch (error) {
        const known = databaseError(error);
        const busy = known instanceof CustosError && known.code === 'STORE_BUSY';
        if (!busy || Date.now() - start > BUSY_LIMIT) throw known;
        await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 20));
      }
    }
  }

  /** False when SQLite refuses, such as a roll back that it did by itself already. */
  #try(sql: string): boolean {
    try {
      this.#connection.exec(sql);
      return true;
    } catch {
      return false;
    }
  }
}
