import type { Kysely } from 'kysely';
import { CustosError } from '../../core/errors.js';
import type { Memory } from '../database.js';
import { postgresKysely } from './dialect.js';
import type { PostgresSession } from './session.js';

/** Milliseconds between two looks at what other processes have written. */
const BETWEEN_LOOKS = 10_000;

/**
 * Keeps a process away from a database that is older than what the process knows: a standby that took over before it had everything,
 * or a backup that was restored below a running process. It asks once for each new connection, and nothing for a transaction.
 */
export class Fence<T> {
  readonly #shown: string;
  #memory: Memory<T> | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;

  /** @param shown - host and database, for messages */
  constructor(shown: string) {
    this.#shown = shown;
  }

  remember(memory: Memory<T>): void {
    this.#memory = memory;
  }

  /** Checks a new connection before its first use. @throws CustosError STORE_OLDER */
  readonly admit = async (session: PostgresSession): Promise<void> => {
    const database = postgresKysely<T>({ take: async () => session, giveBack: () => undefined });
    const missing = await this.#memory?.missing(database);
    if (missing === undefined) return;
    const text = `${this.#shown}: the database is older than what this process knows to be committed: it lacks ${missing}`;
    throw new CustosError('STORE_OLDER', text);
  };

  /** Remembers now and then what others have written, on a connection that was admitted. Never throws. */
  async look(database: Kysely<T>): Promise<void> {
    const now = performance.now();
    if (this.#memory === undefined || now - this.#lookedAt < BETWEEN_LOOKS) return;
    this.#lookedAt = now;
    // Where it fails, what was remembered before still counts.
    await this.#memory.look(database).catch(() => undefined);
  }
}
