import type { Kysely } from 'kysely';
import { CustosError } from '../../core/errors.js';
import type { JournalEntry } from '../../core/store/journal.js';
import type { JournalMac } from '../../core/store/journal-mac.js';
import type { StoreTables } from '../schema.js';
import { ReadRows } from './read-rows.js';
import { readEntry, toEntry } from './rows.js';

type Tables = Kysely<StoreTables>;
type Row = StoreTables['transactions'];

/**
 * The owner of a lease and its end: fenced by the generation, and written for many rows at a time. Places in the feed of events:
 * they are given after the row.
 */
const openColumns: ReadonlySet<string> = new Set(['lease_owner', 'lease_expires_at', 'seq', 'feed']);

/** Rows that this process wrote last, so that it need not read them before it writes them again. */
const MOST_KNOWN = 4_096;
/** Larger rows are read again instead; in characters. */
const LARGE = 65_536;
/** Rows that were read last, by whoever waits or sends again. */
const read = { most: 2_048, characters: 4 * 1024 * 1024, largest: LARGE };

interface Columns {
  readonly seen: ReadonlySet<string>;
  /** Those that a MAC covers, in their order. */
  readonly covered: readonly string[];
}

/** A row that the current work changes. */
interface Touched {
  /** As it was read. */
  readonly row: Row;
  /** Lines of its story, those of this work included. */
  events: number;
}

/**
 * Authenticates the journal. Each row of its tables carries a MAC over all of its columns, so that write access to the database
 * alone is not enough to change a payment or a state. A row is verified before it is changed, and gets its new MAC in the same
 * database transaction. Without the key (`unlock`) rows are not verified and get no MAC.
 */
export class JournalSeal {
  #mac: JournalMac | undefined;
  readonly #touched = new Map<string, Touched>();
  /** Whose unit of work runs: what it has touched means nothing to those who read meanwhile. */
  #unit: Tables | undefined;
  readonly #known = new Map<string, Row>();
  readonly #read = new ReadRows(read);
  /** Columns of each table that a MAC covers, in their order. */
  readonly #columns = new Map<string, Columns>();
  readonly isShared: boolean;

  /** @param isShared - true if other machines write at the same time */
  constructor(isShared: boolean) {
    this.isShared = isShared;
  }

  unlock(mac: JournalMac): void {
    this.#mac = mac;
    this.#read.clear();
  }

  get isOpen(): boolean {
    return this.#mac !== undefined;
  }

  /** A unit of work starts again: nothing of what it did before was kept. */
  begin(db: Tables): void {
    this.#touched.clear();
    this.#unit = db;
  }

  /** MAC of a row of any table of the journal; null while there is no key. What is NULL is left out, so that a later column keeps old MACs. */
  of(table: keyof StoreTables, row: object): string | null {
    if (this.#mac === undefined) return null;
    const parts: string[] = [table];
    for (const name of this.#columnsOf(table, row)) {
      const value: unknown = Reflect.get(row, name);
      if (typeof value === 'string') parts.push(name, value);
      else if (value !== null && value !== undefined) parts.push(name, textOf(value));
    }
    return this.#mac(parts);
  }

  /** Sorted once for each table: most rows have the same columns. */
  #columnsOf(table: string, row: object): readonly string[] {
    const known = this.#columns.get(table);
    const names = Object.keys(row);
    if (known !== undefined && hasAll(known.seen, names)) return known.covered;
    const seen = new Set([...(known?.seen ?? []), ...names]);
    const covered = [...seen].filter(isCovered).sort((one, other) => (one < other ? -1 : 1));
    this.#columns.set(table, { seen, covered });
    return covered;
  }

  /** False when a row differs from what this store wrote. */
  isSound(table: keyof StoreTables, row: { readonly mac: string | null }): boolean {
    return this.#mac === undefined || (row.mac !== null && row.mac === this.of(table, row));
  }

  /** @throws CustosError RECORD_DAMAGED */
  require(table: keyof StoreTables, row: { readonly mac: string | null }, id: string): void {
    if (!this.isSound(table, row)) throw changed(id);
  }

  /**
   * What a row says. Whoever waits for a request, or sends it again, reads the same row again and again: one that is equal in every column to a row that was
   * verified says the same.
   * @throws CustosError RECORD_DAMAGED
   */
  entryOf(row: Row): JournalEntry {
    const known = this.#read.find(row);
    if (known !== undefined) return known;
    this.require('transactions', row, row.id);
    const entry = toEntry(row);
    if (this.#mac !== undefined) this.#read.put(row, entry);
    return entry;
  }

  /** Verifies a row before it is changed; `finish` gives it its new MAC. @throws CustosError RECORD_DAMAGED */
  async touch(db: Tables, id: string): Promise<void> {
    if (this.#mac === undefined || this.#touched.has(id)) return;
    const row = await db
      .selectFrom('transactions')
      .selectAll()
      .where('id', '=', id)
      .$if(this.isShared, (query) => query.forUpdate())
      .executeTakeFirst();
    if (row === undefined) return;
    this.require('transactions', row, id);
    this.#touched.set(id, { row, events: Number(row.events) });
  }

  /** Place of the next line in the story of a touched row. @returns undefined if the database must count */
  nextPlace(id: string): number | undefined {
    const touched = this.#touched.get(id);
    if (touched === undefined) return undefined;
    touched.events += 1;
    return touched.events;
  }

  /** How many lines the story of a row has that this unit of work touched. */
  linesOf(db: Tables, id: string): number | undefined {
    return db === this.#unit ? this.#touched.get(id)?.events : undefined;
  }

  /** Gives all touched rows their new MACs. */
  async finish(db: Tables): Promise<void> {
    for (const [id, { events }] of this.#touched) {
      const row = await db.selectFrom('transactions').selectAll().where('id', '=', id).executeTakeFirst();
      if (row === undefined) continue;
      const next = { ...row, events };
      const mac = this.of('transactions', next);
      await db.updateTable('transactions').set({ events, mac }).where('id', '=', id).execute();
      this.#remember({ ...next, mac });
    }
    this.#touched.clear();
  }

  /** The row as it was before the current work; undefined if this process does not know it. */
  lastRead(id: string): Row | undefined {
    return this.#touched.get(id)?.row ?? this.#known.get(id);
  }

  /** The row as this process last wrote it. It is only a guess: a writer compares it with the stored MAC. */
  known(id: string): Row | undefined {
    return this.#touched.has(id) ? undefined : this.#known.get(id);
  }

  /** Remembers the present row, as long as this process works on it. */
  remember(row: Row): void {
    if (this.#mac !== undefined) this.#remember(row);
  }

  forget(id: string): void {
    this.#known.delete(id);
  }

  #remember(row: Row): void {
    this.#known.delete(row.id);
    if (row.lease_owner === null || row.pending.length > LARGE) return;
    this.#known.set(row.id, row);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest);
  }
}

function hasAll(seen: ReadonlySet<string>, names: readonly string[]): boolean {
  for (const name of names) if (!seen.has(name)) return false;
  return true;
}

function isCovered(name: string): boolean {
  return name !== 'mac' && !openColumns.has(name);
}

/** A database may return whole numbers as numbers or as text; SQLite keeps the type that it got. */
function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? String(value) : 'bytes';
}

export function changed(id: string): CustosError {
  const text = `the journal row of ${id} was changed by somebody who has no key of this store`;
  return new CustosError('RECORD_DAMAGED', text, { details: { id } });
}

/** The seal of each database. A database without a journal has no seal, and its rows are not verified. */
const seals = new WeakMap<object, JournalSeal>();
const locked = new JournalSeal(false);

export function useSeal(db: Tables, seal: JournalSeal): void {
  seals.set(db, seal);
}

export function sealOf(db: Tables): JournalSeal {
  return seals.get(db) ?? locked;
}

/** As `readEntry`, but verifies the row first. */
export function readSealed(db: Tables, row: Row): ReturnType<typeof readEntry> {
  if (sealOf(db).isSound('transactions', row)) return readEntry(row);
  return { kind: 'damaged', error: changed(row.id) };
}

/** The lines of a story, in their order. All of them are unchanged, and none is missing. @throws CustosError RECORD_DAMAGED */
export async function provedStory(db: Tables, id: string): Promise<readonly StoreTables['transaction_events'][]> {
  const seal = sealOf(db);
  // Before the lines: another process may add one in between, and a story only grows.
  const count = seal.isOpen ? (seal.linesOf(db, id) ?? (await provedLines(db, id))) : undefined;
  const query = db.selectFrom('transaction_events').selectAll().where('transaction_id', '=', id).orderBy('place');
  const lines = await query.execute();
  for (const line of lines) seal.require('transaction_events', line, id);
  if (count !== undefined && lines.length < count) throw changed(id);
  return lines;
}

async function provedLines(db: Tables, id: string): Promise<number | undefined> {
  const row = await db.selectFrom('transactions').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) return undefined;
  sealOf(db).require('transactions', row, id);
  return Number(row.events);
}
