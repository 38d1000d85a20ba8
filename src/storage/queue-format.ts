import { type Kysely, sql } from 'kysely';
import { CustosError } from '../core/errors.js';
import { createTables, type QueueTables } from './migrations/queue-0001-first.js';
import { addOutputs } from './migrations/queue-0002-outputs.js';

/** Marks a SQLite file as a queue (`application_id`): the letters CUSQ. */
const APPLICATION_ID = 0x43555351;
/** Format of the tables (`user_version`). */
const FORMAT = 2;

/**
 * Makes the tables of an empty file, brings those of an older format up to date, and refuses a file that is no queue. Runs inside a write transaction.
 * @throws CustosError STORE_FOREIGN, STORE_NEWER
 */
export async function prepareQueue(database: Kysely<QueueTables>, location: string): Promise<void> {
  const application = await pragma(database, 'application_id');
  const format = await pragma(database, 'user_version');
  if (application === 0 && format === 0 && (await isEmpty(database))) {
    await createTables(database);
    await sql`PRAGMA application_id = ${sql.lit(APPLICATION_ID)}`.execute(database);
  } else if (application !== APPLICATION_ID) {
    throw new CustosError('STORE_FOREIGN', `${location} is not a gateway's queue`);
  }
  if (format > FORMAT) {
    throw new CustosError('STORE_NEWER', `the queue ${location} has format ${format}, this program knows ${FORMAT}`);
  }
  if (format < 2) await addOutputs(database);
  if (format < FORMAT) await sql`PRAGMA user_version = ${sql.lit(FORMAT)}`.execute(database);
}

async function pragma(database: Kysely<QueueTables>, name: 'application_id' | 'user_version'): Promise<number> {
  const { rows } = await sql<Record<string, number>>`PRAGMA ${sql.raw(name)}`.execute(database);
  return rows[0]?.[name] ?? 0;
}

async function isEmpty(database: Kysely<QueueTables>): Promise<boolean> {
  const { rows } = await sql`SELECT name FROM sqlite_master LIMIT 1`.execute(database);
  return rows.length === 0;
}
