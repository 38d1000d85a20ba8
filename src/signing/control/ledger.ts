import { CustosError } from '../../core/errors.js';
import {
  type BucketPlace,
  bucketPlaces,
  isForgettable,
  MOST_MINUTES,
  type Span,
  type Sums,
  spansOfMinutes,
  sumMinutes,
  totalOf,
} from '../../core/store/buckets.js';
import type { BudgetWindow } from '../../core/store/budgets.js';

const MINUTE = 60_000;

/** The sums of one span, and the sum of these. */
interface Row {
  readonly parts: Map<number, bigint>;
  total: bigint;
}

/** Sums of one budget by their span and its number. */
type Rows = Map<string, Row>;

/** Most budgets are those of one wallet or destination, and are charged in few minutes: a list of these takes a quarter of the memory. */
type Budget =
  | { readonly kind: 'minutes'; readonly minutes: Map<number, bigint> }
  | { kind: 'rows'; readonly rows: Rows };

/** What was charged to budgets. A budget may count for ever; only minutes and hours of long ago are joined to days. */
export class Ledger {
  readonly #budgets = new Map<string, Budget>();
  /** The highest moment that was known: it never goes back. */
  #latest = 0;

  /** @throws CustosError RECORD_DAMAGED */
  used({ budget, since }: BudgetWindow): bigint {
    const known = this.#budgets.get(budget);
    if (known === undefined) return 0n;
    return known.kind === 'minutes' ? sumMinutes(known.minutes, since) : sumRows(known.rows, since, this.#latest);
  }

  /** @param amount - negative to take a charge back @throws CustosError RECORD_DAMAGED: less was charged; nothing was changed */
  charge(budget: string, at: number, amount: bigint): void {
    const known = this.#budgets.get(budget) ?? { kind: 'minutes', minutes: new Map<number, bigint>() };
    if (known.kind === 'rows') chargeRows(known.rows, { at, amount, latest: this.#latest });
    else add(known.minutes, Math.floor(at / MINUTE), amount);
    this.#budgets.set(
      budget,
      known.kind === 'minutes' && known.minutes.size > MOST_MINUTES ? inRows(known.minutes) : known,
    );
    this.#latest = Math.max(this.#latest, at);
  }

  /** Leaves out what no window tells apart any more. @param now - no charge was later */
  forget(now: number): void {
    this.#latest = Math.max(this.#latest, now);
    for (const known of this.#budgets.values()) {
      if (known.kind === 'minutes') continue;
      for (const key of known.rows.keys()) if (isOld(key, this.#latest)) known.rows.delete(key);
    }
  }

  /** All rows, for a snapshot. */
  *rows(): Generator<{ readonly budget: string; readonly row: string; readonly sums: Sums }> {
    for (const [budget, known] of this.#budgets) {
      const rows = known.kind === 'rows' ? known.rows : inRows(known.minutes).rows;
      for (const [row, { parts: sums }] of rows) if (!isOld(row, this.#latest)) yield { budget, row, sums };
    }
  }

  /** No charge of a snapshot was later. */
  restoreClock(latest: number): void {
    this.#latest = latest;
  }

  /** Puts a row of a snapshot back. */
  restore(budget: string, row: string, sums: Sums): void {
    const known = this.#budgets.get(budget);
    const rows: Rows = known?.kind === 'rows' ? known.rows : new Map();
    rows.set(row, { parts: new Map(sums), total: totalOf(sums) });
    this.#budgets.set(budget, { kind: 'rows', rows });
  }
}

function inRows(minutes: Sums): Budget & { kind: 'rows' } {
  const rows: Rows = new Map();
  for (const { span, number, sums } of spansOfMinutes(minutes)) {
    rows.set(keyOf({ span, number }), { parts: new Map(sums), total: totalOf(sums) });
  }
  return { kind: 'rows', rows };
}

/** As `sumSince` of core, without adding up again what is known. @throws CustosError RECORD_DAMAGED */
function sumRows(rows: Rows, since: number, latest: number): bigint {
  let whole: bigint | undefined;
  let sum = 0n;
  for (const place of bucketPlaces(Math.max(since, 0))) {
    const row = rows.get(keyOf(place));
    if (whole !== undefined && row === undefined && isForgettable(place.span, place.number, latest)) return sum + whole;
    requireFit(row, whole, place);
    if (since <= 0) return row?.total ?? 0n;
    for (const [part, amount] of row?.parts ?? []) if (part > place.part) sum += amount;
    whole = row?.parts.get(place.part);
    if (whole === undefined) return sum;
  }
  return sum + (whole ?? 0n);
}

interface Charging {
  readonly at: number;
  readonly amount: bigint;
  readonly latest: number;
}

/** As `chargeSums` of core, in place. Rows that were left out stay so. @throws CustosError RECORD_DAMAGED: nothing was changed */
function chargeRows(rows: Rows, { at, amount, latest }: Charging): void {
  const places = bucketPlaces(at);
  const gone = places.findIndex((place) => !rows.has(keyOf(place)) && isForgettable(place.span, place.number, latest));
  const kept = gone < 0 ? places : places.slice(0, gone);
  let whole: bigint | undefined;
  for (const place of kept) {
    const row = rows.get(keyOf(place));
    requireFit(row, whole, place);
    whole = row?.parts.get(place.part) ?? 0n;
    if (whole + amount < 0n) throw unfit(place.span);
  }
  for (const place of kept) {
    const row = rows.get(keyOf(place)) ?? { parts: new Map<number, bigint>(), total: 0n };
    rows.set(keyOf(place), row);
    add(row.parts, place.part, amount);
    row.total += amount;
  }
}

/** What is 0 is left out. @throws CustosError RECORD_DAMAGED */
function add(sums: Map<number, bigint>, part: number, amount: bigint): void {
  const left = (sums.get(part) ?? 0n) + amount;
  if (left < 0n) throw unfit('minutes');
  if (left === 0n) sums.delete(part);
  else sums.set(part, left);
}

/** Each part of a row is the sum of the row below it. @throws CustosError RECORD_DAMAGED */
function requireFit(row: Row | undefined, whole: bigint | undefined, { span }: BucketPlace): void {
  if (whole !== undefined && (row?.total ?? 0n) !== whole) throw unfit(span);
}

function unfit(span: Span | 'minutes'): CustosError {
  return new CustosError('RECORD_DAMAGED', `the sums of a budget do not fit each other (${span})`);
}

function isOld(key: string, latest: number): boolean {
  const [span, number] = key.split(' ');
  return (span === 'hour' || span === 'day') && isForgettable(span, Number(number), latest);
}

function keyOf({ span, number }: Pick<BucketPlace, 'span' | 'number'>): string {
  return `${span} ${number}`;
}
