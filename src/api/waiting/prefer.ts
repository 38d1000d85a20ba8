import type { Clock } from '../../core/clock.js';
import type { EndSignal } from '../../core/end-signal.js';
import type { Journal, JournalEntry, State } from '../../core/store/journal.js';
import type { Changes } from './changes.js';

/** The longest wait, in seconds. */
const LONGEST = 60;

/** Seconds that a client prefers to wait (RFC 7240); what cannot be read is left alone, as the RFC says. */
export function waitOf(header: string | undefined): number | undefined {
  const given = /(?:^|[,\s])wait=(\d{1,6})(?:$|[,;\s])/i.exec(header ?? '')?.[1];
  return given === undefined ? undefined : Math.min(Number(given), LONGEST);
}

/** Nothing more is to be waited for: it is sent, or has ended. */
export function isSettled(state: State): boolean {
  return state !== 'claimed' && state !== 'held' && state !== 'signed';
}

/** What waiting for a request takes. */
export interface Waiting {
  readonly journal: Pick<Journal, 'get'>;
  readonly changes: Pick<Changes, 'lookOut' | 'periods'>;
  readonly clock: Clock;
  /** Aborted when the server ends. */
  readonly closing: EndSignal;
}

interface Until {
  readonly seconds: number;
  /** Whoever waits is gone. */
  signal(): EndSignal;
  isOver?(state: State): boolean;
  /** It was accepted just now: nothing can have changed yet. */
  readonly isNew?: boolean;
}

/**
 * Waits until a request is sent or has ended, the time is over, or the server ends. A step of this process wakes it; for those of
 * others it looks from time to time.
 * @returns the last look
 */
export async function settled(
  entry: JournalEntry,
  { seconds, signal, isOver = isSettled, isNew = false }: Until,
  { journal, changes, clock, closing }: Waiting,
): Promise<JournalEntry> {
  const end = performance.now() + seconds * 1000;
  let found = entry;
  let isKnown = isNew;
  for (let period = changes.periods.first; seconds > 0 && !isOver(found.state); ) {
    const { changed, written, end: stop } = changes.lookOut(entry.id, { gone: signal(), closing });
    try {
      if (!isKnown) found = (await journal.get(entry.id)) ?? found;
      isKnown = false;
      const left = end - performance.now();
      if (isOver(found.state) || left <= 0 || signal().aborted || closing.aborted) return found;
      await clock.wait(Math.min(period, left), changed);
      // Nobody has to read again what this process has just written. If it is no end, the next look sees what came after it.
      found = written(found) ?? found;
    } finally {
      stop();
    }
    period = Math.min(changes.periods.longest, period * 1.5);
  }
  return found;
}
