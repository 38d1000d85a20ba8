import type { JournalEntry } from '../../core/store/journal.js';
import type { StoreTables } from '../schema.js';

type Row = StoreTables['transactions'];

interface Limits {
  /** Rows. */
  readonly most: number;
  /** Characters of what is signed, in all of them, and in the largest. */
  readonly characters: number;
  readonly largest: number;
}

/** Rows that were verified, with what they say. A row that is equal to one of them in every column says the same. */
export class ReadRows {
  readonly #limits: Limits;
  readonly #known = new Map<string, { readonly row: Row; readonly entry: JournalEntry }>();
  #characters = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  find(row: Row): JournalEntry | undefined {
    const known = this.#known.get(row.id);
    return known !== undefined && isSame(known.row, row) ? known.entry : undefined;
  }

  put(row: Row, entry: JournalEntry): void {
    const { most, characters, largest } = this.#limits;
    this.#forget(row.id);
    if (row.pending.length > largest) return;
    this.#known.set(row.id, { row, entry });
    this.#characters += row.pending.length;
    for (const id of this.#known.keys()) {
      if (this.#known.size <= most && this.#characters <= characters) return;
      this.#forget(id);
    }
  }

  clear(): void {
    this.#known.clear();
    this.#characters = 0;
  }

  #forget(id: string): void {
    this.#characters -= this.#known.get(id)?.row.pending.length ?? 0;
    this.#known.delete(id);
  }
}

function isSame(one: Row, other: Row): boolean {
  return Object.keys(other).every((name) => Reflect.get(one, name) === Reflect.get(other, name));
}
