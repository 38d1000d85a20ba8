import { PostgresConnection, type Prepare } from './connection.js';
import type { SessionSource } from './dialect.js';
import type { PostgresUrl } from './location.js';
import type { PostgresSession } from './session.js';

/** Number of connections that reads share, so that a read never waits for a write. */
const READERS = 3;

/** A few read-only connections; a query waits if none is free. */
export class PostgresReaders implements SessionSource {
  readonly #all: readonly PostgresConnection[];
  readonly #idle: PostgresConnection[];
  readonly #waiting: ((connection: PostgresConnection) => void)[] = [];
  readonly #taken = new Map<PostgresSession, PostgresConnection>();

  /** @param admit - checks each connection first of all */
  constructor(url: PostgresUrl, admit: Prepare) {
    this.#all = Array.from({ length: READERS }, () => new PostgresConnection(url, { admit, readOnly: true }));
    this.#idle = [...this.#all];
  }

  async take(): Promise<PostgresSession> {
    const free = this.#idle.pop();
    const connection = free ?? (await new Promise<PostgresConnection>((resolve) => this.#waiting.push(resolve)));
    try {
      const session = await connection.session();
      this.#taken.set(session, connection);
      return session;
    } catch (error) {
      this.#free(connection);
      throw error;
    }
  }

  giveBack(session: PostgresSession): void {
    const connection = this.#taken.get(session);
    if (connection === undefined) return;
    this.#taken.delete(session);
    this.#free(connection);
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((connection) => connection.close()));
  }

  #free(connection: PostgresConnection): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(connection);
    else next(connection);
  }
}
