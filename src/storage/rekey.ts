import { type Kysely, sql } from 'kysely';
import { CustosError } from '../core/errors.js';
import type { SignatureId } from '../core/ids.js';
import { pagesOf } from '../core/pages.js';
import type { SealedWallet } from '../core/signing/wallet.js';
import type { StoredAddress } from '../core/store/owners.js';
import type { NewRoot } from '../core/store/store.js';
import { remacTokens } from './access/access.js';
import { resealSettings } from './access/settings.js';
import type { Database } from './database.js';
import { resealDocuments } from './documents.js';
import { remacFreezes } from './freezes/freezes.js';
import { resealJournal } from './journal/remac.js';
import type { JournalSeal } from './journal/seal.js';
import { GENERATION_KEY, type RootCheck, requireGeneration } from './root-generation.js';
import type { StoreTables } from './schema.js';
import { addressPage, replaceAddresses } from './wallets/addresses.js';
import { walletPage } from './wallets/finding.js';
import { resealOwners } from './wallets/owners.js';
import { slotRow } from './wallets/slots.js';
import { replaceSealed } from './wallets/wallets.js';

type Tables = Kysely<StoreTables>;

/** Number of wallets that are read, sealed again and written together. */
const PAGE = 500;

/** What depends on the present root key in this process. */
interface Rooted {
  readonly generation: number;
  /** Authenticates the heads of the audit log. */
  readonly audit: JournalSeal;
}

/**
 * Seals everything under a new root key, in one database transaction. Whatever happens, the whole store then has either the
 * old key or the new one.
 * @throws CustosError STORE_REKEYED: another process did it first; RECORD_DAMAGED: a record does not open; STORE_*
 */
export async function replaceRoot(
  database: Database<StoreTables>,
  { generation, audit }: Rooted,
  root: NewRoot,
): Promise<void> {
  const check = { dialect: database.dialect, generation };
  try {
    await database.write(async (db, record) => {
      await replaceAll(db, check, root);
      // What follows in this transaction is recorded under the new key.
      audit.unlock(root.journal.to);
      root.events?.forEach(record);
    });
  } catch (error) {
    audit.unlock(root.journal.from);
    const isUnknown = error instanceof CustosError && error.code === 'COMMIT_UNKNOWN';
    if (!isUnknown || !(await isDone(database, root))) throw error;
    audit.unlock(root.journal.to);
  }
}

async function replaceAll(db: Tables, check: RootCheck, root: NewRoot): Promise<void> {
  await keepOthersOut(db, check);
  await resealWallets(db, root);
  const ownerTags = await resealOwners(db, (owner) => root.resealOwner(owner));
  await resealAddresses(db, root);
  await resealDocuments(db, 'constitutions', (one) => root.resealDocument('constitution', one));
  await resealDocuments(db, 'policies', (one) => root.resealDocument('policy', one));
  await remacFreezes(db, (freeze) => root.remacFreeze(freeze));
  await remacTokens(db, root.journal, ownerTags);
  await resealSettings(db, (stored) => root.resealSettings(stored));
  // They end soon by themselves, and a new root key is a good moment.
  await db.deleteFrom('user_tickets').execute();
  await resealJournal(db, root.journal, ownerTags);
  await db.deleteFrom('key_slots').execute();
  await db.insertInto('key_slots').values(root.slots.map(slotRow)).execute();
  const value = String(check.generation + 1);
  await db.updateTable('meta').set({ value }).where('key', '=', GENERATION_KEY).execute();
}

async function keepOthersOut(db: Tables, check: RootCheck): Promise<void> {
  if (check.dialect === 'sqlite') {
    // Overwritten and deleted data leave no copy in free pages of the file.
    await sql`PRAGMA secure_delete = ON`.execute(db);
    return requireGeneration(db, check);
  }
  // Locks this row first, as every other writer does, so that no deadlock is possible.
  await db.selectFrom('meta').select('value').where('key', '=', GENERATION_KEY).forUpdate().execute();
  await requireGeneration(db, check);
  await sql`LOCK TABLE wallets, key_slots, transactions, transaction_events, reservations, transaction_ids, constitutions,
    policies, freezes, freeze_ends, tokens, tenant_settings, user_tickets, audit_heads, budget_reservations, budget_sums,
    owners, wallet_addresses, notices, webhooks IN EXCLUSIVE MODE`.execute(db);
}

async function resealWallets(db: Tables, { reseal, progress }: NewRoot): Promise<void> {
  const pages = pagesOf<SealedWallet, SignatureId>({
    size: PAGE,
    page: (after, limit) => walletPage(db, {}, { after, limit }),
    keyOf: ({ signatureId }) => signatureId,
  });
  let done = 0;
  for await (const page of pages) {
    await replaceSealed(db, reseal(page));
    done += page.length;
    progress?.(done);
  }
}

/** After the wallets: an address is sealed for its wallet. Addresses of wallets that were removed stay as they are. */
async function resealAddresses(db: Tables, root: NewRoot): Promise<void> {
  const pages = pagesOf<StoredAddress, StoredAddress>({
    size: PAGE,
    page: (after, limit) => addressPage(db, after, limit),
    keyOf: (address) => address,
  });
  for await (const page of pages) await replaceAddresses(db, root.resealAddresses(page));
}

/** Whether a commit that lost its connection was made: the new slots show it. */
async function isDone(database: Database<StoreTables>, { slots }: NewRoot): Promise<boolean> {
  const found = await database.read((db) => db.selectFrom('key_slots').select('id').execute());
  const ids = new Set(found.map(({ id }) => id));
  return ids.size === slots.length && slots.every(({ id }) => ids.has(id));
}
