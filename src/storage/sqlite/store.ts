import { sql } from 'kysely';
import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import type { Store } from '../../core/store/store.js';
import type { Database } from '../database.js';
import { FIRST_GENERATION } from '../root-generation.js';
import type { StoreTables } from '../schema.js';
import { makeTables, prepareStore, type StoreIdentity } from '../store-format.js';
import { type NewStore, storeTables } from '../store-parts.js';
import { slotRow } from '../wallets/slots.js';
import { openSqliteDatabase } from './database.js';
import { APPLICATION_ID, checkStoreFile, placeNewFile } from './location.js';
import { lockForDaemon } from './locks.js';
import { refuseRemains } from './one-file.js';

/**
 * Makes a new store with its key slots in a file, completely or not at all.
 * @throws CustosError STORE_EXISTS, STORE_FULL, STORE_READ_ONLY, STORE_UNREACHABLE
 */
export async function createSqliteStore(location: string, content: NewStore, clock: Clock): Promise<Store> {
  const { storeId, slots, fill, generation = FIRST_GENERATION } = content;
  refuseRemains(location);
  await placeNewFile(location, async (temporary) => {
    const database = await openSqliteDatabase<StoreTables>(temporary, { journal: 'delete' });
    try {
      await database.write(async (db) => {
        await sql`PRAGMA application_id = ${sql.lit(APPLICATION_ID)}`.execute(db);
        await makeTables(db, storeId, database.dialect, generation);
        await db.insertInto('key_slots').values(slots.map(slotRow)).execute();
      });
      await fill?.(storeTables(database, generation, clock));
    } finally {
      await database.close();
    }
  });
  return openSqliteStore(location, clock);
}

/**
 * Opens an existing store.
 * @throws CustosError STORE_MISSING, STORE_FOREIGN, STORE_DAMAGED, STORE_NEWER, STORE_READ_ONLY, STORE_UNREACHABLE,
 * STORE_UNSUPPORTED
 */
export async function openSqliteStore(path: string, clock: Clock): Promise<Store> {
  // Log and lock lie beside the file itself, whatever links lead to it: its daemon is the only one under each of its names.
  const location = await checkStoreFile(path);
  const database = await openSound(location);
  try {
    return assemble(database, await prepareStore(database, location), { location, clock });
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** The first bytes of the file are already checked, so a file that SQLite cannot open is damaged, not foreign. */
async function openSound(location: string): Promise<Database<StoreTables>> {
  try {
    return await openSqliteDatabase<StoreTables>(location);
  } catch (error) {
    if (!(error instanceof CustosError) || error.code !== 'STORE_FOREIGN') throw error;
    throw new CustosError('STORE_DAMAGED', `${location} is damaged`, { cause: error });
  }
}

function assemble(
  database: Database<StoreTables>,
  identity: StoreIdentity,
  { location, clock }: { location: string; clock: Clock },
): Store {
  let unlock: (() => void) | undefined;
  const tables = storeTables(database, identity.generation, clock);
  const lock = async () => {
    unlock ??= await lockForDaemon(location);
  };
  return {
    storeId: identity.storeId,
    location,
    shared: false,
    ...tables,
    async lockForDaemon() {
      await lock();
      // Every former holder has ended, for whatever reason.
      await tables.journal.endLeases();
    },
    lockForRekey: lock,
    async check() {
      const found = await database.read(async (db) => {
        const result = await sql<Record<string, string>>`PRAGMA integrity_check(20)`.execute(db);
        return result.rows.flatMap((row) => Object.values(row));
      });
      if (found.join() === 'ok') return;
      const text = found.join('; ').replaceAll(/\s*\n\s*/g, ', ');
      throw new CustosError('STORE_DAMAGED', `${location} is damaged: ${text}`);
    },
    async close() {
      await database.close();
      unlock?.();
    },
  };
}
