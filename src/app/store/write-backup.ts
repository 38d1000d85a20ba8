import { randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { StoredToken } from '../../core/access/token.js';
import { pagesOf } from '../../core/pages.js';
import type { StoredApproval } from '../../core/store/approvals.js';
import type { JournalRecord } from '../../core/store/journal-records.js';
import type { StoredAddress, StoredOwner } from '../../core/store/owners.js';
import type { Store } from '../../core/store/store.js';
import { type BackupHeader, BackupWriter } from '../../vault/backup-format.js';
import { pageSealed } from '../wallets/find.js';

export interface BackupCount {
  readonly wallets: number;
  readonly transactions: number;
}

/** Every kind of row. */
export interface RowCount extends BackupCount {
  readonly constitutions: number;
  readonly policies: number;
  readonly approvals: number;
  readonly freezes: number;
  readonly tenants: number;
  readonly tokens: number;
  readonly settings: number;
  readonly owners: number;
  readonly addresses: number;
}

/** Of an empty store. */
export const nothing: RowCount = {
  ...{ wallets: 0, transactions: 0, constitutions: 0, policies: 0, approvals: 0, freezes: 0 },
  ...{ tenants: 0, tokens: 0, settings: 0, owners: 0, addresses: 0 },
};

export interface BackupOptions {
  readonly file: string;
  /** Called after each page of wallets with the number written and the total. */
  readonly progress?: (done: number, total: number) => void;
}

const WALLET_PAGE = 500;
/** One row of the journal may have several MiB. */
const TRANSACTION_PAGE = 20;
const APPROVAL_PAGE = 500;
const TOKEN_PAGE = 500;
const LOOKUP_PAGE = 500;
const AUDIT_PAGE = 500;

interface WriteAll extends BackupOptions {
  readonly store: Store;
  readonly rootKey: Uint8Array;
  readonly handle: FileHandle;
}

/** Writes a backup into an open file. */
export async function writeAll({ store, rootKey, handle, progress }: WriteAll): Promise<RowCount> {
  const header: BackupHeader = {
    storeId: store.storeId,
    backupId: randomBytes(16).toString('hex'),
    createdAt: Date.now(),
    slots: await store.slots.all(),
    rootGeneration: store.rootGeneration,
  };
  const writer = new BackupWriter(header, rootKey, async (bytes) => {
    // Unlike `write`, this goes on until every byte is written or an error says why not.
    await handle.appendFile(bytes);
  });
  await writer.start();
  const wallets = await writeWallets({ store, writer, ...(progress && { progress }) });
  const found = await writeLookup(store, writer);
  const transactions = await writeTransactions(store, writer);
  const documents = await writeDocuments(store, writer);
  const approvals = await writeApprovals(store, writer);
  const freezes = await store.freezes.all();
  await writer.add(freezes.map((freeze) => ({ kind: 'freeze', freeze })));
  const access = await writeAccess(store, writer);
  for await (const rows of store.auditRows.pages(AUDIT_PAGE)) {
    await writer.add(rows.map((row) => ({ kind: 'audit', row })));
  }
  await writer.finish();
  return { wallets, transactions, ...documents, approvals, freezes: freezes.length, ...access, ...found };
}

interface WriteWallets extends Pick<BackupOptions, 'progress'> {
  readonly store: Store;
  readonly writer: BackupWriter;
}

async function writeWallets({ store, writer, progress }: WriteWallets): Promise<number> {
  const total = await store.wallets.count({});
  let written = 0;
  for await (const page of pageSealed(store.wallets, {}, WALLET_PAGE)) {
    await writer.add(page.map((wallet) => ({ kind: 'wallet', wallet })));
    written += page.length;
    progress?.(written, total);
  }
  return written;
}

/** Owners of wallets, and addresses that were allotted. */
async function writeLookup(
  { owners, addresses }: Pick<Store, 'owners' | 'addresses'>,
  writer: BackupWriter,
): Promise<Pick<RowCount, 'owners' | 'addresses'>> {
  const count = { owners: 0, addresses: 0 };
  const ownerPages = pagesOf<StoredOwner, Uint8Array>({
    size: LOOKUP_PAGE,
    page: (after, limit) => owners.page(undefined, after, limit),
    keyOf: ({ digest }) => digest,
  });
  for await (const page of ownerPages) {
    await writer.add(page.map((owner) => ({ kind: 'owner', owner })));
    count.owners += page.length;
  }
  const addressPages = pagesOf<StoredAddress, StoredAddress>({
    size: LOOKUP_PAGE,
    page: (after, limit) => addresses.page(after, limit),
    keyOf: (address) => address,
  });
  for await (const page of addressPages) {
    await writer.add(page.map((address) => ({ kind: 'address', address })));
    count.addresses += page.length;
  }
  return count;
}

async function writeTransactions(store: Store, writer: BackupWriter): Promise<number> {
  const pages = pagesOf<JournalRecord, string>({
    size: TRANSACTION_PAGE,
    page: (after, limit) => store.journalRecords.page(after, limit),
    keyOf: ({ id }) => id,
  });
  let written = 0;
  for await (const page of pages) {
    await writer.add(page.map((transaction) => ({ kind: 'transaction', transaction })));
    written += page.length;
  }
  return written;
}

async function writeDocuments(
  store: Pick<Store, 'approvals' | 'policies'>,
  writer: BackupWriter,
): Promise<Pick<RowCount, 'constitutions' | 'policies'>> {
  const constitutions = await store.approvals.constitutions();
  await writer.add(constitutions.map((constitution) => ({ kind: 'constitution', constitution })));
  const policies = await store.policies.after(0);
  await writer.add(policies.map((policy) => ({ kind: 'policy', policy })));
  return { constitutions: constitutions.length, policies: policies.length };
}

async function writeApprovals({ approvals }: Pick<Store, 'approvals'>, writer: BackupWriter): Promise<number> {
  const pages = pagesOf<StoredApproval, string>({
    size: APPROVAL_PAGE,
    page: (after, limit) => approvals.page(after, limit),
    keyOf: ({ nonce }) => nonce,
  });
  let written = 0;
  for await (const page of pages) {
    await writer.add(page.map((approval) => ({ kind: 'approval', approval })));
    written += page.length;
  }
  return written;
}

async function writeAccess(
  { access }: Pick<Store, 'access'>,
  writer: BackupWriter,
): Promise<Pick<RowCount, 'tenants' | 'tokens' | 'settings'>> {
  const tenants = await access.tenants();
  await writer.add(tenants.map((tenant) => ({ kind: 'tenant', tenant })));
  const pages = pagesOf<StoredToken, string>({
    size: TOKEN_PAGE,
    page: (after, limit) => access.tokens({ ...(after !== undefined && { after }), limit }),
    keyOf: ({ id }) => id,
  });
  let tokens = 0;
  for await (const page of pages) {
    await writer.add(page.map((token) => ({ kind: 'token', token })));
    tokens += page.length;
  }
  const settings = await access.allSettings();
  await writer.add(settings.map((one) => ({ kind: 'settings', settings: one })));
  return { tenants: tenants.length, tokens, settings: settings.length };
}
