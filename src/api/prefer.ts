import type { Journal, JournalEntry, State } from '../core/store/journal.js';
import type { ApiParts } from './parts.js';

/** The longest wait, in seconds. */
const LONGEST = 60;
/** Milliseconds between two looks: short ones at first, because most requests end at once. */
const FIRST_PERIOD = 4;
const LONGEST_PERIOD = 100;

/** Seconds that a client prefers to wait (RFC 7240); what cannot be read is left alone, as the RFC says. */
export function waitOf(header: string | undefined): number | undefined {
  const given = /(?:^|[,\s])wait=(\d{1,6})(?:$|[,;\s])/i.exec(header ?? '')?.[1];
  return given === undefined ? undefined : Math.min(Number(given), LONGEST);
}

/** Nothing more is to be waited for: it is sent, or has ended. */
export function isSettled(state: State): boolean {
  return state !== 'claimed' && state !== 'held' && state !== 'signed';
}

/** Looks at a transaction until it is sent or has ended, or the time is over, or the server ends. @returns the last look */
export async function settled(
  entry: JournalEntry,
  seconds: number,
  {
    journal,
    clock,
    closing,
    signal,
    isOver = isSettled,
  }: Pick<ApiParts, 'clock' | 'closing'> & {
    readonly journal: Pick<Journal, 'get'>;
    readonly signal: AbortSignal;
    readonly isOver?: (state: State) => boolean;
  },
): Promise<JournalEntry> {
  const end = performance.now() + seconds * 1000;
  let found = entry;
  const isAwaited = () => performance.now() < end && !signal.aborted && !closing.aborted;
  for (let period = FIRST_PERIOD; !isOver(found.state) && isAwaited(); ) {
    await clock.wait(period, signal);
    period = Math.min(LONGEST_PERIOD, period * 1.5);
    found = (await journal.get(entry.id)) ?? found;
  }
  return found;
}
