import type { ActivitySlice } from '../../api/forms/overview.js';
import type { Clock } from '../../core/clock.js';
import type { EventTable, EventTally, Feed } from '../../core/events/feed.js';

const MINUTE = 60_000;
/** Length of a slice: a day has 96. */
const SLICE = 15 * MINUTE;
const HOUR = 60 * MINUTE;
const SLICES_OF_HOUR = HOUR / SLICE;
const HOURS = 24;
/** An hour that ended so long ago gets no more events: other processes have committed by then. */
const SETTLED = 5 * MINUTE;

export interface ActivityParts {
  readonly events: Pick<EventTable, 'number' | 'tally'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly feed: Feed;
}

/**
 * What happened in the last 24 hours, in slices of a quarter of an hour, the oldest first. It is read from the journal, so it
 * survives the process. An hour that is over is counted once; a database without another thread is never kept busy for a whole day.
 */
export function activityOf({ events, clock, feed }: ActivityParts): () => Promise<readonly ActivitySlice[]> {
  const hours = new Map<number, readonly EventTally[]>();
  return async () => {
    // What is committed gets its number first.
    await events.number();
    const now = clock.now();
    const last = Math.floor(now / HOUR) * HOUR;
    const slices: ActivitySlice[] = [];
    for (let from = last - HOURS * HOUR; from <= last; from += HOUR) {
      const tallies = hours.get(from) ?? (await events.tally(feed, { from, size: SLICE, slices: SLICES_OF_HOUR }));
      if (from + HOUR + SETTLED <= now) hours.set(from, tallies);
      slices.push(...tallies.map((tally, place) => sliceJson(from + place * SLICE, tally)));
    }
    for (const from of hours.keys()) if (from < last - HOURS * HOUR) hours.delete(from);
    const end = slices.findIndex(({ from }) => Date.parse(from) > now);
    return slices.slice(0, end < 0 ? undefined : end).slice(-(HOURS * SLICES_OF_HOUR));
  };
}

function sliceJson(from: number, { counts, signedAfter }: EventTally): ActivitySlice {
  const count = (type: Parameters<typeof counts.get>[0]) => counts.get(type) ?? 0;
  return {
    from: new Date(from).toISOString(),
    accepted: count('transaction.accepted'),
    signed: count('transaction.signed'),
    held: count('transaction.held'),
    denied: count('transaction.denied'),
    failed: count('transaction.failed'),
    completed: count('transaction.completed'),
    signedAfter: quantiles(signedAfter),
  };
}

/** Of half and of 95 of 100: no slower than these. */
function quantiles(times: readonly number[]): ActivitySlice['signedAfter'] {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
  const [half, most] = [at(0.5), at(0.95)];
  return half === undefined || most === undefined ? null : { half, most };
}
