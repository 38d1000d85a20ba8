import type { Kysely } from 'kysely';
import { CustosError } from '../core/errors.js';
import { type KeySlot, slotGeneration } from '../core/store/store.js';
import type { DialectName } from './database.js';
import type { StoreTables } from './schema.js';

/** The row of `meta` with the number of the root key. Stores of older formats have their first one. */
export const GENERATION_KEY = 'root_generation';
export const FIRST_GENERATION = 1;

type Tables = Kysely<StoreTables>;

/** Which root key the store's content is sealed under: 1 for the first, one more after each `rekey`. */
export function parseGeneration(value: string | undefined): number {
  if (value === undefined) return FIRST_GENERATION;
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new CustosError('STORE_DAMAGED', 'the store does not say which root key it has');
}

export interface RootCheck {
  readonly dialect: DialectName;
  /** The root key that the caller's keys come from. */
  readonly generation: number;
}

/**
 * Checks inside a write that the store still has the root key that it was opened with, and keeps that key until the
 * transaction ends. A record sealed under a former key could not be opened any more.
 * @throws CustosError STORE_REKEYED
 */
export async function requireGeneration(db: Tables, { dialect, generation }: RootCheck): Promise<void> {
  const row = await db
    .selectFrom('meta')
    .select('value')
    .where('key', '=', GENERATION_KEY)
    // On SQLite one transaction writes at a time.
    .$if(dialect === 'postgres', (query) => query.forShare())
    .executeTakeFirst();
  if (parseGeneration(row?.value) !== generation) throw rekeyed();
}

export function rekeyed(): CustosError {
  return new CustosError('STORE_REKEYED', 'the store was given a new root key since it was opened');
}

/** The slots of this root key: a slot of a former key that was put back is skipped. */
export function slotsOf(slots: readonly KeySlot[], generation: number): readonly KeySlot[] {
  return slots.filter((slot) => slotGeneration(slot) === generation);
}
