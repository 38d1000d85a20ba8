import type { Kysely } from 'kysely';
import { systemClock } from '../core/clock.js';
import { CustosError } from '../core/errors.js';
import type { Database, DialectName } from './database.js';
import { createTables } from './migrations/0001-first.js';
import { addLeases } from './migrations/0002-leases.js';
import { addJournalMacs } from './migrations/0003-journal-macs.js';
import { addRootGeneration } from './migrations/0003-root-generation.js';
import { addTransactionIds } from './migrations/0003-transaction-ids.js';
import { addApprovals } from './migrations/0004-approvals.js';
import { addAudit } from './migrations/0005-audit.js';
import { addBudgets } from './migrations/0005-budgets.js';
import { addFreezes } from './migrations/0005-freezes.js';
import { addPolicies } from './migrations/0005-policies.js';
import { addWalletControl } from './migrations/0005-wallet-control.js';
import { addAccess } from './migrations/0006-access.js';
import { addEvents } from './migrations/0006-events.js';
import { addIntake } from './migrations/0006-intake.js';
import { addUsers } from './migrations/0006-users.js';
import { addWalletLookup } from './migrations/0006-wallet-lookup.js';
import { joinReservations } from './migrations/0007-budgets.js';
import { type ColumnTypes, typesOf } from './migrations/column-types.js';
import { lockMigrations } from './postgres/tables.js';
import { FIRST_GENERATION, GENERATION_KEY, parseGeneration } from './root-generation.js';
import type { StoreTables } from './schema.js';

/** What brings a store of each format to the next one, beginning with an empty database. */
export const storeSteps: readonly ((db: Kysely<StoreTables>, types: ColumnTypes) => Promise<void>)[] = [
  createTables,
  addLeases,
  async (db, types) => {
    await addTransactionIds(db, types);
    await addRootGeneration(db);
    await addJournalMacs(db, types);
  },
  addApprovals,
  async (db, types) => {
    await addFreezes(db, types);
    await addPolicies(db, types);
    await addWalletControl(db, types);
    await addAudit(db, types);
    await addBudgets(db, types);
  },
  async (db, types) => {
    await addIntake(db, types);
    await addAccess(db, types);
    await addWalletLookup(db, types);
    await addEvents(db, types);
    await addUsers(db, types);
  },
  joinReservations,
];

/** Version of the tables and their content (docs/wallet-store.md). */
const STORE_FORMAT = storeSteps.length;

/** What distinguishes one store from another, and from itself before it got another root key. */
export interface StoreIdentity {
  readonly storeId: string;
  readonly generation: number;
}

/** Makes the tables of an empty database. Runs inside a write transaction. */
export async function makeTables(
  db: Kysely<StoreTables>,
  storeId: string,
  dialect: DialectName,
  generation = FIRST_GENERATION,
): Promise<void> {
  for (const step of storeSteps) await step(db, typesOf(dialect));
  const meta = {
    store_id: storeId,
    format: String(STORE_FORMAT),
    created_at: String(systemClock.now()),
    [GENERATION_KEY]: String(generation),
  };
  const rows = Object.entries(meta).map(([key, value]) => ({ key, value }));
  await db.insertInto('meta').values(rows).execute();
}

/**
 * Brings a store of an older format up to date, in one transaction.
 * @param shown - the location as errors may name it
 * @returns the store id, and the number of its root key
 * @throws CustosError STORE_NEWER, STORE_DAMAGED
 */
export async function prepareStore(database: Database<StoreTables>, shown: string): Promise<StoreIdentity> {
  const { format, ...identity } = await database.read((db) => readMeta(db, shown));
  if (format === STORE_FORMAT) return identity;
  await database.write(async (db) => {
    if (database.dialect === 'postgres') await lockMigrations(db);
    // Another process may have done it meanwhile.
    const now = await readMeta(db, shown);
    for (const step of storeSteps.slice(now.format)) await step(db, typesOf(database.dialect));
    if (now.format === STORE_FORMAT) return;
    const value = String(STORE_FORMAT);
    const first = { key: GENERATION_KEY, value: String(FIRST_GENERATION) };
    await db
      .insertInto('meta')
      .values(first)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await db.updateTable('meta').set({ value }).where('key', '=', 'format').execute();
  });
  return identity;
}

async function readMeta(db: Kysely<StoreTables>, shown: string): Promise<StoreIdentity & { format: number }> {
  const rows = await db.selectFrom('meta').selectAll().execute();
  const meta = new Map(rows.map(({ key, value }) => [key, value]));
  const format = Number(meta.get('format'));
  if (format > STORE_FORMAT) {
    throw new CustosError('STORE_NEWER', `${shown} has format ${format}, this program knows ${STORE_FORMAT}`);
  }
  const storeId = meta.get('store_id') ?? '';
  if (!Number.isInteger(format) || format < 1 || !/^[0-9a-f]{32}$/.test(storeId)) {
    throw new CustosError('STORE_DAMAGED', `${shown} has no readable format or store id`);
  }
  return { storeId, generation: parseGeneration(meta.get(GENERATION_KEY)), format };
}
