import type { Compilable, Expression, Kysely } from 'kysely';
import { chunks } from '../core/pages.js';
import { compiledQuery, type Holes } from './compiled-query.js';
import type { Database } from './database.js';
import { listNames, listSize, listValues } from './value-lists.js';

type Keys = Readonly<Record<string, string>>;

/** Keys in one statement. */
const ROWS = 64;

/** How the rows of many keys are asked for. */
interface Together<T, R> {
  /** @param keys - the values of one list */
  build(db: Kysely<T>, keys: readonly Expression<string>[]): Compilable<R>;
  keyOf(row: R): string;
}

/**
 * Reads with one statement what is asked for by different keys in the same turn of the event loop: transactions come in batches, and
 * each asks for rows of its own.
 * @returns finds the rows of one key, in the order of the statement; it rejects with STORE_*
 */
export function readTogether<T, R>(
  database: Database<T>,
  { build, keyOf }: Together<T, R>,
): (key: string) => Promise<readonly R[]> {
  const queries = new Map<number, ReturnType<typeof compiledQuery<T, Keys, R>>>();
  let waiting: Promise<ReadonlyMap<string, readonly R[]>> | undefined;
  let keys = new Set<string>();

  const queryOf = (size: number) => {
    const query =
      queries.get(size) ??
      compiledQuery((db: Kysely<T>, hole: Holes<Keys>) => build(db, listNames('key', size).map(hole)));
    queries.set(size, query);
    return query;
  };

  async function readWaiting(): Promise<ReadonlyMap<string, readonly R[]>> {
    await new Promise((resolve) => setImmediate(resolve));
    const asked = [...keys];
    [waiting, keys] = [undefined, new Set()];
    return database.read(async (db) => {
      const found = new Map<string, R[]>();
      for (const part of chunks(asked, ROWS)) {
        const size = listSize(part.length);
        const values = listValues('key', part, size).map(([name, key]) => [name, key ?? ''] as const);
        for (const row of (await queryOf(size)(db, Object.fromEntries(values))).rows) {
          const own = found.get(keyOf(row));
          if (own === undefined) found.set(keyOf(row), [row]);
          else own.push(row);
        }
      }
      return found;
    });
  }

  return async (key) => {
    keys.add(key);
    waiting ??= readWaiting();
    return (await waiting).get(key) ?? [];
  };
}
