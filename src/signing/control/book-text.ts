import type { BookSnapshot } from './book.js';
import type { BookEvent } from './book-event.js';

/** Members that are amounts: JSON has no numbers of their size. */
const amounts: ReadonlySet<string> = new Set(['amount', 'max']);

/** What happened, as text. */
export function eventsText(events: readonly BookEvent[]): string {
  return JSON.stringify(events, (_name, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}

/** Reads what `eventsText` wrote: the seal around it proves that it did. */
export function readEvents(text: string): readonly BookEvent[] {
  return JSON.parse(text, revived) as readonly BookEvent[];
}

/** Everything that a book knows, as text. */
export function snapshotText(snapshot: BookSnapshot): string {
  return JSON.stringify(snapshot, (_name, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}

/** Reads what `snapshotText` wrote: the seal around it proves that it did. */
export function readSnapshot(text: string): BookSnapshot {
  return JSON.parse(text, revived) as BookSnapshot;
}

function revived(name: string, value: unknown): unknown {
  return amounts.has(name) && typeof value === 'string' ? BigInt(value) : value;
}
