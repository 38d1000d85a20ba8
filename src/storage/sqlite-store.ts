import { sql } from 'kysely';
import { systemClock } from '../core/clock.js';
import { CustosError } from '../core/errors.js';
import type { KeySlot, Store } from '../core/store.js';
import { lockForDaemon } from './daemon-lock.js';
import { type Database, openDatabase, refuseUrl } from './database.js';
import { journalTable } from './journal.js';
import { journalRecords } from './journal-records.js';
import type { StoreTables } from './migrations/0001-first.js';
import { slotRow } from './slot-rows.js';
import { slotTable } from './slots.js';
import { APPLICATION_ID, checkStoreFile, fileExists, placeNewFile } from './store-file.js';
import { makeTables, prepareStore } from './store-format.js';
import { walletTable } from './wallets.js';

/** @throws CustosError STORE_UNREACHABLE, STORE_UNSUPPORTED */
export function storeExists(location: string): Promise<boolean> {
  refuseUrl(location);
  return fileExists(location);
}

export interface NewStore {
  readonly storeId: string;
  readonly slots: readonly KeySlot[];
  /** Fills the store before it gets its name, as a restore does. */
  readonly fill?: (store: Pick<Store, 'wallets' | 'journalRecords'>) => Promise<void>;
}

/**
 * Makes a new store with its key slots; it is there whole or not at all.
 * @throws CustosError STORE_EXISTS, STORE_FULL, STORE_READ_ONLY, STORE_UNREACHABLE, STORE_UNSUPPORTED
 */
export async function createStore(location: string, { storeId, slots, fill }: NewStore): Promise<Store> {
  refuseUrl(location);
  await placeNewFile(location, async (temporary) => {
    const database = await openDatabase<StoreTables>(temporary, { journal: 'delete' });
    try {
      await database.write(async (db) => {
        await sql`PRAGMA application_id = ${sql.lit(APPLICATION_ID)}`.execute(db);
        await makeTables(db, storeId);
        await db.insertInto('key_slots').values(slots.map(slotRow)).execute();
      });
      await fill?.({ wallets: walletTable(database), journalRecords: journalRecords(database) });
    } finally {
      await database.close();
    }
  });
  return openStore(location);
}

/**
 * Opens an existing store.
 * @throws CustosError STORE_MISSING, STORE_FOREIGN, STORE_DAMAGED, STORE_NEWER, STORE_READ_ONLY, STORE_UNREACHABLE, STORE_UNSUPPORTED
 */
export async function openStore(location: string): Promise<Store> {
  refuseUrl(location);
  await checkStoreFile(location);
  const database = await openSound(location);
  try {
    return assemble(database, location, await prepareStore(database, location));
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** The file's first bytes are known to be a store's, so what SQLite cannot take for a database is damaged, not foreign. */
async function openSound(location: string): Promise<Database<StoreTables>> {
  try {
    return await openDatabase<StoreTables>(location);
  } catch (error) {
    if (!(error instanceof CustosError) || error.code !== 'STORE_FOREIGN') throw error;
    throw new CustosError('STORE_DAMAGED', `${location} is damaged`, { cause: error });
  }
}

function assemble(database: Database<StoreTables>, location: string, storeId: string): Store {
  let unlock: (() => void) | undefined;
  const journal = journalTable(database, systemClock);
  return {
    storeId,
    location,
    shared: false,
    wallets: walletTable(database),
    slots: slotTable(database),
    journal,
    journalRecords: journalRecords(database),
    async lockForDaemon() {
      unlock = await lockForDaemon(location);
      // Whoever held anything has ended, in whatever way.
      await journal.endLeases();
    },
    async check() {
      const found = await database.read(async (db) => {
        const result = await sql<Record<string, string>>`PRAGMA integrity_check(20)`.execute(db);
        return result.rows.flatMap((row) => Object.values(row));
      });
      if (found.join() !== 'ok') throw new CustosError('STORE_DAMAGED', `${location} is damaged: ${found.join('; ')}`);
    },
    async close() {
      await database.close();
      unlock?.();
    },
  };
}
