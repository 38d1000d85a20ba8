import { chunks } from '../../core/pages.js';
import type { Tables } from '../journal/entries.js';
import { rowsInsert } from '../rows-insert.js';
import type { StoreTables } from '../schema.js';
import { listQuery } from '../value-lists.js';

type Row = StoreTables['budget_sums'];

/** Name of the row of a budget that was charged in few minutes. */
export const MINUTES = 'minutes';

/** Budgets that one query asks for. */
const MOST_BUDGETS = 64;
const ROWS_AT_ONCE = 64;

const selectRows = listQuery((db: Tables, budgets = [], spans = []) =>
  db.selectFrom('budget_sums').selectAll().where('budget', 'in', budgets).where('span', 'in', spans),
);

/** Budgets that were ever charged. */
const selectTraces = listQuery((db: Tables, budgets = []) =>
  db.selectFrom('budget_names').select('budget').where('budget', 'in', budgets).limit(1),
);

/** The rows of budgets that are of one of these spans. */
export async function rowsOf(
  db: Tables,
  budgets: readonly string[],
  spans: readonly string[],
): Promise<readonly Row[]> {
  const found: Row[] = [];
  for (const part of chunks(budgets, MOST_BUDGETS)) {
    found.push(...(await selectRows(db, part, spans)).rows);
  }
  return found;
}

/** Those of these budgets that were charged before, also if no row of theirs is left. */
export async function chargedBefore(db: Tables, budgets: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const part of chunks(budgets, MOST_BUDGETS)) {
    const { rows } = await selectTraces(db, part);
    found.push(...rows.map(({ budget }) => budget));
  }
  return found;
}

export const writeRows = rowsInsert(
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

export const writeNames = rowsInsert(
  (db: Tables, rows: readonly StoreTables['budget_names'][]) =>
    db
      .insertInto('budget_names')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing()),
  ROWS_AT_ONCE,
);

export async function deleteMinutes(db: Tables, budget: string): Promise<void> {
  await db.deleteFrom('budget_sums').where('budget', '=', budget).where('span', '=', MINUTES).execute();
}

/** Deletes rows of hours and days that no window tells apart any more. Rows above them have their sums. */
export async function forget(db: Tables, budget: string, before: number): Promise<void> {
  await db
    .deleteFrom('budget_sums')
    .where('budget', '=', budget)
    .where('at', '<', before)
    .where((row) => row.or([row('span', 'like', 'hour %'), row('span', 'like', 'day %')]))
    .execute();
}
