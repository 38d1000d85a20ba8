import { CustosError } from '../../core/errors.js';
import {
  bucketPlaces,
  chargeMinutes,
  chargeSums,
  forgottenBefore,
  isForgettable,
  MOST_MINUTES,
  type Span,
  type Sums,
  spansOfMinutes,
  sumMinutes,
  sumSince,
  sumsText,
} from '../../core/store/buckets.js';
import type { Tables } from '../journal/entries.js';
import { sealOf } from '../journal/seal.js';
import type { StoreTables } from '../schema.js';
import { readRow, rememberRow } from './known-rows.js';
import { chargedBefore, deleteMinutes, forget, MINUTES, rowsOf, writeNames, writeRows } from './sum-rows.js';

type Row = StoreTables['budget_sums'];

/** A budget, and the moments whose sums are needed. */
export interface BudgetMoments {
  readonly budget: string;
  readonly moments: readonly number[];
}

interface Known {
  /** Of a budget that was charged in few minutes: all of them. Then there is no other row. */
  minutes: Sums | undefined;
  readonly sums: Map<string, Sums>;
  /** The latest moment that was charged; 0 if nothing ever was. */
  latest: number;
  readonly changed: Set<string>;
  /** Never charged before this work. */
  isNew: boolean;
  /** Its row of minutes is taken apart by this work. */
  isSplit: boolean;
}

/** Every budget has one of these rows. */
const wholes = [MINUTES, 'total'];

/** The rows with the sums of budgets, as far as one unit of work reads and changes them. */
export class BudgetSums {
  readonly #db: Tables;
  readonly #known = new Map<string, Known>();
  readonly #read = new Set<string>();
  /** Budgets of which a new day began: what is too old to be told apart is looked for once a day. */
  readonly #aged = new Set<string>();

  constructor(db: Tables) {
    this.#db = db;
  }

  /** Reads what charges and windows of these moments need. @throws CustosError RECORD_DAMAGED */
  async load(wanted: readonly BudgetMoments[]): Promise<void> {
    await this.#loadWholes(new Set(wanted.map(({ budget }) => budget)));
    const missing = new Map<string, Set<string>>();
    for (const { budget, moments } of wanted) {
      if (this.#of(budget).minutes !== undefined) continue;
      for (const span of new Set(moments.flatMap(spansOf))) {
        const place = `${span} ${budget}`;
        if (this.#read.has(place)) continue;
        this.#read.add(place);
        missing.set(budget, (missing.get(budget) ?? new Set()).add(span));
      }
    }
    if (missing.size === 0) return;
    const spans = new Set([...missing.values()].flatMap((one) => [...one]));
    for (const row of await rowsOf(this.#db, [...missing.keys()], [...spans])) this.#take(row);
  }

  /** Reads the row that each budget has. @throws CustosError RECORD_DAMAGED */
  async #loadWholes(budgets: ReadonlySet<string>): Promise<void> {
    const fresh = [...budgets].filter((budget) => !this.#read.has(`total ${budget}`));
    for (const row of await rowsOf(this.#db, fresh, wholes)) this.#take(row);
    const unknown = fresh.filter((budget) => {
      this.#read.add(`total ${budget}`);
      const { minutes, sums } = this.#of(budget);
      const isSplit = sums.has('total');
      if (minutes !== undefined && isSplit) throw damagedBudget(budget);
      return minutes === undefined && !isSplit;
    });
    for (const budget of await chargedBefore(this.#db, unknown)) throw damagedBudget(budget);
    for (const budget of unknown) Object.assign(this.#of(budget), { minutes: new Map(), isNew: true });
  }

  /** What was charged from a moment on. @throws CustosError RECORD_DAMAGED */
  used(budget: string, since: number): bigint {
    const { minutes, latest } = this.#of(budget);
    if (minutes !== undefined) return sumMinutes(minutes, since);
    return named(budget, () => sumSince(this.#sumsOf(budget), since, latest));
  }

  /** The latest moment that was charged to a budget: its clock never goes back. */
  latest(budget: string): number {
    return this.#known.get(budget)?.latest ?? 0;
  }

  /** @param amount - negative: takes a charge of that moment back. @throws CustosError RECORD_DAMAGED */
  charge(budget: string, at: number, amount: bigint): void {
    const known = this.#of(budget);
    const { latest } = known;
    known.latest = Math.max(latest, at);
    if (known.minutes !== undefined) {
      known.minutes = named(budget, () => chargeMinutes(known.minutes, { at, amount }));
      known.changed.add(MINUTES);
      if (known.minutes.size > MOST_MINUTES) split(known);
      return;
    }
    for (const { span, number, sums } of named(budget, () =>
      chargeSums(this.#sumsOf(budget), { at, amount, latest }),
    )) {
      if (span === 'day' && latest > 0 && !known.sums.has(spanName(span, number))) this.#aged.add(budget);
      known.sums.set(spanName(span, number), sums);
      known.changed.add(spanName(span, number));
    }
  }

  /** Writes what was charged. */
  async flush(): Promise<void> {
    const seal = sealOf(this.#db);
    const rows = [...this.#known].flatMap(([budget, { minutes, sums, latest, changed }]) =>
      [...changed].map((span) => {
        const own: Sums = (span === MINUTES ? minutes : sums.get(span)) ?? new Map();
        const bare = { budget, span, sums: sumsText(own), at: latest };
        const row = { ...bare, mac: seal.of('budget_sums', bare) };
        rememberRow(this.#db, row, own);
        return row;
      }),
    );
    await writeRows(this.#db, rows);
    const names = [...this.#known].flatMap(([budget, { isNew, changed }]) =>
      isNew && changed.size > 0 ? { budget } : [],
    );
    await writeNames(this.#db, names);
    for (const [budget, { isSplit }] of this.#known) if (isSplit) await deleteMinutes(this.#db, budget);
    for (const budget of this.#aged) await forget(this.#db, budget, forgottenBefore(this.latest(budget)));
    this.#aged.clear();
    for (const known of this.#known.values()) {
      if (known.changed.size > 0) known.isNew = false;
      known.isSplit = false;
      known.changed.clear();
    }
  }

  #of(budget: string): Known {
    const found = this.#known.get(budget);
    if (found !== undefined) return found;
    const known: Known = {
      minutes: undefined,
      sums: new Map(),
      latest: 0,
      changed: new Set(),
      isNew: false,
      isSplit: false,
    };
    this.#known.set(budget, known);
    return known;
  }

  #sumsOf(budget: string): (span: Span, number: number) => Sums | undefined {
    const { sums } = this.#of(budget);
    return (span, number) => sums.get(spanName(span, number));
  }

  #take(row: Row): void {
    const { budget, span, at } = row;
    const sums = named(budget, () => readRow(this.#db, row));
    if (sums === undefined) throw damagedBudget(budget);
    const known = this.#of(budget);
    // What this work has changed is newer.
    if (span === MINUTES) known.minutes ??= sums;
    else if (!known.sums.has(span)) known.sums.set(span, sums);
    known.latest = Math.max(known.latest, Number(at));
  }
}

/** From now on a row of each span has what was charged. */
function split(known: Known): void {
  const { minutes = new Map<number, bigint>(), latest } = known;
  known.changed.clear();
  for (const { span, number, sums } of spansOfMinutes(minutes)) {
    if (isForgettable(span, number, latest)) continue;
    known.sums.set(spanName(span, number), sums);
    known.changed.add(spanName(span, number));
  }
  known.minutes = undefined;
  known.isSplit = true;
}

/** The text in which a row names its span. */
function spanName(span: Span, number: number): string {
  return span === 'total' ? span : `${span} ${number}`;
}

function spansOf(moment: number): readonly string[] {
  return bucketPlaces(Math.max(moment, 0)).map(({ span, number }) => spanName(span, number));
}

/** Says which budget is damaged. */
function named<T>(budget: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof CustosError && error.code === 'RECORD_DAMAGED') throw damagedBudget(budget, error);
    throw error;
  }
}

function damagedBudget(budget: string, cause?: unknown): CustosError {
  const text = `what the journal says of the budget "${budget}" was changed by somebody who has no key of this store`;
  return new CustosError('RECORD_DAMAGED', text, { details: { budget }, cause });
}
