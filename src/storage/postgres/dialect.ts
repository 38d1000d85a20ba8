import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely';
import { CustosError } from '../../core/errors.js';
import type { PostgresSession } from './session.js';

/** Gives queries a connection for as long as Kysely holds it. */
export interface SessionSource {
  take(): Promise<PostgresSession>;
  giveBack(session: PostgresSession): void;
}

/** Kysely over connections of the caller, who also handles transactions (postgres/commit.ts). */
export function postgresDialect(source: SessionSource): Dialect {
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

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { command, count, rows } = await this.#session.query(query.sql, query.parameters);
    return { rows: rows as R[], ...(changes.includes(command) && { numAffectedRows: BigInt(count) }) };
  }

  // biome-ignore lint/correctness/useYield: rows are never streamed; Kysely's interface asks for the method
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new CustosError('INTERNAL', 'rows are paged, not streamed');
  }
}
