import type { Window } from '../../core/policy/policy.js';

/** A rolling window is counted in so many buckets, and the oldest one whole: it errs by one bucket, to the safe side. */
const BUCKETS = 60;
const DAY = 86_400_000;
const MINUTE = 60_000;
const SECOND = 1_000;
/** Moments that a clock remembers. A prime: hours and days, which policies ask about most, then rarely share a place. */
const PLACES = 61;

/** A moment on the clocks of a time zone. */
export interface LocalTime {
  /** Days since 1970-01-01, by the local date. */
  readonly date: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** Minutes since midnight. */
  readonly minute: number;
}

export type LocalClock = (moment: number) => LocalTime;

/** Names that are known to be time zones. To make a format takes longer than the rest of a small policy's check. */
const known = new Set<string>();

/** Anybody may send names: in each form of upper and lower case, a zone has many. */
const MOST_KNOWN = 1_000;

export function isTimeZone(name: string): boolean {
  if (known.has(name)) return true;
  try {
    if (new Intl.DateTimeFormat('en', { timeZone: name }).format(0) === '') return false;
  } catch {
    return false;
  }
  if (known.size < MOST_KNOWN) known.add(name);
  return true;
}

/** @param timeZone - IANA name */
export function localClock(timeZone: string): LocalClock {
  const numeric = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
  let format: Intl.DateTimeFormat | undefined;
  return remembering((moment) => {
    format ??= new Intl.DateTimeFormat('en-US-u-ca-iso8601-nu-latn', { timeZone, hourCycle: 'h23', ...numeric });
    const parts = new Map(format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
    const date = Math.floor(Date.UTC(part('year'), part('month') - 1, part('day')) / DAY);
    return { date, weekday: weekdayOf(date), minute: part('hour') * 60 + part('minute') };
  });
}

/** Policies ask about the same few seconds, and a format takes much longer than everything else that they ask. */
function remembering(clock: LocalClock): LocalClock {
  const known = new Map<number, { readonly second: number; readonly time: LocalTime }>();
  return (moment) => {
    // Every zone always was whole seconds from UTC, although not always whole minutes.
    const second = Math.floor(moment / SECOND);
    const place = second % PLACES;
    const remembered = known.get(place);
    if (remembered?.second === second) return remembered.time;
    const time = clock(moment);
    known.set(place, { second, time });
    return time;
  };
}

/** From `start` until before `end`, so never where they are equal. A time that goes over midnight has its end before its start. */
export function isWithin(minute: number, { start, end }: { readonly start: number; readonly end: number }): boolean {
  return start <= end ? start <= minute && minute < end : start <= minute || minute < end;
}

/** The moment from which on a window counts what was charged. @returns milliseconds since 1970 */
export function windowStart(window: Window, now: number, clock: LocalClock): number {
  if (window.kind === 'lifetime') return 0;
  if (window.kind === 'rolling') {
    const width = window.length / BUCKETS;
    return (Math.floor(now / width) - BUCKETS) * width;
  }
  return midnight(firstDay(window.unit, clock(now).date), clock);
}

function firstDay(unit: 'day' | 'week' | 'month', date: number): number {
  if (unit === 'day') return date;
  // 0 is Sunday, and a week begins on Monday.
  if (unit === 'week') return date - ((weekdayOf(date) + 6) % 7);
  return date - new Date(date * DAY).getUTCDate() + 1;
}

/** The first moment of a local date. Clocks may be put forward or back at midnight, so both offsets around it are tried. */
function midnight(date: number, clock: LocalClock): number {
  const utc = date * DAY;
  const starts = [utc - DAY, utc + DAY].map((near) => utc - offset(near, clock)).sort((one, other) => one - other);
  return starts.find((start) => clock(start).date === date) ?? utc - DAY;
}

function offset(moment: number, clock: LocalClock): number {
  const { date, minute } = clock(moment);
  return date * DAY + minute * MINUTE - Math.floor(moment / MINUTE) * MINUTE;
}

function weekdayOf(date: number): number {
  // 1970-01-01 was a Thursday.
  return (((date + 4) % 7) + 7) % 7;
}
