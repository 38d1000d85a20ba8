import { type Clock, systemClock } from '../core/clock.js';
import type { Store } from '../core/store/store.js';
import { isPostgresUrl, refuseOtherUrl } from './location.js';
import { fileExists } from './sqlite/location.js';
import { createSqliteStore, openSqliteStore } from './sqlite/store.js';
import type { NewStore } from './store-parts.js';

/**
 * True when a store, or for a path anything, is at the location: a path of a SQLite file, or a `postgres://` URL.
 * @throws CustosError STORE_UNREACHABLE, STORE_UNSUPPORTED, STORE_FOREIGN: the database has tables of our names in another form
 */
export async function storeExists(location: string): Promise<boolean> {
  if (isPostgresUrl(location)) return (await postgres()).postgresStoreExists(location);
  refuseOtherUrl(location);
  return fileExists(location);
}

/**
 * Makes a new store with its key slots, completely or not at all.
 * @throws CustosError STORE_EXISTS, STORE_FOREIGN, STORE_FULL, STORE_READ_ONLY, STORE_UNREACHABLE, STORE_UNSUPPORTED
 */
export async function createStore(location: string, content: NewStore, clock: Clock = systemClock): Promise<Store> {
  if (isPostgresUrl(location)) return (await postgres()).createPostgresStore(location, content, clock);
  refuseOtherUrl(location);
  return createSqliteStore(location, content, clock);
}

/**
 * Opens an existing store.
 * @throws CustosError STORE_MISSING, STORE_FOREIGN, STORE_DAMAGED, STORE_NEWER, STORE_READ_ONLY, STORE_UNREACHABLE, STORE_UNSUPPORTED
 */
export async function openStore(location: string, clock: Clock = systemClock): Promise<Store> {
  if (isPostgresUrl(location)) return (await postgres()).openPostgresStore(location, clock);
  refuseOtherUrl(location);
  return openSqliteStore(location, clock);
}

/** Loaded only when it is needed. */
function postgres(): Promise<typeof import('./postgres/store.js')> {
  return import('./postgres/store.js');
}
