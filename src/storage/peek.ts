import type { KeySlot } from '../core/store.js';
import { slotFromRow } from './slot-rows.js';
import { databaseError } from './sqlite-errors.js';
import { openSqlite } from './sqlite-module.js';
import { checkStoreFile } from './store-file.js';

/** What opens a store: enough to begin the key derivation. */
export interface StoreKeys {
  readonly storeId: string;
  readonly slots: readonly KeySlot[];
}

/**
 * Reads store id and key slots with nothing but SQLite, so that scrypt can work while the rest of the program loads.
 * Whether the store is whole and of a known format is `openStore`'s business.
 * @throws CustosError STORE_MISSING, STORE_FOREIGN, STORE_DAMAGED, STORE_READ_ONLY
 */
export async function peekStoreKeys(location: string): Promise<StoreKeys> {
  await checkStoreFile(location);
  try {
    const connection = await openSqlite(location, { readOnly: true });
    try {
      const [meta] = connection.prepare("SELECT value FROM meta WHERE key = 'store_id'").all();
      const rows = connection.prepare('SELECT * FROM key_slots ORDER BY created_at, id').all();
      const storeId = typeof meta === 'object' && meta !== null && 'value' in meta ? String(meta.value) : '';
      return { storeId, slots: rows.map(slotFromRow) };
    } finally {
      connection.close();
    }
  } catch (error) {
    throw databaseError(error, location);
  }
}
