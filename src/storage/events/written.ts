import type { Kysely } from 'kysely';
import type { StoreTables } from '../schema.js';

type Tables = Kysely<StoreTables>;

/** Databases whose current unit of work wrote an event. */
const noted = new WeakSet<object>();

/** Notes that the unit of work writes an event. */
export function noteEvent(db: Tables): void {
  noted.add(db);
}

/** Calls back those who wait for events, once they are durable. */
export class Written {
  readonly #listeners = new Set<() => void>();

  on(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** A unit of work has been written. */
  tell(db: Tables): void {
    if (!noted.delete(db)) return;
    for (const listener of this.#listeners) listener();
  }
}
