import { CustosError } from '../../core/errors.js';
import { chunks } from '../../core/pages.js';
import {
  bucketPlaces,
  chargeSums,
  forgottenBefore,
  type Span,
  type Sums,
  sumSince,
  sumsText,
} from '../../core/store/buckets.js';
import { compiledQuery, type Holes } from '../compiled-query.js';
import type { Tables } from '../journal/entries.js';
import { sealOf } from '../journal/seal.js';
import { rowsInsert } from '../rows-insert.js';
import type { StoreTables } from '../schema.js';
import { listNames, listSize, listValues } from '../value-lists.js';
import { readRow, rememberRow } from './known-rows.js';

type Row = StoreTables['budget_sums'];

/** A budget, and the moments whose sums are needed. */
export interface BudgetMoments {
  readonly budget: string;
  readonly moments: readonly number[];
}

interface Known {
  readonly sums: Map<string, Sums>;
  /** The latest moment that was charged; 0 if nothing ever was. */
  latest: number;
  readonly changed: Set<string>;
}

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
    const missing = new Map<string, Set<string>>();
    for (const { budget, moments } of wanted) {
      for (const span of ['total', ...moments.flatMap(spansOf)]) {
        const place = `${span} ${budget}`;
        if (this.#read.has(place)) continue;
        this.#read.add(place);
        missing.set(budget, (missing.get(budget) ?? new Set()).add(span));
      }
    }
    if (missing.size === 0) return;
    const spans = new Set([...missing.values()].flatMap((one) => [...one]));
    for (const budgets of chunks([...missing.keys()], MOST_BUDGETS)) {
      for (const row of await rowsOf(this.#db, budgets, [...spans])) this.#take(row);
    }
    await this.#requireWhole([...missing.keys()].filter((budget) => !this.#of(budget).sums.has('total')));
  }

  /** What was charged from a moment on. @throws CustosError RECORD_DAMAGED */
  used(budget: string, since: number): bigint {
    return named(budget, () => sumSince(this.#sumsOf(budget), since, this.latest(budget)));
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
    const rows = [...this.#known].flatMap(([budget, { sums, latest, changed }]) =>
      [...changed].map((span) => {
        const own: Sums = sums.get(span) ?? new Map();
        const bare = { budget, span, sums: sumsText(own), at: latest };
        const row = { ...bare, mac: seal.of('budget_sums', bare) };
        rememberRow(this.#db, row, own);
        return row;
      }),
    );
    await writeRows(this.#db, rows);
    for (const budget of this.#aged) await forget(this.#db, budget, forgottenBefore(this.latest(budget)));
    this.#aged.clear();
    for (const { changed } of this.#known.values()) changed.clear();
  }

  #of(budget: string): Known {
    const known = this.#known.get(budget) ?? { sums: new Map(), latest: 0, changed: new Set() };
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
    if (!known.sums.has(span)) known.sums.set(span, sums);
    known.latest = Math.max(known.latest, Number(at));
  }

  /** A budget without a whole was never charged: then there is no other row of it either. */
  async #requireWhole(budgets: readonly string[]): Promise<void> {
    for (const part of chunks(budgets, MOST_BUDGETS)) {
      const size = listSize(part.length);
      const select = traces.get(size) ?? selectTraces(size);
      traces.set(size, select);
      const { rows } = await select(this.#db, textsOf(listValues('budget', part, size)));
      for (const { budget } of rows) throw damagedBudget(budget);
    }
  }
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

export function damagedBudget(budget: string, cause?: unknown): CustosError {
  const text = `what the journal says of the budget "${budget}" was changed by somebody who has no key of this store`;
  return new CustosError('RECORD_DAMAGED', text, { details: { budget }, cause });
}

/** Budgets that one query asks for. */
const MOST_BUDGETS = 64;
const ROWS_AT_ONCE = 64;

type Texts = Readonly<Record<string, string>>;

function selectRows(budgets: number, spans: number) {
  return compiledQuery((db: Tables, hole: Holes<Texts>) =>
    db
      .selectFrom('budget_sums')
      .selectAll()
      .where('budget', 'in', listNames('budget', budgets).map(hole))
      .where('span', 'in', listNames('span', spans).map(hole)),
  );
}

const selects = new Map<string, ReturnType<typeof selectRows>>();

/** Budgets of which there is anything. */
function selectTraces(budgets: number) {
  return compiledQuery((db: Tables, hole: Holes<Texts>) => {
    const wanted = listNames('budget', budgets).map(hole);
    return db
      .selectFrom('budget_sums')
      .select('budget')
      .where('budget', 'in', wanted)
      .union(db.selectFrom('budget_reservations').select('budget').where('budget', 'in', wanted))
      .limit(1);
  });
}

const traces = new Map<number, ReturnType<typeof selectTraces>>();

async function rowsOf(db: Tables, budgets: readonly string[], spans: readonly string[]): Promise<readonly Row[]> {
  const [most, longest] = [listSize(budgets.length), listSize(spans.length)];
  const shape = `${most} ${longest}`;
  const select = selects.get(shape) ?? selectRows(most, longest);
  selects.set(shape, select);
  const values = textsOf([...listValues('budget', budgets, most), ...listValues('span', spans, longest)]);
  return (await select(db, values)).rows;
}

function textsOf(values: readonly (readonly [string, string | undefined])[]): Texts {
  return Object.fromEntries(values.map(([name, value]) => [name, value ?? '']));
}

const writeRows = rowsInsert(
  (db: Tables, rows: readonly Row[]) =>
    db
      .insertInto('budget_sums')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['budget', 'span']).doUpdateSet({
          sums: (row) => row.ref('excluded.sums'),
          at: (row) => row.ref('excluded.at'),
          mac: (row) => row.ref('excluded.mac'),
        }),
      ),
  ROWS_AT_ONCE,
);

/** Deletes rows of hours and days that no window tells apart any more. Rows above them have their sums. */
async function forget(db: Tables, budget: string, before: number): Promise<void> {
  await db
    .deleteFrom('budget_sums')
    .where('budget', '=', budget)
    .where('at', '<', before)
    .where((row) => row.or([row('span', 'like', 'hour %'), row('span', 'like', 'day %')]))
    .execute();
}
