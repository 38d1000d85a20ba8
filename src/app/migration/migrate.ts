import type { ChainRegistry } from '../../core/chain/chain.js';
import { CustosError } from '../../core/errors.js';
import { inParallel } from '../../core/parallel.js';
import type { Store } from '../../core/store/store.js';
import { makeRootKey, makeStoreId } from '../../vault/key-slots.js';
import { openVault } from '../../vault/vault.js';
import { walletEvents } from '../audit/wallets.js';
import { compareWithStore } from '../wallets/compare.js';
import { type OpenStore, STRETCHED_AT_ONCE } from '../wallets/open-wallets.js';
import { type Checked, checkEntry, type Keeper } from './check.js';
import { type MigrationEntry, parseEntries } from './entries.js';
import { readLegacyFile } from './legacy-file.js';
import { type OldPasswordMeans, readOldPassword } from './password.js';
import { type MigrationReport, type Outcome, reportOf } from './report.js';

/** The content of an old file, not tried yet. */
export interface Migration {
  readonly file: string;
  readonly entries: readonly MigrationEntry[];
  /** Set if the file is damaged; `entries` are then the readable ones. */
  readonly damage?: string;
}

export interface MigrateOptions {
  /** Tries and compares everything, and writes nothing. */
  readonly dryRun: boolean;
  /** Imports good entries even if others are broken. */
  readonly skipBroken: boolean;
  readonly progress?: (done: number) => void;
}

/**
 * Reads a `wallet.dat` of Tatum KMS, or what its `export` prints; the file is never written.
 * @throws CustosError IMPORT_INVALID, PASSWORD_WRONG, PASSWORD_MISSING, PASSWORD_SOURCE
 */
export async function readMigration(file: string, password: OldPasswordMeans): Promise<Migration> {
  const { entries, damage } = await readLegacyFile(file, () => readOldPassword(password));
  return { file, entries: parseEntries(entries), ...(damage !== undefined && { damage }) };
}

/** The parts that a migration needs. */
export interface MigrateParts {
  readonly chains: ChainRegistry;
  /** Whether there is a store to move them to. */
  exists(): Promise<boolean>;
  open(): Promise<OpenStore>;
  /** Makes a store when there is none. */
  openForAdding(): Promise<OpenStore>;
}

/**
 * Compares every secret with its recorded facts, and imports all wallets in one transaction. If one of them is broken, it imports
 * none, unless `skipBroken` is set. It skips wallets that the store already has, so a second run adds nothing.
 * @throws CustosError STORE_*, PASSWORD_*
 */
export async function migrate(
  parts: MigrateParts,
  migration: Migration,
  options: MigrateOptions,
): Promise<MigrationReport> {
  const { chains } = parts;
  const isStored = await parts.exists();
  const outcomes = isStored
    ? await tryInStore({ ...(await parts.open()), chains }, migration, options)
    : await tryAside(chains, migration, options);
  const isWhole = migration.damage === undefined && outcomes.every(({ result }) => result !== 'broken');
  const hasFresh = outcomes.some(({ result }) => result === 'notImported');
  if (options.dryRun || !hasFresh || !(isWhole || options.skipBroken)) return reportOf(migration, outcomes);
  const open = await parts.openForAdding();
  // The new store seals with its own keys.
  const silently = { ...options, progress: () => undefined };
  const final = isStored ? outcomes : await tryInStore({ ...open, chains }, migration, silently);
  const fresh = final.filter(({ result }) => result === 'notImported');
  const sealed = fresh.flatMap(({ checked }) => checked.made?.sealed ?? []);
  const events = walletEvents(
    'wallet.imported',
    sealed.map(({ signatureId }) => signatureId),
  );
  await open.store.wallets.add(sealed, events);
  const imported = final.map((item): Outcome => (fresh.includes(item) ? { ...item, result: 'imported' } : item));
  return reportOf(migration, imported);
}

type OpenPlace = OpenStore & Pick<MigrateParts, 'chains'>;

async function tryInStore(
  { store, vault, chains }: OpenPlace,
  migration: Migration,
  options: MigrateOptions,
): Promise<readonly Outcome[]> {
  const keeper: Keeper = { vault, chains };
  return compare(store, keeper, await checkAll(keeper, migration.entries, options));
}

/** Tries secrets in a temporary vault, before a store is made. */
async function tryAside(
  chains: ChainRegistry,
  migration: Migration,
  options: MigrateOptions,
): Promise<readonly Outcome[]> {
  const [rootKey, storeId] = [makeRootKey(), makeStoreId()];
  const vault = openVault({ rootKey, storeId, chains });
  try {
    const checked = await checkAll({ vault, chains }, migration.entries, options);
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
  let done = 0;
  return inParallel(entries, STRETCHED_AT_ONCE, async (entry) => {
    const checked = await checkEntry(keeper, entry);
    progress?.(++done);
    return checked;
  });
}

/** A signature ID that the store already has is an error only if the secret differs. */
async function compare(store: Store, { vault }: Keeper, all: readonly Checked[]): Promise<readonly Outcome[]> {
  const standingOf = await compareWithStore(
    store.wallets,
    vault,
    all.flatMap(({ made }) => made ?? []),
  );
  return all.map((checked): Outcome => {
    const { made, ...rest } = checked;
    if (made === undefined) return { checked, result: 'broken' };
    const standing = standingOf(made);
    if (standing !== 'other') return { checked, result: standing === 'new' ? 'notImported' : 'alreadyThere' };
    const error = new CustosError(
      'SIGNATURE_ID_EXISTS',
      'the signature ID already belongs to another wallet of the store',
    );
    return { checked: { ...rest, error }, result: 'broken' };
  });
}
