import type { Compilable, Expression, Kysely } from 'kysely';
import { chunks } from '../core/pages.js';
import type { Database } from './database.js';
import { listQuery } from './value-lists.js';

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
  const query = listQuery((db: Kysely<T>, keys = []) => build(db, keys));
  let waiting: Promise<ReadonlyMap<string, readonly R[]>> | undefined;
  let keys = new Set<string>();

  async function readWaiting(): Promise<ReadonlyMap<string, readonly R[]>> {
    await new Promise((resolve) => setImmediate(resolve));
    const asked = [...keys];
    [waiting, keys] = [undefined, new Set()];
    return database.read(async (db) => {
      const found = new Map<string, R[]>();
      for (const part of chunks(asked, ROWS)) {
        for (const row of (await query(db, part)).rows) {
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
