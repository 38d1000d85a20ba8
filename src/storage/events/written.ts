import type { Kysely } from 'kysely';
import type { EntryOf, EventTable } from '../../core/events/feed.js';
import { toEntry } from '../journal/rows.js';
import type { StoreTables } from '../schema.js';

type Tables = Kysely<StoreTables>;
type Row = StoreTables['transactions'];
type Listener = Parameters<EventTable['onWritten']>[0];

/** What a unit of work wrote. */
export interface Notes {
  /** Transactions of which it wrote an event. */
  readonly ids: Set<string>;
  /** Rows as it wrote them, with their new MACs. */
  readonly rows: Map<string, Row>;
}

/** Of the unit of work that a database runs now. */
const noted = new WeakMap<object, Notes>();

/** Notes that the unit of work writes an event. @param id - of the transaction that it tells of */
export function noteEvent(db: Tables, id?: string): void {
  const notes = notesOf(db);
  if (id !== undefined) notes.ids.add(id);
}

/** Notes a whole row as the unit of work has written it, for whoever waits for its transaction. */
export function noteRow(db: Tables, row: Row): void {
  notesOf(db).rows.set(row.id, row);
}

function notesOf(db: Tables): Notes {
  const notes = noted.get(db) ?? { ids: new Set(), rows: new Map() };
  noted.set(db, notes);
  return notes;
}

/**
 * Runs a unit of work. Several of one transaction share the database object, and what one noted that was undone never happened: so each
 * has its own notes.
 */
export async function noting<R>(
  db: Tables,
  work: () => Promise<R>,
): Promise<{ readonly result: R; readonly notes: Notes | undefined }> {
  noted.delete(db);
  const result = await work();
  const notes = noted.get(db);
  noted.delete(db);
  return { result, notes };
}

/** Calls back those who wait for events, once they are durable. */
export class Written {
  readonly #listeners = new Set<Listener>();

  on(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** A unit of work has been written. */
  tell({ ids, rows }: Notes): void {
    const entryOf: EntryOf = (id, known) => {
      const row = rows.get(id);
      return row && toEntry(row, known?.pending);
    };
    for (const listener of this.#listeners) listener(ids, entryOf);
  }
}
