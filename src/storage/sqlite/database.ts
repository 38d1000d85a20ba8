import type { Kysely } from 'kysely';
import type { AuditRecord } from '../../core/audit/events.js';
import { CustosError } from '../../core/errors.js';
import type { Database, RecordAll, WriteOptions } from '../database.js';
import { GroupCommit } from '../group-commit.js';
import { commitGroup, tryStatement } from './commit.js';
import { openSqlite, type SqliteConnection } from './connection.js';
import { sqliteKysely } from './dialect.js';
import { databaseError } from './errors.js';
import { Flush, type Sync } from './flush.js';
import { oneFile } from './one-file.js';

export interface SqliteOptions {
  /** `wal` for a database in use; `delete` for a new one that becomes a single file when it is closed. */
  readonly journal?: 'wal' | 'delete';
  /** Waits for the disk; for tests. */
  readonly sync?: Sync;
}

interface Connections {
  readonly writer: SqliteConnection;
  readonly reader: SqliteConnection;
  /** Absent where a commit is on the disk when it returns. */
  readonly flush: Flush | undefined;
}

/**
 * Opens a SQLite file that exists.
 * @throws CustosError STORE_UNREACHABLE, STORE_FOREIGN, STORE_DAMAGED, STORE_READ_ONLY, STORE_UNSUPPORTED
 */
export async function openSqliteDatabase<T>(path: string, options: SqliteOptions = {}): Promise<Database<T>> {
  const opened: SqliteConnection[] = [];
  try {
    const file = oneFile(path);
    const writer = await openSqlite(file);
    opened.push(writer);
    // SQLite's own short wait for other writers blocks this thread; Custos does the long wait.
    const { journal = 'wal' } = options;
    writer.exec(`PRAGMA busy_timeout=5000; PRAGMA foreign_keys=ON; PRAGMA journal_mode=${journal}`);
    // Signature IDs are random, so a new wallet lands on any page of their index: 16 MB hold that of a million.
    writer.exec('PRAGMA cache_size=-16384');
    // A page that is written again and again is copied from the log into the file once for 4,000 pages of the log (16 MB), and
    // statements that may have to be undone need no temporary file.
    writer.exec('PRAGMA wal_autocheckpoint=4000; PRAGMA temp_store=MEMORY');
    // Without a log, a commit is on the disk before it returns; with one, the log is before anybody is told (flush.ts).
    writer.exec(`PRAGMA synchronous=${journal === 'wal' ? 'NORMAL' : 'FULL'}; PRAGMA fullfsync=ON`);
    writer.exec('PRAGMA trusted_schema=OFF; PRAGMA busy_timeout=250');
    const reader = await openSqlite(file);
    opened.push(reader);
    reader.exec('PRAGMA busy_timeout=5000; PRAGMA query_only=ON; PRAGMA trusted_schema=OFF');
    const repair = () => checkpoint(writer);
    const flush = journal === 'wal' ? new Flush(file, reader, { ...options, repair }) : undefined;
    return new SqliteDatabase<T>({ writer, reader, flush });
  } catch (error) {
    for (const connection of opened) connection.close();
    throw databaseError(error, path);
  }
}

class SqliteDatabase<T> implements Database<T> {
  readonly dialect = 'sqlite';
  readonly #connection: SqliteConnection;
  readonly #readConnection: SqliteConnection;
  readonly #flush: Flush | undefined;
  readonly #reader: Kysely<T>;
  readonly #groups: GroupCommit<T>;
  #recordAll: RecordAll<T> | undefined;
  #closed = false;

  constructor({ writer, reader, flush }: Connections) {
    this.#connection = writer;
    this.#readConnection = reader;
    this.#flush = flush;
    const committing = { connection: writer, database: sqliteKysely<T>(writer), flush };
    this.#groups = new GroupCommit<T>((group, isBusy) =>
      commitGroup(group, { ...committing, isBusy, recordAll: this.#recordAll }),
    );
    this.#reader = sqliteKysely<T>(reader);
  }

  async read<R>(work: (database: Kysely<T>) => Promise<R>): Promise<R> {
    try {
      return await work(this.#reader);
    } catch (error) {
      throw databaseError(error);
    } finally {
      // What was seen is told, also by an error, when it is durable.
      const settled = this.#flush?.settled();
      if (settled !== undefined) await settled;
    }
  }

  write<R>(work: (database: Kysely<T>, record: AuditRecord) => Promise<R>, options: WriteOptions = {}): Promise<R> {
    return this.#groups.write(work, options);
  }

  recordWith(recordAll: RecordAll<T>): void {
    this.#recordAll = recordAll;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#groups.close();
    this.#readConnection.close();
    // Moves everything into one file, which may then be copied. SQLite does so by itself only when all statements are gone,
    // and statements live until they are collected. Another process with the database open may keep the log; that is fine.
    tryStatement(this.#connection, 'PRAGMA wal_checkpoint(TRUNCATE)');
    this.#connection.close();
    this.#flush?.close();
  }
}

/** Moves the whole log into the file, and waits until that is on the disk. @throws if a reader or writer holds it up */
function checkpoint(connection: SqliteConnection): void {
  const [row] = connection.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
  const [busy] = Object.values(row as object);
  if (Number(busy) !== 0) throw new CustosError('STORE_BUSY', 'the log of the store is in use');
}
