import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { CustosError, type ErrorCode } from '../../core/errors.js';
import { Secret } from '../../core/secret.js';
import type { Store } from '../../core/store/store.js';
import { refuseUrl } from '../../storage/location.js';
import { createStore, storeExists } from '../../storage/open-store.js';
import { rekeyed } from '../../storage/root-generation.js';
import { fileExists, placeNewFile } from '../../storage/sqlite/location.js';
import type { Filling } from '../../storage/store-parts.js';
import { type BackupHeader, BackupReader, readHeader } from '../../vault/backup-format.js';
import type { BackupRow } from '../../vault/backup-rows.js';
import { journalKeyOf } from '../../vault/journal-key.js';
import { openWithRecoveryKey } from '../../vault/key-slots.js';
import { recordWhereWritable } from '../audit/unlock.js';
import { shownValue } from '../config/shown-value.js';
import { readFileInParts } from './file-parts.js';
import { openWithKey, type SlotsOfStore, type StoreKey } from './store-key.js';
import { type BackupCount, type BackupOptions, nothing, type RowCount, writeAll } from './write-backup.js';

/**
 * Writes one encrypted, authenticated file with key slots, wallets and journal, reads it back, and only then gives it its name.
 * @throws CustosError BACKUP_EXISTS, STORE_FULL, STORE_READ_ONLY, STORE_REKEYED: the root key was replaced meanwhile
 */
export async function backupStore(store: Store, rootKey: Uint8Array, options: BackupOptions): Promise<BackupCount> {
  const { file } = options;
  refuseUrl(file);
  if (await fileExists(file)) throw new CustosError('BACKUP_EXISTS', `${file} exists already`);
  let count = nothing;
  await placeBackup(file, async (temporary) => {
    const handle = await open(temporary, 'r+');
    try {
      count = await writeAll({ store, rootKey, handle, ...options });
    } finally {
      await handle.close();
    }
    const again = await countRows(temporary, rootKey);
    const isSame = Object.values(counted).every((kind) => again[kind] === count[kind]);
    if (!isSame) throw new CustosError('BACKUP_INVALID', `${file} did not read back as it was written`);
    // Nothing of a new root key was read if the slots of the former one are still there; a user who may only read records nothing.
    if ((await store.slots.all()).length === 0) throw rekeyed();
    const detail = { file: basename(file), wallets: count.wallets, transactions: count.transactions };
    await recordWhereWritable(store.audit, [{ code: 'store.backed-up', detail }]);
  });
  return { wallets: count.wallets, transactions: count.transactions };
}

/** If another backup has taken the name meanwhile, that one stays. */
async function placeBackup(file: string, build: (temporary: string) => Promise<void>): Promise<void> {
  try {
    await placeNewFile(file, build);
  } catch (error) {
    if (!hasCode(error, 'STORE_EXISTS')) throw error;
    throw new CustosError('BACKUP_EXISTS', `${file} exists already`, { cause: error });
  }
}

const counted = {
  wallet: 'wallets',
  owner: 'owners',
  address: 'addresses',
  transaction: 'transactions',
  constitution: 'constitutions',
  policy: 'policies',
  approval: 'approvals',
  freeze: 'freezes',
  tenant: 'tenants',
  token: 'tokens',
  settings: 'settings',
} as const satisfies Record<Exclude<BackupRow['kind'], 'audit'>, keyof RowCount>;

async function countRows(file: string, rootKey: Uint8Array): Promise<RowCount> {
  const count = { ...nothing };
  for await (const rows of readRows(file, rootKey)) {
    for (const { kind } of rows) if (kind !== 'audit') count[counted[kind]]++;
  }
  return count;
}

/**
 * Makes a new store from a backup. The whole file is authenticated before the store gets its name.
 * @param password - a password of the store at the time of the backup, or its recovery key; or what reads it, or the key of a
 * slot, once the slots are known
 * @throws CustosError BACKUP_INVALID, PASSWORD_WRONG, SLOT_*, STORE_EXISTS, STORE_FULL, STORE_READ_ONLY
 */
export async function restoreStore(
  file: string,
  {
    password,
    location,
  }: { password: Secret | ((find: () => Promise<SlotsOfStore>) => Promise<StoreKey>); location: string },
): Promise<BackupCount> {
  if (await storeExists(location)) throw new CustosError('STORE_EXISTS', `${shownValue(location)} exists already`);
  const header = await readBackupHeader(file);
  const key = password instanceof Secret ? { secret: password } : await password(async () => header);
  const rootKey = await openEither(header, key);
  try {
    // The first pass checks that every byte is unchanged; nothing is made before that.
    const count = await countRows(file, rootKey);
    const { storeId, slots, rootGeneration: generation = 1 } = header;
    const store = await createStore(location, {
      storeId,
      slots,
      generation,
      fill: (empty) => fillStore(empty, file, { header, rootKey }),
    });
    await store.close();
    return { wallets: count.wallets, transactions: count.transactions };
  } finally {
    rootKey.fill(0);
  }
}

interface OpenBackup {
  readonly header: BackupHeader;
  readonly rootKey: Uint8Array;
}

async function fillStore(store: Filling, file: string, { header, rootKey }: OpenBackup): Promise<void> {
  await store.unlockJournal({ key: journalKeyOf(rootKey, header.storeId), mayAdopt: false });
  // Every part of a backup is authentic, so a journal from before MACs is accepted as it is.
  const adopt = header.rootGeneration === undefined;
  for await (const rows of readRows(file, rootKey)) {
    const wallets = rows.flatMap((row) => (row.kind === 'wallet' ? [row.wallet] : []));
    const owners = rows.flatMap((row) => (row.kind === 'owner' ? [row.owner] : []));
    const addresses = rows.flatMap((row) => (row.kind === 'address' ? [row.address] : []));
    const transactions = rows.flatMap((row) => (row.kind === 'transaction' ? [row.transaction] : []));
    const constitutions = rows.flatMap((row) => (row.kind === 'constitution' ? [row.constitution] : []));
    const policies = rows.flatMap((row) => (row.kind === 'policy' ? [row.policy] : []));
    const approvals = rows.flatMap((row) => (row.kind === 'approval' ? [row.approval] : []));
    const freezes = rows.flatMap((row) => (row.kind === 'freeze' ? [row.freeze] : []));
    const tenants = rows.flatMap((row) => (row.kind === 'tenant' ? [row.tenant] : []));
    const tokens = rows.flatMap((row) => (row.kind === 'token' ? [row.token] : []));
    const settings = rows.flatMap((row) => (row.kind === 'settings' ? [row.settings] : []));
    const audit = rows.flatMap((row) => (row.kind === 'audit' ? [row.row] : []));
    if (wallets.length > 0) await store.wallets.add(wallets);
    if (owners.length > 0) await store.owners.restore(owners);
    if (addresses.length > 0) await store.addresses.restore(addresses);
    if (transactions.length > 0) await store.journalRecords.add(transactions, { adopt });
    if (freezes.length > 0) await store.freezes.restore(freezes);
    await store.policies.restore(policies);
    const hasAccess = tenants.length + tokens.length + settings.length > 0;
    if (hasAccess) await store.access.restore({ tenants, tokens, settings });
    if (constitutions.length > 0 || approvals.length > 0) await store.approvals.restore({ constitutions, approvals });
    if (audit.length > 0) await store.auditRows.add(audit);
  }
  const { backupId: backup, createdAt: backedUpAt } = header;
  await store.audit.add([{ code: 'store.restored', detail: { file: basename(file), backup, backedUpAt } }]);
}

async function openEither(header: BackupHeader, key: StoreKey): Promise<Uint8Array> {
  const password = key.secret;
  try {
    return (await openWithKey(header, key)).rootKey;
  } catch (error) {
    if (!hasCode(error, 'PASSWORD_WRONG')) throw error;
    try {
      return await openWithRecoveryKey(header.slots, password, header.storeId);
    } catch (second) {
      // A password that does not look like a recovery key is just a wrong password.
      throw hasCode(second, 'RECOVERY_KEY_INVALID') ? error : second;
    }
  }
}

function hasCode(error: unknown, code: ErrorCode): boolean {
  return error instanceof CustosError && error.code === code;
}

async function readBackupHeader(file: string): Promise<BackupHeader> {
  const parts = readFileInParts(file);
  try {
    return (await readHeader(parts)).header;
  } finally {
    await parts.close();
  }
}

async function* readRows(file: string, rootKey: Uint8Array): AsyncGenerator<readonly BackupRow[]> {
  const parts = readFileInParts(file);
  try {
    yield* new BackupReader(await readHeader(parts), rootKey, parts).rows();
  } finally {
    await parts.close();
  }
}
