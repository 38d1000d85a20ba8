import type { KeySlot } from '../core/store/store.js';
import { isPostgresUrl } from './location.js';
import { parsePostgresUrl } from './postgres/location.js';
import { GENERATION_KEY, parseGeneration, slotsOf } from './root-generation.js';
import { openSqlite } from './sqlite/connection.js';
import { databaseError } from './sqlite/errors.js';
import { checkStoreFile } from './sqlite/location.js';
import { slotFromRow } from './wallets/slots.js';

/** What opens a store: enough to begin the key derivation. */
export interface StoreKeys {
  readonly storeId: string;
  readonly generation: number;
  readonly slots: readonly KeySlot[];
}

const META = "SELECT key, value FROM meta WHERE key IN ('store_id', 'root_generation')";
const SLOTS = 'SELECT * FROM key_slots ORDER BY created_at, id';

/**
 * Reads store id and key slots with nothing but the database's client, so that scrypt can work while the rest of the
 * program loads. `openStore` checks whether the store is complete and has a known format.
 * @throws CustosError STORE_MISSING, STORE_FOREIGN, STORE_DAMAGED, STORE_READ_ONLY, STORE_UNREACHABLE
 */
export async function peekStoreKeys(location: string): Promise<StoreKeys> {
  return isPostgresUrl(location) ? peekPostgres(location) : peekFile(location);
}

async function peekFile(path: string): Promise<StoreKeys> {
  const file = await checkStoreFile(path);
  try {
    const connection = await openSqlite(file, { readOnly: true });
    try {
      return toKeys(connection.prepare(META).all(), connection.prepare(SLOTS).all());
    } finally {
      connection.close();
    }
  } catch (error) {
    throw databaseError(error, path);
  }
}

async function peekPostgres(location: string): Promise<StoreKeys> {
  const { connectPostgres } = await import('./postgres/session.js');
  const { postgresError } = await import('./postgres/errors.js');
  const url = parsePostgresUrl(location);
  const session = await connectPostgres(url, { readOnly: true });
  try {
    return toKeys((await session.query(META)).rows, (await session.query(SLOTS)).rows);
  } catch (error) {
    throw postgresError(error, url.shown);
  } finally {
    await session.close();
  }
}

function toKeys(rows: readonly unknown[], slots: readonly unknown[]): StoreKeys {
  const meta = new Map(rows.flatMap((row) => (isMeta(row) ? [[row.key, row.value]] : [])));
  const generation = parseGeneration(meta.get(GENERATION_KEY));
  return { storeId: meta.get('store_id') ?? '', generation, slots: slotsOf(slots.map(slotFromRow), generation) };
}

function isMeta(row: unknown): row is { readonly key: string; readonly value: string } {
  if (typeof row !== 'object' || row === null || !('key' in row) || !('value' in row)) return false;
  return typeof row.key === 'string' && typeof row.value === 'string';
}
