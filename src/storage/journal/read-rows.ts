import type { JournalEntry } from '../../core/store/journal.js';
import type { StoreTables } from '../schema.js';

type Row = StoreTables['transactions'];

interface Limits {
  /** Rows. */
  readonly most: number;
  /** Characters of what is signed, in the largest of them. */
  readonly largest: number;
}

/** Rows that were verified, with what they say. A row that is equal to one of them in every column says the same. */
export class ReadRows {
  readonly #limits: Limits;
  readonly #known = new Map<string, { readonly row: Row; readonly entry: JournalEntry }>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  find(row: Row): JournalEntry | undefined {
    const known = this.#known.get(row.id);
    return known !== undefined && isSame(known.row, row) ? known.entry : undefined;
  }

  put(row: Row, entry: JournalEntry): void {
    this.#known.delete(row.id);
    if (row.pending.length > this.#limits.largest) return;
    this.#known.set(row.id, { row, entry });
    const [oldest] = this.#known.keys();
    if (this.#known.size > this.#limits.most && oldest !== undefined) this.#known.delete(oldest);
  }

  clear(): void {
    this.#known.clear();
  }
}

function isSame(one: Row, other: Row): boolean {
  return Object.keys(other).every((name) => Reflect.get(one, name) === Reflect.get(other, name));
}
