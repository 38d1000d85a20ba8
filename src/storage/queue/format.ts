import { type Kysely, sql } from 'kysely';
import { CustosError } from '../../core/errors.js';
import type { Database } from '../database.js';
import { type ColumnTypes, typesOf } from '../migrations/column-types.js';
import { createTables } from '../migrations/queue/0001-first.js';
import { addOutputs } from '../migrations/queue/0002-outputs.js';
import { addProgress } from '../migrations/queue/0003-progress.js';
import { addKeys } from '../migrations/queue/0004-keys.js';
import { addSubscriptions } from '../migrations/queue/0005-subscriptions.js';
import { widenNumbers } from '../migrations/queue/0006-wide-numbers.js';
import { widenPlaces } from '../migrations/queue/0007-wide-places.js';
import { parsePostgresUrl } from '../postgres/location.js';
import { hasTables, lockMigrations, requireUnicode, type TableMarks } from '../postgres/tables.js';
import type { QueueTables } from './schema.js';

/** Marks a SQLite file as a queue (`application_id`): the letters CUSQ. */
const APPLICATION_ID = 0x43555351;

/** What brings a queue of each format to the next one, beginning with an empty database. */
export const queueSteps: readonly ((db: Kysely<QueueTables>, types: ColumnTypes) => Promise<void>)[] = [
  createTables,
  addOutputs,
  addProgress,
  addKeys,
  addSubscriptions,
  widenNumbers,
  widenPlaces,
];
/** Format of the tables: `user_version` of a SQLite file, `queue_meta` on PostgreSQL. */
const FORMAT = queueSteps.length;

const marks: TableMarks = {
  queue_meta: ['key', 'value'],
  pending_transactions: ['seq', 'hashes', 'serialized', 'state'],
  pending_hashes: ['signature_id', 'seq'],
  reported_errors: ['pending_id', 'place'],
  idempotency_keys: ['key', 'digest'],
};

/**
 * Makes the tables of an empty database, brings those of an older format up to date, and refuses a database that is not a queue.
 * @throws CustosError STORE_FOREIGN, STORE_NEWER, STORE_UNSUPPORTED
 */
export async function prepareQueue(database: Database<QueueTables>, location: string): Promise<void> {
  const types = typesOf(database.dialect);
  await database.write(async (db) => {
    const marked = database.dialect === 'postgres' ? postgresMark(db, location) : sqliteMark(db, location);
    const { format, setFormat } = await marked;
    if (format > FORMAT) {
      const shown = database.dialect === 'postgres' ? parsePostgresUrl(location).shown : location;
      throw new CustosError('STORE_NEWER', `the queue ${shown} has format ${format}, this program knows ${FORMAT}`);
    }
    if (format === FORMAT) return;
    for (const step of queueSteps.slice(format)) await step(db, types);
    await setFormat();
  });
}

/** Where a kind of database keeps the format; 0 if it has no queue yet. */
interface Mark {
  readonly format: number;
  setFormat(): Promise<void>;
}

async function sqliteMark(db: Kysely<QueueTables>, path: string): Promise<Mark> {
  const application = await pragma(db, 'application_id');
  const format = await pragma(db, 'user_version');
  const isNew = application === 0 && format === 0 && (await isEmpty(db));
  if (!isNew && application !== APPLICATION_ID)
    throw new CustosError('STORE_FOREIGN', `${path} is not a gateway's queue`);
  return {
    format,
    async setFormat() {
      await sql`PRAGMA application_id = ${sql.lit(APPLICATION_ID)}`.execute(db);
      await sql`PRAGMA user_version = ${sql.lit(FORMAT)}`.execute(db);
    },
  };
}

async function postgresMark(db: Kysely<QueueTables>, location: string): Promise<Mark> {
  const { shown } = parsePostgresUrl(location);
  await lockMigrations(db);
  await requireUnicode(db, shown);
  if (!(await hasTables(db, marks, shown))) {
    await sql`CREATE TABLE queue_meta (key text PRIMARY KEY, value text NOT NULL)`.execute(db);
    await sql`INSERT INTO queue_meta (key, value) VALUES ('format', '0')`.execute(db);
  }
  const { rows } = await sql<{ value: string }>`SELECT value FROM queue_meta WHERE key = 'format'`.execute(db);
  const format = Number(rows[0]?.value);
  if (!Number.isInteger(format)) throw new CustosError('STORE_DAMAGED', `${shown} has no readable format of a queue`);
  return {
    format,
    async setFormat() {
      await sql`UPDATE queue_meta SET value = ${String(FORMAT)} WHERE key = 'format'`.execute(db);
    },
  };
}

async function pragma(db: Kysely<QueueTables>, name: 'application_id' | 'user_version'): Promise<number> {
  const { rows } = await sql<Record<string, number>>`PRAGMA ${sql.raw(name)}`.execute(db);
  return rows[0]?.[name] ?? 0;
}

async function isEmpty(db: Kysely<QueueTables>): Promise<boolean> {
  const { rows } = await sql`SELECT name FROM sqlite_master LIMIT 1`.execute(db);
  return rows.length === 0;
}
