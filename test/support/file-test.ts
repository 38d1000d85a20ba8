import { test } from 'vitest';
import { onPostgres } from './postgres.js';

/** A test that is about the file of SQLite: on PostgreSQL it is skipped, and says why. */
export function fileTest(why: string): typeof test | typeof test.skip {
  if (!onPostgres) return test;
  console.info(`skipped on PostgreSQL: ${why}`);
  return test.skip;
}
