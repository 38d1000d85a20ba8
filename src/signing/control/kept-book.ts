import { randomBytes } from 'node:crypto';
import { CustosError } from '../../core/errors.js';
import type { BookSnapshot } from './book.js';
import type { BookEvent, BookJournal } from './book-event.js';
import { eventsText, readEvents, readSnapshot, snapshotText } from './book-text.js';

/** Seals what a book remembers. No bytes fit in another place than theirs. */
export interface BookSeal {
  seal(place: string, text: string): Uint8Array;
  /** @returns undefined for bytes that were sealed elsewhere, or changed */
  open(place: string, bytes: Uint8Array): string | undefined;
}

/** Where sealed records are kept. Each resolves when its bytes are on the disk. */
export interface RecordFile {
  append(bytes: Uint8Array): Promise<void>;
  /** In place of everything before, or not at all. */
  replace(bytes: Uint8Array): Promise<void>;
}

interface Start {
  /** A new one with each snapshot, so that later records fit no other snapshot. */
  readonly life: string;
  readonly counter: number;
  readonly book: BookSnapshot;
}

/** What was kept: a snapshot, and what happened after it. */
export interface KeptBook {
  readonly snapshot: BookSnapshot;
  readonly events: readonly BookEvent[];
  readonly counter: number;
}

/** Appended bytes after which everything is written anew. */
const LEAST_APPENDED = 1024 * 1024;
const LENGTH = 4;

/**
 * Reads all records of a file. A last record that is not whole was never answered for, so it is left out.
 * @returns undefined for an empty file
 * @throws CustosError KEEPER_STATE_DAMAGED
 */
export function readKept(bytes: Uint8Array, seal: BookSeal): KeptBook | undefined {
  const [first, ...rest] = recordsOf(bytes);
  if (first === undefined) return undefined;
  const { life, counter, book } = readStart(opened(seal, 'snapshot', first));
  const events = rest.flatMap((record, place) => readEvents(opened(seal, `${life} ${counter + place + 1}`, record)));
  return { snapshot: book, events, counter: counter + rest.length };
}

/** Keeps what happens to a book. What happens while something is written is written together after it. */
export class BookKeeper implements BookJournal {
  readonly #file: RecordFile;
  readonly #seal: BookSeal;
  readonly #snapshot: () => BookSnapshot;
  #pending: BookEvent[] = [];
  #next: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();
  #life: string | undefined;
  #counter: number;
  #kept: number;
  #appended = 0;
  #snapshotSize = 0;

  /** @param counter - of the last record that was read @param snapshot - everything that has happened until it is called */
  constructor(
    file: RecordFile,
    seal: BookSeal,
    { counter, snapshot }: { readonly counter: number; snapshot(): BookSnapshot },
  ) {
    this.#file = file;
    this.#seal = seal;
    this.#counter = counter;
    this.#kept = counter;
    this.#snapshot = snapshot;
  }

  /** Of the last record that is on the disk: it grows with every write. */
  get counter(): number {
    return this.#kept;
  }

  write(events: readonly BookEvent[]): Promise<void> {
    this.#pending.push(...events);
    this.#next ??= this.#last.then(() => this.#flush());
    return this.#next;
  }

  #flush(): Promise<void> {
    const events = this.#pending;
    this.#pending = [];
    const written = this.#store(events);
    this.#next = undefined;
    this.#last = written.catch(() => undefined);
    return written;
  }

  async #store(events: readonly BookEvent[]): Promise<void> {
    this.#counter += 1;
    try {
      // The first write of a life, and the one after a failed write, do not trust what is there.
      const isLong = this.#appended > Math.max(LEAST_APPENDED, 2 * this.#snapshotSize);
      if (this.#life === undefined || isLong) await this.#replace();
      else await this.#append(this.#life, events);
      this.#kept = this.#counter;
    } catch (cause) {
      this.#life = undefined;
      throw new CustosError('KEEPER_STATE_UNWRITTEN', 'what a signature takes could not be made durable', { cause });
    }
  }

  async #append(life: string, events: readonly BookEvent[]): Promise<void> {
    const record = recordOf(this.#seal.seal(`${life} ${this.#counter}`, eventsText(events)));
    this.#appended += record.length;
    await this.#file.append(record);
  }

  async #replace(): Promise<void> {
    const life = randomBytes(16).toString('hex');
    const text = startText({ life, counter: this.#counter, book: this.#snapshot() });
    const record = recordOf(this.#seal.seal('snapshot', text));
    await this.#file.replace(record);
    this.#life = life;
    this.#appended = 0;
    this.#snapshotSize = record.length;
  }
}

function opened(seal: BookSeal, place: string, record: Uint8Array): string {
  const text = seal.open(place, record);
  if (text !== undefined) return text;
  throw new CustosError('KEEPER_STATE_DAMAGED', 'the state of the signer does not open');
}

function startText({ life, counter, book }: Start): string {
  return `${life} ${counter}\n${snapshotText(book)}`;
}

function readStart(text: string): Start {
  const end = text.indexOf('\n');
  const [life = '', counter = ''] = text.slice(0, end).split(' ');
  return { life, counter: Number(counter), book: readSnapshot(text.slice(end + 1)) };
}

/** A record with its length before it: 4 bytes, big-endian. */
function recordOf(sealed: Uint8Array): Uint8Array {
  const length = Buffer.alloc(LENGTH);
  length.writeUInt32BE(sealed.length);
  return Buffer.concat([length, sealed]);
}

function recordsOf(bytes: Uint8Array): Uint8Array[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: Uint8Array[] = [];
  for (let at = 0; at + LENGTH <= buffer.length; ) {
    const end = at + LENGTH + buffer.readUInt32BE(at);
    if (end > buffer.length) break;
    records.push(buffer.subarray(at + LENGTH, end));
    at = end;
  }
  // A snapshot replaces the file as a whole, so its beginning is always whole.
  if (records.length === 0 && buffer.length > 0) {
    throw new CustosError('KEEPER_STATE_DAMAGED', 'the state of the signer has no whole record');
  }
  return records;
}
