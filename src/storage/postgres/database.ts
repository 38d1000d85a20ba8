import type { Kysely } from 'kysely';
import type { AuditRecord } from '../../core/audit/events.js';
import type { Database, Memory, RecordAll, WriteOptions } from '../database.js';
import { GroupCommit } from '../group-commit.js';
import { commitGroup, isUnreachable, pause, RECONNECT_LIMIT } from './commit.js';
import { PostgresConnection, type Prepare } from './connection.js';
import { postgresKysely } from './dialect.js';
import { postgresError } from './errors.js';
import { Fence } from './fence.js';
import { type PostgresUrl, parsePostgresUrl } from './location.js';
import { PostgresReaders } from './readers.js';

/** A database on a server: its one writing connection may be lost and made again. */
export interface PostgresDatabase<T> extends Database<T> {
  /** Prepares the writing connection now, and each replacement before its first use. */
  onConnect(prepare: Prepare): Promise<void>;
}

/**
 * Opens a PostgreSQL database.
 * @throws CustosError STORE_UNREACHABLE, STORE_BUSY: no connection to spare; STORE_UNSUPPORTED: the location
 */
export async function openPostgresDatabase<T>(location: string): Promise<PostgresDatabase<T>> {
  const url = parsePostgresUrl(location);
  const fence = new Fence<T>(url.shown);
  const writer = new PostgresConnection(url, { admit: fence.admit });
  // Opening fails at once if there is no server; later work waits for a while.
  await writer.session();
  return new OpenDatabase<T>(url, writer, fence);
}

class OpenDatabase<T> implements PostgresDatabase<T> {
  readonly dialect = 'postgres';
  readonly #shown: string;
  readonly #writer: PostgresConnection;
  readonly #fence: Fence<T>;
  readonly #readers: PostgresReaders;
  readonly #reading: Kysely<T>;
  readonly #groups: GroupCommit<T>;
  #recordAll: RecordAll<T> | undefined;
  #closed = false;

  constructor(url: PostgresUrl, connection: PostgresConnection, fence: Fence<T>) {
    this.#shown = url.shown;
    this.#writer = connection;
    this.#fence = fence;
    this.#readers = new PostgresReaders(url, fence.admit);
    this.#reading = postgresKysely<T>(this.#readers);
    // Queries of a unit of work go only to the connection of its transaction, never to a replacement.
    const source = { take: async () => connection.current(), giveBack: () => undefined };
    const writer = {
      connect: () => connection.session(),
      database: postgresKysely<T>(source),
      shown: url.shown,
    };
    this.#groups = new GroupCommit<T>((group) => commitGroup(group, { ...writer, recordAll: this.#recordAll }));
  }

  async read<R>(work: (database: Kysely<T>) => Promise<R>): Promise<R> {
    const start = performance.now();
    for (;;) {
      try {
        const result = await work(this.#reading);
        await this.#fence.look(this.#reading);
        return result;
      } catch (error) {
        const over = this.#closed || performance.now() - start > RECONNECT_LIMIT;
        if (!isUnreachable(error) || over) throw postgresError(error, this.#shown);
        await pause(200);
      }
    }
  }

  onConnect(prepare: Prepare): Promise<void> {
    return this.#writer.onConnect(prepare);
  }

  write<R>(
    work: (database: Kysely<T>, record: AuditRecord) => Promise<R>,
    { alone = false, last = false }: WriteOptions = {},
  ): Promise<R> {
    // A unit of work takes the server as many statements for one caller as for several: it counts as one.
    return this.#groups.write(work, { alone, last });
  }

  recordWith(recordAll: RecordAll<T>, memory: Memory<T>): void {
    this.#recordAll = recordAll;
    this.#fence.remember(memory);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#groups.close();
    await Promise.all([this.#writer.close(), this.#readers.close()]);
  }
}
