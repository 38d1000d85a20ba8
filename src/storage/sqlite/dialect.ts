import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  type QueryResult,
  RawNode,
  SelectQueryNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { CustosError } from '../../core/errors.js';
import { runCompiledBy } from '../compiled-query.js';
import type { SqliteConnection, SqliteStatement, SqliteValue } from './connection.js';

/** Prepared statements that are kept for each connection. */
const KEPT_STATEMENTS = 200;

/** Kysely over one synchronous SQLite connection. The caller handles transactions (database.ts). */
export function sqliteKysely<T>(connection: SqliteConnection): Kysely<T> {
  const running = new KyselyConnection(connection);
  const database = new Kysely<T>({ dialect: sqliteDialect(running) });
  runCompiledBy(database, (query) => running.executeQuery(query));
  return database;
}

function sqliteDialect(connection: KyselyConnection): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new SqliteDriver(connection),
    createIntrospector: (database) => new SqliteIntrospector(database),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

class SqliteDriver implements Driver {
  readonly #connection: KyselyConnection;

  constructor(connection: KyselyConnection) {
    this.#connection = connection;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }

  async beginTransaction(): Promise<void> {
    throw new CustosError('INTERNAL', 'transactions are opened by the database, not by a query');
  }

  async commitTransaction(): Promise<void> {}

  async rollbackTransaction(): Promise<void> {}

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {}
}

/** A statement, and whether it gives rows: both are of its text. */
interface Prepared {
  readonly statement: SqliteStatement;
  readonly isReading: boolean;
}

class KyselyConnection implements DatabaseConnection {
  readonly #connection: SqliteConnection;
  readonly #statements = new Map<string, Prepared>();

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { statement, isReading } = this.#prepare(query);
    const given = query.parameters as readonly SqliteValue[];
    const parameters = given.some(isEmptyBytes) ? given.map(bound) : given;
    if (isReading) return { rows: statement.all(...parameters) as R[] };
    const { changes } = statement.run(...parameters);
    return { rows: [], numAffectedRows: BigInt(changes) };
  }

  // biome-ignore lint/correctness/useYield: SQLite rows are never streamed; Kysely's interface asks for the method
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new CustosError('INTERNAL', 'rows are paged, not streamed');
  }

  #prepare(query: CompiledQuery): Prepared {
    const { sql } = query;
    let prepared = this.#statements.get(sql);
    if (prepared !== undefined) return prepared;
    prepared = { statement: this.#connection.prepare(sql), isReading: givesRows(query) };
    if (this.#statements.size >= KEPT_STATEMENTS) {
      const [oldest] = this.#statements.keys();
      if (oldest !== undefined) this.#statements.delete(oldest);
    }
    this.#statements.set(sql, prepared);
    return prepared;
  }
}

function isEmptyBytes(value: SqliteValue): boolean {
  return typeof value === 'object' && value !== null && value.length === 0;
}

/** Node 22 binds an empty array that it gave itself as NULL, and an own one as an empty blob. */
function bound(value: SqliteValue): SqliteValue {
  return isEmptyBytes(value) ? new Uint8Array() : value;
}

function givesRows({ query, sql }: CompiledQuery): boolean {
  if (SelectQueryNode.is(query)) return true;
  if (RawNode.is(query)) return /^\s*(select|with|pragma|explain)\b|\sreturning\s/i.test(sql);
  return 'returning' in query && query.returning !== undefined;
}
