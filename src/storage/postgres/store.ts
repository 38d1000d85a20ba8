import type { Kysely } from 'kysely';
import type { AuditEvent } from '../../core/audit/events.js';
import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import type { Store } from '../../core/store/store.js';
import type { Database, RecordAll } from '../database.js';
import { FREEZE_CHANNEL } from '../freezes/freezes.js';
import { FIRST_GENERATION } from '../root-generation.js';
import type { StoreTables } from '../schema.js';
import { makeTables, prepareStore, type StoreIdentity } from '../store-format.js';
import { type NewStore, storeTables } from '../store-parts.js';
import { slotRow } from '../wallets/slots.js';
import { openPostgresDatabase, type PostgresDatabase } from './database.js';
import { parsePostgresUrl } from './location.js';
import { rekeyLocks } from './locks.js';
import { listenTo } from './notices.js';
import { hasTables, lockMigrations, requireUnicode, type TableMarks } from './tables.js';

const marks: TableMarks = {
  meta: ['key', 'value'],
  key_slots: ['id', 'kind', 'salt', 'box'],
  wallets: ['signature_id', 'public_box', 'secret_box'],
  transactions: ['id', 'state', 'generation', 'pending'],
  transaction_events: ['transaction_id', 'place', 'fact'],
};

/** @throws CustosError STORE_UNREACHABLE, STORE_FOREIGN, STORE_UNSUPPORTED */
export async function postgresStoreExists(location: string): Promise<boolean> {
  const { shown } = parsePostgresUrl(location);
  const database = await openPostgresDatabase<StoreTables>(location);
  try {
    return await database.read((db) => hasTables(db, marks, shown));
  } finally {
    await database.close();
  }
}

/**
 * Makes a new store in one transaction, beside other content of the database.
 * @throws CustosError STORE_EXISTS, STORE_FOREIGN, STORE_FULL, STORE_READ_ONLY, STORE_UNREACHABLE, STORE_UNSUPPORTED
 */
export async function createPostgresStore(location: string, content: NewStore, clock: Clock): Promise<Store> {
  const { shown } = parsePostgresUrl(location);
  const { storeId, slots, fill, generation = FIRST_GENERATION } = content;
  const database = await openPostgresDatabase<StoreTables>(location);
  try {
    await database.write(async (db) => {
      await lockMigrations(db);
      await requireUnicode(db, shown);
      if (await hasTables(db, marks, shown)) throw new CustosError('STORE_EXISTS', `${shown} holds a store already`);
      await makeTables(db, storeId, database.dialect, generation);
      await db.insertInto('key_slots').values(slots.map(slotRow)).execute();
      await fill?.(storeTables(within(db), generation, clock));
    });
    return assemble(database, { storeId, generation }, { location, clock });
  } catch (error) {
    await database.close();
    throw error;
  }
}

/**
 * Opens an existing store.
 * @throws CustosError STORE_MISSING, STORE_FOREIGN, STORE_DAMAGED, STORE_NEWER, STORE_UNREACHABLE, STORE_UNSUPPORTED
 */
export async function openPostgresStore(location: string, clock: Clock): Promise<Store> {
  const { shown } = parsePostgresUrl(location);
  const database = await openPostgresDatabase<StoreTables>(location);
  try {
    if (!(await database.read((db) => hasTables(db, marks, shown)))) throw missing(shown);
    return assemble(database, await prepareStore(database, shown), { location, clock });
  } catch (error) {
    await database.close();
    throw error;
  }
}

function missing(shown: string): CustosError {
  return new CustosError('STORE_MISSING', `there is no wallet store at ${shown}`);
}

/** Reads and writes inside a transaction that is already open. */
function within(db: Kysely<StoreTables>): Database<StoreTables> {
  let recordAll: RecordAll<StoreTables> | undefined;
  return {
    dialect: 'postgres',
    read: (work) => work(db),
    async write(work) {
      const events: AuditEvent[] = [];
      const result = await work(db, (event) => void events.push(event));
      await recordAll?.(db, events);
      return result;
    },
    recordWith(record) {
      recordAll = record;
    },
    close: async () => undefined,
  };
}

function assemble(
  database: PostgresDatabase<StoreTables>,
  identity: StoreIdentity,
  { location, clock }: { location: string; clock: Clock },
): Store {
  const url = parsePostgresUrl(location);
  const { shown } = url;
  const tables = storeTables(database, identity.generation, clock);
  const locks = rekeyLocks(database, identity);
  return {
    storeId: identity.storeId,
    location: shown,
    shared: true,
    ...tables,
    freezes: { ...tables.freezes, listen: (onChange) => listenTo(url, FREEZE_CHANNEL, onChange) },
    // Daemons share the work by leases, and leave the leases of others alone.
    lockForDaemon: locks.shared,
    lockForRekey: locks.alone,
    // Damaged pages show when rows are read; this checks that all tables exist.
    async check() {
      if (!(await database.read((db) => hasTables(db, marks, shown)))) throw missing(shown);
    },
    close: () => database.close(),
  };
}
