import { Kysely } from 'kysely';
import { CustosError } from '../core/errors.js';
import { sqliteDialect } from './sqlite-dialect.js';
import { databaseError } from './sqlite-errors.js';
import { openSqlite, type SqliteConnection } from './sqlite-module.js';

/** One database behind Kysely: reads see what is committed, writes are durable when they resolve. */
export interface Database<T> {
  readonly dialect: 'sqlite' | 'postgres';
  read<R>(work: (database: Kysely<T>) => Promise<R>): Promise<R>;
  /**
   * Runs `work` inside a transaction. Works that wait at the same time share one durable commit, each behind its own
   * savepoint: one that fails is undone alone. All queries of a work must be awaited inside it.
   * @throws CustosError STORE_BUSY, STORE_FULL, STORE_READ_ONLY, STORE_DAMAGED, or what `work` throws
   */
  write<R>(work: (database: Kysely<T>) => Promise<R>): Promise<R>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** `wal` for a database in use, `delete` for one that is being built and becomes one file when closed. */
  readonly journal?: 'wal' | 'delete';
}

/** How long a second writer waits for the first, in milliseconds. */
const BUSY_LIMIT = 10_000;
/** Works in one commit at the most, so that another process gets its turn. */
const GROUP = 500;

/**
 * Opens a SQLite file that exists. A `postgres://` location is refused until there is a second dialect.
 * @throws CustosError STORE_UNSUPPORTED, STORE_UNREACHABLE, STORE_FOREIGN, STORE_DAMAGED, STORE_READ_ONLY
 */
export async function openDatabase<T>(location: string, options: DatabaseOptions = {}): Promise<Database<T>> {
  refuseUrl(location);
  const opened: SqliteConnection[] = [];
  try {
    const writer = await openSqlite(location);
    opened.push(writer);
    // FULL: a commit is on disk before it is answered. The short wait inside SQLite blocks this thread; the long one is ours.
    writer.exec(`PRAGMA busy_timeout=5000; PRAGMA foreign_keys=ON; PRAGMA journal_mode=${options.journal ?? 'wal'}`);
    writer.exec('PRAGMA synchronous=FULL; PRAGMA fullfsync=ON; PRAGMA trusted_schema=OFF; PRAGMA busy_timeout=250');
    const reader = await openSqlite(location);
    opened.push(reader);
    reader.exec('PRAGMA busy_timeout=5000; PRAGMA query_only=ON; PRAGMA trusted_schema=OFF');
    return new SqliteDatabase<T>(writer, reader);
  } catch (error) {
    for (const connection of opened) connection.close();
    throw databaseError(error, location);
  }
}

/** @throws CustosError STORE_UNSUPPORTED: the location is that of another kind of database; only the kind is named, for the rest may hold a password */
export function refuseUrl(location: string): void {
  if (/^[a-z][a-z0-9+]*:\/\//i.test(location)) {
    throw new CustosError('STORE_UNSUPPORTED', `${location.split(':')[0]} databases are not supported`);
  }
}

interface QueuedWork<T> {
  run(database: Kysely<T>): Promise<() => void>;
  reject(error: unknown): void;
}

class SqliteDatabase<T> implements Database<T> {
  readonly dialect = 'sqlite';
  readonly #connection: SqliteConnection;
  readonly #readConnection: SqliteConnection;
  readonly #writer: Kysely<T>;
  readonly #reader: Kysely<T>;
  #waiting: QueuedWork<T>[] = [];
  #running: Promise<void> | undefined;
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
    if (this.#closed) return Promise.reject(new CustosError('STORE_UNREACHABLE', 'the store is closed'));
    return new Promise<R>((resolve, reject) => {
      this.#waiting.push({
        run: async (database) => {
          const result = await work(database);
          return () => resolve(result);
        },
        reject,
      });
      this.#start();
    });
  }

  #start(): void {
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined;
      // A write that came after the last group was taken found nobody to start it.
      if (this.#waiting.length > 0) this.#start();
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    while (this.#running !== undefined) await this.#running;
    this.#readConnection.close();
    // Moves everything into the one file, which may then be copied. SQLite does so by itself only when no statement is
    // left, and statements live until they are collected. Whoever else has the database open may keep the log; that is well.
    this.#try('PRAGMA wal_checkpoint(TRUNCATE)');
    this.#connection.close();
  }

  async #drain(): Promise<void> {
    // One turn of the event loop lets everything that is ready join the group; between groups it lets others write.
    await nextTurn();
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, GROUP);
      await this.#commit(group);
      if (this.#waiting.length > 0) await nextTurn();
    }
  }

  async #commit(group: readonly QueuedWork<T>[]): Promise<void> {
    const resolved: (() => void)[] = [];
    try {
      await this.#begin();
      for (const work of group) {
        const done = await this.#runOne(work);
        if (done !== undefined) resolved.push(done);
      }
      this.#connection.exec('COMMIT');
    } catch (error) {
      this.#try('ROLLBACK');
      // `reject` of a work that was told its own failure already does nothing.
      for (const work of group) work.reject(databaseError(error));
      return;
    }
    for (const done of resolved) done();
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

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
