import { randomBytes } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { CustosError } from '../core/errors.js';
import type { SignatureId } from '../core/ids.js';
import type { JournalRecord } from '../core/journal.js';
import type { Secret } from '../core/secret.js';
import type { KeySlot, Store } from '../core/store.js';
import type { SealedWallet } from '../core/wallet.js';
import { createStore, storeExists } from '../storage/sqlite-store.js';
import { placeNewFile } from '../storage/store-file.js';
import { type BackupHeader, BackupReader, type BackupRow, BackupWriter, readHeader } from '../vault/backup-format.js';
import { openSlots, openWithRecoveryKey } from '../vault/key-slots.js';
import { readFileInParts } from './file-parts.js';

export interface BackupCount {
  readonly wallets: number;
  readonly transactions: number;
}

export interface BackupOptions {
  readonly file: string;
  readonly progress?: (done: number) => void;
}

const PAGE = 500;

/**
 * Writes one encrypted, authenticated file with key slots, wallets and journal, reads it back, and only then gives it its name.
 * @throws CustosError BACKUP_EXISTS, STORE_FULL, STORE_READ_ONLY
 */
export async function backupStore(store: Store, rootKey: Uint8Array, options: BackupOptions): Promise<BackupCount> {
  const { file } = options;
  if (await storeExists(file)) throw new CustosError('BACKUP_EXISTS', `${file} exists already`);
  let count: BackupCount = { wallets: 0, transactions: 0 };
  await placeNewFile(file, async (temporary) => {
    const handle = await open(temporary, 'r+');
    try {
      count = await writeAll({ store, rootKey, handle, ...options });
    } finally {
      await handle.close();
    }
    const again = await countRows(temporary, rootKey);
    if (again.wallets !== count.wallets || again.transactions !== count.transactions) {
      throw new CustosError('BACKUP_INVALID', `${file} did not read back as it was written`);
    }
  });
  return count;
}

interface WriteAll extends BackupOptions {
  readonly store: Store;
  readonly rootKey: Uint8Array;
  readonly handle: FileHandle;
}

async function writeAll({ store, rootKey, handle, progress }: WriteAll): Promise<BackupCount> {
  const header: BackupHeader = {
    storeId: store.storeId,
    backupId: randomBytes(16).toString('hex'),
    createdAt: Date.now(),
    slots: await store.slots.all(),
  };
  const writer = new BackupWriter(header, rootKey, async (bytes) => {
    await handle.write(bytes);
  });
  await writer.start();
  let wallets = 0;
  for (let after: SignatureId | undefined; ; ) {
    const page = await store.wallets.page({}, after, PAGE);
    if (page.length === 0) break;
    await writer.add(page.map((wallet) => ({ kind: 'wallet', wallet })));
    wallets += page.length;
    progress?.(wallets);
    after = page.at(-1)?.signatureId;
  }
  let transactions = 0;
  for (let after: string | undefined; ; ) {
    const page = await store.journalRecords.page(after, PAGE);
    if (page.length === 0) break;
    await writer.add(page.map((transaction) => ({ kind: 'transaction', transaction })));
    transactions += page.length;
    after = page.at(-1)?.id;
  }
  await writer.finish();
  return { wallets, transactions };
}

async function countRows(file: string, rootKey: Uint8Array): Promise<BackupCount> {
  const count = { wallets: 0, transactions: 0 };
  for await (const rows of readRows(file, async () => rootKey.slice())) {
    for (const row of rows) row.kind === 'wallet' ? count.wallets++ : count.transactions++;
  }
  return count;
}

/**
 * Makes a new store from a backup. The whole file is authenticated before the store gets its name.
 * @param password - a password of the store at the time of the backup, or its recovery key
 * @throws CustosError BACKUP_INVALID, PASSWORD_WRONG, STORE_EXISTS, STORE_FULL, STORE_READ_ONLY
 */
export async function restoreStore(
  file: string,
  { password, location }: { password: Secret; location: string },
): Promise<BackupCount> {
  if (await storeExists(location)) throw new CustosError('STORE_EXISTS', `${location} exists already`);
  let slots: readonly KeySlot[] = [];
  let storeId = '';
  let rootKey = new Uint8Array(0);
  const openKey = async (header: BackupHeader) => {
    ({ slots, storeId } = header);
    rootKey = new Uint8Array(await openEither(header, password));
    return rootKey.slice();
  };
  // First reading: is every byte as it was written? Nothing is made before that is known.
  let count: BackupCount = { wallets: 0, transactions: 0 };
  for await (const rows of readRows(file, openKey)) {
    const wallets = rows.filter(({ kind }) => kind === 'wallet').length;
    count = { wallets: count.wallets + wallets, transactions: count.transactions + rows.length - wallets };
  }
  const fill = async (store: Pick<Store, 'wallets' | 'journalRecords'>) => {
    for await (const rows of readRows(file, async () => rootKey.slice())) {
      const wallets: SealedWallet[] = [];
      const transactions: JournalRecord[] = [];
      for (const row of rows) row.kind === 'wallet' ? wallets.push(row.wallet) : transactions.push(row.transaction);
      if (wallets.length > 0) await store.wallets.add(wallets);
      if (transactions.length > 0) await store.journalRecords.add(transactions);
    }
  };
  const store = await createStore(location, { storeId, slots, fill });
  rootKey.fill(0);
  await store.close();
  return count;
}

async function openEither(header: BackupHeader, password: Secret): Promise<Uint8Array> {
  try {
    return await openSlots(header.slots, password, header.storeId);
  } catch (error) {
    if (!(error instanceof CustosError) || error.code !== 'PASSWORD_WRONG') throw error;
    try {
      return await openWithRecoveryKey(header.slots, password, header.storeId);
    } catch {
      throw error;
    }
  }
}

async function* readRows(
  file: string,
  openKey: (header: BackupHeader) => Promise<Uint8Array>,
): AsyncGenerator<readonly BackupRow[]> {
  const parts = readFileInParts(file);
  try {
    const read = await readHeader(parts);
    const rootKey = await openKey(read.header);
    const reader = new BackupReader(read, rootKey, parts);
    rootKey.fill(0);
    yield* reader.rows();
  } finally {
    await parts.close();
  }
}
