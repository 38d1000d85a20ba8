import { type Expression, type Kysely, sql } from 'kysely';
import type { AuditRecord } from '../../core/audit/events.js';
import { CustosError } from '../../core/errors.js';
import type { SignatureId } from '../../core/ids.js';
import { chunks } from '../../core/pages.js';
import type { SealedWallet } from '../../core/signing/wallet.js';
import type { OwnerBound, WalletChange, WalletTable } from '../../core/store/store.js';
import { writeNarrowing } from '../audit/narrowing.js';
import type { Database, DialectName } from '../database.js';
import { isUniqueViolation } from '../open-database.js';
import { readTogether } from '../read-together.js';
import { requireGeneration } from '../root-generation.js';
import { rowsInsert } from '../rows-insert.js';
import type { StoreTables } from '../schema.js';
import { slotWallet, walletFinder } from './finding.js';
import { fromRow, toRow } from './rows.js';

/** Rows in one statement: SQLite allows 32,766 parameters, and a row has fourteen. */
const ROWS = 500;

const walletsOf = {
  build: (db: Kysely<StoreTables>, ids: readonly Expression<string>[]) =>
    db.selectFrom('wallets').selectAll().where('signature_id', 'in', ids),
  keyOf: ({ signature_id }: StoreTables['wallets']) => signature_id,
};

const insertWallets = rowsInsert(
  (db: Kysely<StoreTables>, rows: readonly StoreTables['wallets'][]) => db.insertInto('wallets').values(rows),
  ROWS,
);

/** What a change of a record changes. */
const replaced = [
  ...(['format', 'public_box', 'secret_box', 'control_box'] as const),
  ...(['address_digest', 'owner_digest', 'label_digest', 'slot_digest'] as const),
];

/** Replaces format, boxes and digests in the rows of existing wallets. @throws CustosError WALLET_PLACE_TAKEN */
export async function replaceSealed(db: Kysely<StoreTables>, wallets: readonly SealedWallet[]): Promise<void> {
  for (const part of chunks(wallets, ROWS)) {
    const insert = db.insertInto('wallets').values(part.map(toRow));
    await insert
      .onConflict((conflict) =>
        conflict
          .column('signature_id')
          .doUpdateSet((row) => Object.fromEntries(replaced.map((name) => [name, row.ref(`excluded.${name}`)]))),
      )
      .execute()
      .catch((error: unknown) => {
        throw isUniqueViolation(error) ? taken(error) : error;
      });
  }
}

/** What is there already: PostgreSQL names the index, SQLite the column. */
function taken(cause: unknown): CustosError {
  const constraint = cause instanceof Error && 'constraint' in cause ? String(cause.constraint) : '';
  const isSlot = cause instanceof Error && `${constraint} ${cause.message}`.includes('slot');
  return isSlot
    ? new CustosError('WALLET_PLACE_TAKEN', 'the owner has a wallet in this slot already', { cause })
    : new CustosError('SIGNATURE_ID_EXISTS', 'a signature ID is in the store already', { cause });
}

/** @throws CustosError OWNER_LIMIT */
async function requireRoom(
  db: Kysely<StoreTables>,
  dialect: DialectName,
  { digest, most, wanted }: OwnerBound & { readonly wanted: number },
): Promise<void> {
  // On PostgreSQL the second of two at once waits here, and counts what the first has added.
  if (dialect === 'postgres') {
    await db.selectFrom('owners').select('created_at').where('digest', '=', digest).forUpdate().execute();
  }
  const query = db.selectFrom('wallets').select(({ fn }) => fn.countAll().as('count'));
  const { count } = await query.where('owner_digest', '=', digest).executeTakeFirstOrThrow();
  if (Number(count) + wanted <= most) return;
  throw new CustosError('OWNER_LIMIT', `the owner has ${count} wallets of at most ${most}`);
}

/** The wallet table on a database. @param generation - of the root key under which new records are sealed */
export function walletTable(database: Database<StoreTables>, generation: number): WalletTable {
  const rowsOf = readTogether(database, walletsOf);
  const addAll = async (db: Kysely<StoreTables>, wallets: readonly SealedWallet[], bound: OwnerBound | undefined) => {
    await requireGeneration(db, { dialect: database.dialect, generation });
    if (bound !== undefined) await requireRoom(db, database.dialect, { ...bound, wanted: wallets.length });
    for (const part of chunks(wallets, ROWS)) {
      try {
        await insertWallets(db, part.map(toRow));
      } catch (error) {
        throw isUniqueViolation(error) ? taken(error) : error;
      }
    }
  };
  return {
    add: (wallets, events = [], bound) =>
      database.write(async (db, record) => {
        await addAll(db, wallets, bound);
        events.forEach(record);
      }),
    addToSlot: (wallet, events = [], bound) =>
      database.write(async (db, record) => {
        // Also a wallet that another request adds in the same transaction: whoever gets it, gets it when it is durable.
        const known = wallet.lookup?.slot && (await slotWallet(db, wallet.lookup.slot));
        if (known !== undefined) return known;
        await addAll(db, [wallet], bound);
        events.forEach(record);
        return wallet;
      }),
    get: async (ids) => {
      const [only] = ids;
      if (ids.length === 1 && only !== undefined) return (await rowsOf(only)).map(fromRow);
      return database.read(async (db) => {
        const found: SealedWallet[] = [];
        for (const part of chunks(ids, ROWS)) {
          const rows = await db.selectFrom('wallets').selectAll().where('signature_id', 'in', part).execute();
          found.push(...rows.map(fromRow));
        }
        return found;
      });
    },
    ...walletFinder(database),
    change(change) {
      const alter = async (db: Kysely<StoreTables>, record: AuditRecord) => {
        await requireGeneration(db, { dialect: database.dialect, generation });
        // A secret that goes leaves no copy in free pages of the file.
        if (database.dialect === 'sqlite') await sql`PRAGMA secure_delete = ON`.execute(db);
        const changed = await changeRecords(db, database.dialect, change);
        if (changed.length > 0) change.events(changed).forEach(record);
      };
      return change.narrows === true ? writeNarrowing(database, alter) : database.write(alter);
    },
    remove: (id, events = []) =>
      database.write(async (db, record) => {
        const result = await db.deleteFrom('wallets').where('signature_id', '=', id).executeTakeFirst();
        const isRemoved = result.numDeletedRows > 0n;
        if (isRemoved) events.forEach(record);
        return isRemoved;
      }),
  };
}

async function changeRecords(
  db: Kysely<StoreTables>,
  dialect: DialectName,
  { ids, alter, progress }: WalletChange,
): Promise<readonly SignatureId[]> {
  const changed: SignatureId[] = [];
  let done = 0;
  // In one order, so that two processes that change the same wallets wait for each other and not both.
  for (const part of chunks([...new Set(ids)].sort(), ROWS)) {
    const query = db.selectFrom('wallets').selectAll().where('signature_id', 'in', part).orderBy('signature_id');
    const rows = await (dialect === 'postgres' ? query.forUpdate() : query).execute();
    const found = rows.map(fromRow);
    if (found.length < part.length) {
      const missing = part.find((id) => !found.some(({ signatureId }) => signatureId === id));
      throw new CustosError('WALLET_UNKNOWN', `signature ID ${missing} is not in this store`);
    }
    const altered = found.map((sealed) => [sealed, alter(sealed)] as const).filter(([old, next]) => old !== next);
    await replaceSealed(
      db,
      altered.map(([, next]) => next),
    );
    changed.push(...altered.map(([, { signatureId }]) => signatureId));
    done += part.length;
    progress?.(done);
  }
  return changed;
}
