import { CustosError } from '../errors.js';

/**
 * The sums of one budget, so that a charge and the sum of a window cost the same however many charges there were. The `total`
 * row lists the sum of each era, an `era` row those of its days, a `day` row those of its hours, and an `hour` row those of its
 * minutes. Each part of a row is the sum of the row below it, so that a row that is missing or older than the others is found.
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
 * whole, so that the sum errs by less than a minute, to the safe side.
 * @throws CustosError RECORD_DAMAGED: sums are missing or do not fit each other
 */
export function sumSince(sumsOf: SumsOf, since: number): bigint {
  let whole: bigint | undefined;
  let sum = 0n;
  for (const { span, number, part } of bucketPlaces(Math.max(since, 0))) {
    const sums = sumsOf(span, number) ?? new Map<number, bigint>();
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
 * The rows of one budget after a charge; a negative amount takes one back.
 * @returns the changed rows, from the whole to the hour
 * @throws CustosError RECORD_DAMAGED: sums are missing or do not fit each other, or less was charged
 */
export function chargeSums(sumsOf: SumsOf, at: number, amount: bigint): readonly (BucketPlace & { sums: Sums })[] {
  let whole: bigint | undefined;
  return bucketPlaces(at).map((place) => {
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
