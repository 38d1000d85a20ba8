import { CustosError } from '../../core/errors.js';
import type { Store } from '../../core/store/store.js';
import { storeExists } from '../../storage/open-store.js';
import { makeRootKey, makeStoreId } from '../../vault/key-slots.js';
import { openVault } from '../../vault/vault.js';
import type { House } from '../house.js';
import { storeLocation } from '../store/location.js';
import { type Checked, checkEntry } from './check.js';
import { type MigrationEntry, parseEntries } from './entries.js';
import { readLegacyFile } from './legacy-file.js';
import { readOldPassword } from './password.js';
import { type MigrationReport, type Outcome, reportOf } from './report.js';
import type { Keeper } from './verbatim.js';

/** An old file, read; nothing of it has been tried yet. */
export interface Migration {
  readonly file: string;
  readonly entries: readonly MigrationEntry[];
  /** Said when the file is damaged; `entries` are then what can still be read. */
  readonly damage?: string;
}

export interface MigrateOptions {
  /** Tries and compares everything, and writes nothing. */
  readonly dryRun: boolean;
  /** Imports what is good although something is broken. */
  readonly skipBroken: boolean;
  readonly progress?: (done: number) => void;
}

/** Secrets being tried at the same time; their key stretching runs on Node's thread pool. */
const PARALLEL = 8;

/**
 * Reads a `wallet.dat` of Tatum KMS, or what its `export` prints; the file is never written.
 * @throws CustosError IMPORT_INVALID, PASSWORD_WRONG, PASSWORD_MISSING, PASSWORD_SOURCE
 */
export async function readMigration(house: House, file: string): Promise<Migration> {
  const { entries, damage } = await readLegacyFile(file, () => readOldPassword(house));
  return { file, entries: parseEntries(entries), ...(damage !== undefined && { damage }) };
}

/**
 * Tries every secret against what is recorded of it, and imports all wallets in one transaction: when one of them is broken,
 * none, unless `skipBroken` is set. Wallets that the store has already are left as they are, so a second run adds nothing.
 * @throws CustosError STORE_*, PASSWORD_*
 */
export async function migrate(house: House, migration: Migration, options: MigrateOptions): Promise<MigrationReport> {
  const stored = await storeExists(storeLocation(house.config));
  const outcomes = stored ? await tryInStore(house, migration, options) : await tryAside(house, migration, options);
  const isWhole = migration.damage === undefined && outcomes.every(({ result }) => result !== 'broken');
  const hasFresh = outcomes.some(({ result }) => result === 'notImported');
  if (options.dryRun || !hasFresh || !(isWhole || options.skipBroken)) return reportOf(migration, outcomes);
  const store = await house.storeForAdding();
  // A store that was made just now seals with keys of its own.
  const final = stored ? outcomes : await tryInStore(house, migration, { ...options, progress: () => undefined });
  const fresh = final.filter(({ result }) => result === 'notImported');
  await store.wallets.add(fresh.flatMap(({ checked }) => checked.made?.sealed ?? []));
  const imported = final.map((item): Outcome => (fresh.includes(item) ? { ...item, result: 'imported' } : item));
  return reportOf(migration, imported);
}

async function tryInStore(house: House, migration: Migration, options: MigrateOptions): Promise<readonly Outcome[]> {
  const store = await house.store();
  const keeper: Keeper = {
    vault: await house.vault(),
    rootKey: await house.rootKey(),
    storeId: store.storeId,
    chains: house.chains,
  };
  return compare(store, keeper, await checkAll(keeper, migration.entries, options));
}

/** Before a store is made, secrets are tried in a vault that is thrown away. */
async function tryAside(house: House, migration: Migration, options: MigrateOptions): Promise<readonly Outcome[]> {
  const { chains } = house;
  const [rootKey, storeId] = [makeRootKey(), makeStoreId()];
  const vault = openVault({ rootKey, storeId, chains });
  try {
    const checked = await checkAll({ vault, rootKey, storeId, chains }, migration.entries, options);
    return checked.map((item) => ({ checked: item, result: item.made === undefined ? 'broken' : 'notImported' }));
  } finally {
    vault.wipe();
    rootKey.fill(0);
  }
}

async function checkAll(
  keeper: Keeper,
  entries: readonly MigrationEntry[],
  { progress }: MigrateOptions,
): Promise<readonly Checked[]> {
  const checked: Checked[] = [];
  let next = 0;
  let done = 0;
  const lane = async () => {
    for (let at = next++; at < entries.length; at = next++) {
      const entry = entries[at];
      if (entry === undefined) return;
      checked[at] = await checkEntry(keeper, entry);
      progress?.(++done);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, lane));
  return checked;
}

/** A signature ID that the store has is no error with the same secret, and one with another. */
async function compare(store: Store, { vault }: Keeper, all: readonly Checked[]): Promise<readonly Outcome[]> {
  const ids = all.flatMap(({ made }) => made?.wallet.signatureId ?? []);
  const existing = new Map((await store.wallets.get(ids)).map((record) => [record.signatureId, record]));
  return all.map((checked): Outcome => {
    const { made } = checked;
    if (made === undefined) return { checked, result: 'broken' };
    const record = existing.get(made.wallet.signatureId);
    if (record === undefined) return { checked, result: 'notImported' };
    const { sealed } = made;
    const same = record.chain === sealed.chain && record.network === sealed.network && vault.sameSecret(record, sealed);
    if (same) return { checked, result: 'alreadyThere' };
    const error = new CustosError(
      'SIGNATURE_ID_EXISTS',
      'the signature ID already belongs to another wallet of the store',
    );
    const { made: _made, ...rest } = checked;
    return { checked: { ...rest, error }, result: 'broken' };
  });
}
