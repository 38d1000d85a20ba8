import type { Kysely } from 'kysely';
import { CustosError } from '../core/errors.js';
import { type KeySlot, slotGeneration } from '../core/store/store.js';
import type { Database, DialectName } from './database.js';
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
  // On SQLite one transaction writes at a time.
  const query = generationRow(db).$if(dialect === 'postgres', (row) => row.forShare());
  const row = await query.executeTakeFirst();
  if (parseGeneration(row?.value) !== generation) throw rekeyed();
}

function generationRow(db: Tables) {
  return db.selectFrom('meta').select('value').where('key', '=', GENERATION_KEY);
}

async function presentGeneration(db: Tables): Promise<number> {
  return parseGeneration((await generationRow(db).executeTakeFirst())?.value);
}

/** Codes of what does not verify under a root key. */
const unverified: ReadonlySet<string> = new Set(['RECORD_DAMAGED', 'AUDIT_BROKEN']);

/**
 * The database of a store that was opened with one root key. Where that key was replaced since, everything that another process
 * wrote looks damaged, so whoever reads hears what happened in place of an alarm.
 */
export function underRoot(database: Database<StoreTables>, generation: number): Database<StoreTables> {
  const explain = async (error: unknown): Promise<never> => {
    const looksDamaged = error instanceof CustosError && unverified.has(error.code);
    // A database that cannot be asked says nothing better.
    const present = looksDamaged ? await database.read(presentGeneration).catch(() => generation) : generation;
    throw present === generation ? error : rekeyed();
  };
  return {
    dialect: database.dialect,
    read: (work) => database.read(work).catch(explain),
    write: (work, options) => database.write(work, options).catch(explain),
    recordWith: (recordAll, memory) => database.recordWith(recordAll, memory),
    close: () => database.close(),
  };
}

export function rekeyed(): CustosError {
  return new CustosError('STORE_REKEYED', 'the store was given a new root key since it was opened');
}

/** The slots of this root key: a slot of a former key that was put back is skipped. */
export function slotsOf(slots: readonly KeySlot[], generation: number): readonly KeySlot[] {
  return slots.filter((slot) => slotGeneration(slot) === generation);
}
