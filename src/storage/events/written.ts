import type { Kysely } from 'kysely';
import type { StoreTables } from '../schema.js';

type Tables = Kysely<StoreTables>;
type Listener = (ids: ReadonlySet<string>) => void;

/** Transactions of which the current unit of work of a database wrote an event. */
const noted = new WeakMap<object, Set<string>>();

/** Notes that the unit of work writes an event. @param id - of the transaction that it tells of */
export function noteEvent(db: Tables, id?: string): void {
  const ids = noted.get(db) ?? new Set();
  noted.set(db, ids);
  if (id !== undefined) ids.add(id);
}

/** Calls back those who wait for events, once they are durable. */
export class Written {
  readonly #listeners = new Set<Listener>();

  on(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** A unit of work has been written. */
  tell(db: Tables): void {
    const ids = noted.get(db);
    if (ids === undefined) return;
    noted.delete(db);
    for (const listener of this.#listeners) listener(ids);
  }
}
