import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  HandleEmptyInListsPlugin,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  replaceWithNoncontingentExpression,
} from 'kysely';
import { CustosError } from '../../core/errors.js';
import { runCompiledBy } from '../compiled-query.js';
import type { PostgresSession } from './session.js';

/** Gives queries a connection for as long as Kysely holds it. */
export interface SessionSource {
  take(): Promise<PostgresSession>;
  giveBack(session: PostgresSession): void;
}

/** An empty list contains nothing: SQLite accepts `in ()`, PostgreSQL does not. */
const plugins = [new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression })];

/** Names of the statements with a fixed text, by their text. */
const names = new Map<string, string>();

function nameOf(text: string): string {
  const name = names.get(text) ?? `custos_${names.size}`;
  names.set(text, name);
  return name;
}

/** Kysely over connections of the caller, who also handles transactions (postgres/commit.ts). */
export function postgresKysely<T>(source: SessionSource): Kysely<T> {
  const database = new Kysely<T>({ dialect: postgresDialect(source), plugins });
  runCompiledBy(database, async (query) => {
    const session = await source.take();
    try {
      return await runOn(session, query, nameOf(query.sql));
    } finally {
      source.giveBack(session);
    }
  });
  return database;
}

async function runOn<R>(session: PostgresSession, query: CompiledQuery, name?: string): Promise<QueryResult<R>> {
  const { command, count, rows } = await session.query(query.sql, query.parameters, name);
  return { rows: rows as R[], ...(changes.includes(command) && { numAffectedRows: BigInt(count) }) };
}

function postgresDialect(source: SessionSource): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new PostgresDriver(source),
    createIntrospector: (database) => new PostgresIntrospector(database),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

class PostgresDriver implements Driver {
  readonly #source: SessionSource;
  readonly #sessions = new WeakMap<DatabaseConnection, PostgresSession>();

  constructor(source: SessionSource) {
    this.#source = source;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const session = await this.#source.take();
    const connection = new KyselyConnection(session);
    this.#sessions.set(connection, session);
    return connection;
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    const session = this.#sessions.get(connection);
    if (session !== undefined) this.#source.giveBack(session);
  }

  async beginTransaction(): Promise<void> {
    throw new CustosError('INTERNAL', 'transactions are opened by the database, not by a query');
  }

  async commitTransaction(): Promise<void> {}

  async rollbackTransaction(): Promise<void> {}

  async destroy(): Promise<void> {}
}

const changes: readonly string[] = ['INSERT', 'UPDATE', 'DELETE', 'MERGE'];

class KyselyConnection implements DatabaseConnection {
  readonly #session: PostgresSession;

  constructor(session: PostgresSession) {
    this.#session = session;
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return runOn(this.#session, query);
  }

  // biome-ignore lint/correctness/useYield: rows are never streamed; Kysely's interface asks for the method
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new CustosError('INTERNAL', 'rows are paged, not streamed');
  }
}
