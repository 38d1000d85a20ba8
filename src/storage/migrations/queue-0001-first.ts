import { type Generated, type Kysely, sql } from 'kysely';
import { CustosError } from '../../core/errors.js';

/** Tables of the gateway's queue, which is a database of its own. */
export interface QueueTables {
  pending_transactions: {
    /** Order of submission. */
    seq: Generated<number>;
    id: string;
    chain: string;
    network: string;
    /** JSON list of signature IDs. */
    hashes: string;
    key_index: number | null;
    serialized: string;
    state: string;
    tx_id: string | null;
    created_at: number;
  };
  /** One row for each wallet of a transaction that is still pending: the index that polls go by. */
  pending_hashes: { signature_id: string; chain: string; network: string; seq: number };
  reported_errors: { pending_id: string; place: number; at: number; error: string };
  idempotency_keys: { key: string; digest: string; pending_id: string };
}

/** Marks a SQLite file as a queue (`application_id`): the letters CUSQ. */
const APPLICATION_ID = 0x43555351;
/** Format of the tables (`user_version`). */
const FORMAT = 1;

/**
 * Makes the tables of an empty file, and refuses a file that is no queue of this format. Runs inside a write transaction.
 * @throws CustosError STORE_FOREIGN, STORE_NEWER
 */
export async function prepareQueue(database: Kysely<QueueTables>, location: string): Promise<void> {
  const application = await pragma(database, 'application_id');
  const format = await pragma(database, 'user_version');
  if (application === 0 && format === 0 && (await isEmpty(database))) {
    await createTables(database);
    await sql`PRAGMA application_id = ${sql.lit(APPLICATION_ID)}`.execute(database);
    await sql`PRAGMA user_version = ${sql.lit(FORMAT)}`.execute(database);
    return;
  }
  if (application !== APPLICATION_ID) throw new CustosError('STORE_FOREIGN', `${location} is not a gateway's queue`);
  if (format > FORMAT) {
    throw new CustosError('STORE_NEWER', `the queue ${location} has format ${format}, this program knows ${FORMAT}`);
  }
}

async function pragma(database: Kysely<QueueTables>, name: 'application_id' | 'user_version'): Promise<number> {
  const { rows } = await sql<Record<string, number>>`PRAGMA ${sql.raw(name)}`.execute(database);
  return rows[0]?.[name] ?? 0;
}

async function isEmpty(database: Kysely<QueueTables>): Promise<boolean> {
  const { rows } = await sql`SELECT name FROM sqlite_master LIMIT 1`.execute(database);
  return rows.length === 0;
}

async function createTables(database: Kysely<QueueTables>): Promise<void> {
  const schema = database.schema;
  await schema
    .createTable('pending_transactions')
    .addColumn('seq', 'integer', (column) => column.primaryKey())
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('chain', 'text', (column) => column.notNull())
    .addColumn('network', 'text', (column) => column.notNull())
    .addColumn('hashes', 'text', (column) => column.notNull())
    .addColumn('key_index', 'integer')
    .addColumn('serialized', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('tx_id', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await schema
    .createIndex('pending_transactions_by_chain')
    .on('pending_transactions')
    .columns(['state', 'chain', 'network', 'seq'])
    .execute();
  await schema
    .createTable('pending_hashes')
    .addColumn('signature_id', 'text', (column) => column.notNull())
    .addColumn('chain', 'text', (column) => column.notNull())
    .addColumn('network', 'text', (column) => column.notNull())
    .addColumn('seq', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('pending_hashes_key', ['signature_id', 'seq'])
    .execute();
  await schema.createIndex('pending_hashes_by_seq').on('pending_hashes').column('seq').execute();
  await schema
    .createTable('reported_errors')
    .addColumn('pending_id', 'text', (column) => column.notNull())
    .addColumn('place', 'integer', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('error', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('reported_errors_key', ['pending_id', 'place'])
    .execute();
  await schema
    .createTable('idempotency_keys')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('pending_id', 'text', (column) => column.notNull())
    .execute();
}
