import type { Compilable, Expression, Kysely, QueryResult } from 'kysely';
import { compiledQuery, type Holes } from './compiled-query.js';

/** Values of all lists, one after another: their places are the names of their holes. */
type Values = readonly string[];
type List = readonly Expression<string>[];

/**
 * A query about lists of values. Its text depends on how long they are: with powers of two there are few texts, and a shorter list is
 * filled up with its last value.
 * @param build - called once for each text and database, with the holes of each list
 * @returns runs it with as many lists
 */
export function listQuery<T, R>(build: (db: Kysely<T>, ...lists: readonly List[]) => Compilable<R>) {
  const queries = new Map<string, ReturnType<typeof compiledQuery<T, Values, R>>>();
  return (db: Kysely<T>, ...lists: readonly Values[]): Promise<QueryResult<R>> => {
    const sizes = lists.map(({ length }) => 2 ** Math.ceil(Math.log2(Math.max(length, 1))));
    const shape = sizes.join();
    const query = queries.get(shape) ?? compiledQuery((of, hole: Holes<Values>) => build(of, ...holes(sizes, hole)));
    queries.set(shape, query);
    const values: string[] = [];
    for (const [place, list] of lists.entries()) {
      const end = values.length + (sizes[place] ?? 0);
      for (const value of list) values.push(value);
      while (values.length < end) values.push(list.at(-1) ?? '');
    }
    return query(db, values);
  };
}

function holes(sizes: readonly number[], hole: Holes<Values>): readonly List[] {
  let place = 0;
  return sizes.map((size) => Array.from({ length: size }, () => hole(place++)));
}
