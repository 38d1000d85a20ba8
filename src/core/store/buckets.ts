import { CustosError } from '../errors.js';

/**
 * The sums of one budget that was charged in many minutes, so that a charge and the sum of a window cost the same however many
 * charges there were. The `total` row lists the sum of each era, an `era` row those of its days, a `day` row those of its hours, and
 * an `hour` row those of its minutes. Each part of a row is the sum of the row below it, so that a row that is missing or older than
 * the others is found.
 */
const spans = ['total', 'era', 'day', 'hour'] as const;
export type Span = (typeof spans)[number];

/** Sums by the part of the span: its number, from the beginning of time on. What is 0 is left out. */
export type Sums = ReadonlyMap<number, bigint>;

/** Where the sum of one part of a span is. */
export interface BucketPlace {
  readonly span: Span;
  /** Number of the span, from the beginning of time on. */
  readonly number: number;
  readonly part: number;
}

/** Finds the sums of one span; undefined if there are none. */
export type SumsOf = (span: Span, number: number) => Sums | undefined;

const MINUTE = 60_000;
/** Minutes in a part of each span. */
const partSizes: Readonly<Record<Span, number>> = { total: 32 * 24 * 60, era: 24 * 60, day: 60, hour: 1 };

/**
 * Sums by the minute and by the hour are kept for so long after the last charge of a budget, in milliseconds. A rolling window that
 * begins earlier is longer than that, so a day more is less than a sixtieth of it; a month begins later.
 */
const KEPT = 64 * 24 * 60 * MINUTE;
const DAY = 24 * 60 * MINUTE;

/** Rows of hours and days whose last charge was before this moment may be left out. @param latest - the last charge of the budget */
export function forgottenBefore(latest: number): number {
  // A row ends up to a day after its last charge.
  return latest - KEPT - DAY;
}

/** Whether a row may be missing: then what it holds counts whole, so that a window errs by a day, to the safe side. */
export function isForgettable(span: Span, number: number, latest: number): boolean {
  if (span !== 'hour' && span !== 'day') return false;
  const length = (span === 'hour' ? partSizes.day : partSizes.era) * MINUTE;
  return (number + 1) * length <= latest - KEPT;
}

/** The places in which a charge of a moment counts, one a span, from the whole to the minute. */
export function bucketPlaces(at: number): readonly BucketPlace[] {
  const minute = Math.floor(at / MINUTE);
  let number = 0;
  return spans.map((span) => {
    const part = Math.floor(minute / partSizes[span]);
    const place = { span, number, part };
    number = part;
    return place;
  });
}

/** Whether a charge counts in a window: the minute in which the window begins counts whole. */
export function isCounted(at: number, since: number): boolean {
  return since <= 0 || Math.floor(at / MINUTE) >= Math.floor(since / MINUTE);
}

/**
 * What was charged from a moment on, without an end: a charge by a clock that was ahead counts, too. The minute of `since` counts
 * whole, so that the sum errs by less than a minute, to the safe side. Where rows were left out, the day counts whole.
 * @param latest - the last charge of the budget
 * @throws CustosError RECORD_DAMAGED: sums are missing or do not fit each other
 */
export function sumSince(sumsOf: SumsOf, since: number, latest = 0): bigint {
  let whole: bigint | undefined;
  let sum = 0n;
  for (const { span, number, part } of bucketPlaces(Math.max(since, 0))) {
    const found = sumsOf(span, number);
    if (whole !== undefined && found === undefined && isForgettable(span, number, latest)) return sum + whole;
    const sums = found ?? new Map<number, bigint>();
    if (whole !== undefined && totalOf(sums) !== whole) throw unfit(span);
    // Everything is what one row says: no row below it is needed.
    if (since <= 0) return totalOf(sums);
    for (const [one, amount] of sums) if (one > part) sum += amount;
    whole = sums.get(part);
    if (whole === undefined) return sum;
  }
  return sum + (whole ?? 0n);
}

/**
 * The rows of one budget after a charge; a negative amount takes one back. Rows that were left out stay so.
 * @param latest - the last charge of the budget before
 * @returns the changed rows, from the whole to the hour
 * @throws CustosError RECORD_DAMAGED: sums are missing or do not fit each other, or less was charged
 */
export function chargeSums(
  sumsOf: SumsOf,
  { at, amount, latest = 0 }: { readonly at: number; readonly amount: bigint; readonly latest?: number },
): readonly (BucketPlace & { sums: Sums })[] {
  let whole: bigint | undefined;
  const isKept = ({ span, number }: BucketPlace) =>
    sumsOf(span, number) !== undefined || !isForgettable(span, number, latest);
  const places = bucketPlaces(at);
  const kept = places.findIndex((place) => !isKept(place));
  return places.slice(0, kept < 0 ? undefined : kept).map((place) => {
    const { span, number, part } = place;
    const sums = sumsOf(span, number) ?? new Map<number, bigint>();
    if (whole !== undefined && totalOf(sums) !== whole) throw unfit(span);
    whole = sums.get(part) ?? 0n;
    const next = new Map(sums);
    const left = whole + amount;
    if (left < 0n) throw unfit(span);
    if (left === 0n) next.delete(part);
    else next.set(part, left);
    return { ...place, sums: next };
  });
}

/**
 * Minutes in which a budget may have been charged, to be kept as one list of minutes: such a budget costs one row, and any other one
 * a row of each span.
 */
export const MOST_MINUTES = 32;

/** As `sumSince`, of a list of minutes. */
export function sumMinutes(minutes: Sums, since: number): bigint {
  if (since <= 0) return totalOf(minutes);
  const first = Math.floor(since / MINUTE);
  let sum = 0n;
  for (const [minute, amount] of minutes) if (minute >= first) sum += amount;
  return sum;
}

/** A list of minutes after a charge. @throws CustosError RECORD_DAMAGED: less was charged than is taken back */
export function chargeMinutes(
  minutes: Sums | undefined,
  { at, amount }: { readonly at: number; readonly amount: bigint },
): Sums {
  const minute = Math.floor(at / MINUTE);
  const next = new Map(minutes);
  const left = (next.get(minute) ?? 0n) + amount;
  if (left < 0n) throw damaged('the sums of a budget do not fit each other (minutes)');
  if (left === 0n) next.delete(minute);
  else next.set(minute, left);
  return next;
}

/** The rows of all spans that say what a list of minutes says. */
export function spansOfMinutes(minutes: Sums): readonly { span: Span; number: number; sums: Sums }[] {
  const rows = new Map<string, { span: Span; number: number; sums: Map<number, bigint> }>();
  for (const [minute, amount] of minutes) {
    for (const { span, number, part } of bucketPlaces(minute * MINUTE)) {
      const row = rows.get(`${span} ${number}`) ?? { span, number, sums: new Map() };
      rows.set(`${span} ${number}`, row);
      row.sums.set(part, (row.sums.get(part) ?? 0n) + amount);
    }
  }
  return [...rows.values()];
}

export function totalOf(sums: Sums): bigint {
  let total = 0n;
  for (const amount of sums.values()) total += amount;
  return total;
}

/** The text form: a part and its sum in decimal digits, by rising parts: `17 250,18 1`. Empty if nothing was charged. */
export function sumsText(sums: Sums): string {
  const parts = [...sums].sort(([one], [other]) => one - other);
  return parts.map(([part, amount]) => `${part} ${amount}`).join(',');
}

/** @throws CustosError RECORD_DAMAGED: a text that `sumsText` does not make */
export function parseSums(text: string): Sums {
  const sums = new Map<number, bigint>();
  if (text === '') return sums;
  for (const one of text.split(',')) {
    const [, part, amount] = /^(0|[1-9]\d{0,15}) ([1-9]\d*)$/.exec(one) ?? [];
    if (part === undefined || amount === undefined) throw damaged('the sums of a budget cannot be read');
    sums.set(Number(part), BigInt(amount));
  }
  if (sumsText(sums) !== text) throw damaged('the sums of a budget cannot be read');
  return sums;
}

function unfit(span: Span): CustosError {
  return damaged(`the sums of a budget do not fit each other (${span})`);
}

function damaged(text: string): CustosError {
  return new CustosError('RECORD_DAMAGED', text);
}
