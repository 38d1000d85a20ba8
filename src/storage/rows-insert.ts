import type { Compilable, CompiledQuery, Kysely } from 'kysely';
import { runCompiled } from './compiled-query.js';

/** Rows of one step. */
const A_FEW = 4;

/**
 * Inserts whole rows. The text of a statement for many rows takes as long to write as SQLite takes to insert them, so texts are kept:
 * for the largest number of rows, for a few, and for powers of two.
 * @param build - inserts rows   @param most - rows in one statement
 * @returns for rows that all have the same columns
 */
export function rowsInsert<T, R extends object>(
  build: (db: Kysely<T>, rows: readonly R[]) => Compilable,
  most: number,
): (db: Kysely<T>, rows: readonly R[]) => Promise<void> {
  const known = new WeakMap<Kysely<T>, Map<number, CompiledQuery>>();
  return async (db, rows) => {
    const texts = known.get(db) ?? new Map<number, CompiledQuery>();
    known.set(db, texts);
    for (let at = 0; at < rows.length; ) {
      const left = rows.length - at;
      const size = left >= most ? most : left <= A_FEW ? left : 2 ** Math.floor(Math.log2(left));
      const part = rows.slice(at, at + size);
      const compiled = texts.get(size) ?? build(db, part).compile();
      texts.set(size, compiled);
      const columns = Object.keys(part[0] ?? {});
      const parameters = part.flatMap((row) => columns.map((column): unknown => Reflect.get(row, column)));
      await runCompiled(db, { ...compiled, parameters });
      at += size;
    }
  };
}
