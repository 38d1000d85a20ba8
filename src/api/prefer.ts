import type { Clock } from '../core/clock.js';
import type { Journal, JournalEntry, State } from '../core/store/journal.js';

/** The longest wait, in seconds. */
const LONGEST = 60;
/** Milliseconds between two looks. */
const PERIOD = 100;

/** Seconds that a client prefers to wait (RFC 7240); what cannot be read is left alone, as the RFC says. */
export function waitOf(header: string | undefined): number | undefined {
  const given = /(?:^|[,\s])wait=(\d{1,6})(?:$|[,;\s])/i.exec(header ?? '')?.[1];
  return given === undefined ? undefined : Math.min(Number(given), LONGEST);
}

/** Nothing more is to be waited for: it is sent, or has ended. */
export function isSettled(state: State): boolean {
  return state !== 'claimed' && state !== 'held' && state !== 'signed';
}

/** Looks at a transaction until it is sent or has ended, or the time is over. @returns the last look */
export async function settled(
  entry: JournalEntry,
  seconds: number,
  {
    journal,
    clock,
    signal,
  }: { readonly journal: Pick<Journal, 'get'>; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<JournalEntry> {
  const end = performance.now() + seconds * 1000;
  let found = entry;
  while (!isSettled(found.state) && performance.now() < end && !signal.aborted) {
    await clock.wait(PERIOD, signal);
    found = (await journal.get(entry.id)) ?? found;
  }
  return found;
}
