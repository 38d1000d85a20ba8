import type { Compilable, CompiledQuery, Kysely } from 'kysely';
import { CustosError } from '../core/errors.js';
import { runCompiled, withParameters } from './compiled-query.js';

/** Rows of one step. */
const A_FEW = 4;

/** A text that was kept, with the columns whose values it takes, in their order. */
interface Kept {
  readonly query: CompiledQuery;
  readonly columns: readonly string[];
}

/**
 * Inserts whole rows. The text of a statement for many rows takes as long to write as SQLite takes to insert them, so texts are kept:
 * for the largest number of rows, for a few, and for powers of two.
 * @param build - inserts rows   @param most - rows in one statement
 * @returns for rows that all have the same columns: how many were inserted; it rejects others with INTERNAL, before anything is
 *   written
 */
export function rowsInsert<T, R extends object>(
  build: (db: Kysely<T>, rows: readonly R[]) => Compilable,
  most: number,
): (db: Kysely<T>, rows: readonly R[]) => Promise<number> {
  const known = new WeakMap<Kysely<T>, Map<number, Kept>>();
  return async (db, rows) => {
    const texts = known.get(db) ?? new Map<number, Kept>();
    known.set(db, texts);
    const queries: CompiledQuery[] = [];
    for (let at = 0; at < rows.length; ) {
      const left = rows.length - at;
      const size = left >= most ? most : left <= A_FEW ? left : 2 ** Math.floor(Math.log2(left));
      const part = rows.slice(at, at + size);
      const { query, columns } = texts.get(size) ?? kept(build(db, part).compile(), part);
      texts.set(size, { query, columns });
      const parameters: unknown[] = [];
      for (const row of part) addValues(parameters, row, columns);
      queries.push(withParameters(query, parameters));
      at += size;
    }
    // All are sent before the first is answered.
    const results = await Promise.all(queries.map((query) => runCompiled(db, query)));
    return results.reduce((sum, { numAffectedRows = 0n }) => sum + Number(numAffectedRows), 0);
  };
}

function kept<R extends object>(query: CompiledQuery, [first]: readonly R[]): Kept {
  return { query, columns: Object.keys(first ?? {}) };
}

/** A row that lacks a column, or has another one, would shift the values of those behind it. @throws CustosError INTERNAL */
function addValues(values: unknown[], row: object, columns: readonly string[]): void {
  let isWhole = Object.keys(row).length === columns.length;
  for (const column of columns) {
    const value: unknown = Reflect.get(row, column);
    isWhole &&= value !== undefined;
    values.push(value);
  }
  if (!isWhole) throw new CustosError('INTERNAL', `a row has other columns than ${columns.join(', ')}`);
}
