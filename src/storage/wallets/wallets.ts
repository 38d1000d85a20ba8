import { type CompiledQuery, type Kysely, sql } from 'kysely';
import type { AuditRecord } from '../../core/audit/events.js';
import { CustosError } from '../../core/errors.js';
import { type ChainId, type Network, parseChainId, parseSignatureId, type SignatureId } from '../../core/ids.js';
import { chunks, pagesOf } from '../../core/pages.js';
import type { SealedWallet } from '../../core/signing/wallet.js';
import type { WalletChange, WalletFilter, WalletTable } from '../../core/store/store.js';
import { writeNarrowing } from '../audit/narrowing.js';
import { compiledQuery, type Holes } from '../compiled-query.js';
import type { Database, DialectName } from '../database.js';
import { isUniqueViolation } from '../open-database.js';
import { requireGeneration } from '../root-generation.js';
import type { StoreTables } from '../schema.js';

/** Rows in one statement: SQLite allows 32,766 parameters, and a row has nine. */
const ROWS = 500;

const selectOne = compiledQuery((db: Kysely<StoreTables>, hole: Holes<{ readonly id: string }>) =>
  db.selectFrom('wallets').selectAll().where('signature_id', '=', hole('id')),
);

interface Page {
  readonly chain: string;
  readonly network: string;
  readonly after: string;
  readonly size: number;
}

const selectIds = compiledQuery((db: Kysely<StoreTables>, hole: Holes<Page>) =>
  db
    .selectFrom('wallets')
    .select('signature_id')
    .where('chain', '=', hole('chain'))
    .where('network', '=', hole('network'))
    .where('signature_id', '>', hole('after'))
    .orderBy('signature_id')
    .limit(hole('size')),
);

/** Jumps from chain to chain in the index: a DISTINCT would read every wallet. */
const selectChains = compiledQuery((db: Kysely<StoreTables>, hole: Holes<Pick<Page, 'network'>>) =>
  db
    .withRecursive('found', (query) => {
      const least = query
        .selectFrom('wallets')
        .select(({ fn }) => fn.min<string | null>('chain').as('chain'))
        .where('network', '=', hole('network'));
      const next = query
        .selectFrom('found')
        .select(({ selectFrom }) =>
          selectFrom('wallets')
            .select(({ fn }) => fn.min('wallets.chain').as('chain'))
            .where('network', '=', hole('network'))
            .whereRef('wallets.chain', '>', 'found.chain')
            .as('chain'),
        )
        .where('found.chain', 'is not', null);
      return least.unionAll(next);
    })
    .selectFrom('found')
    .select('chain')
    .where('chain', 'is not', null),
);

/** Wallets by signature ID, after the given one. */
export async function walletPage(
  db: Kysely<StoreTables>,
  filter: WalletFilter,
  { after, limit }: { readonly after: SignatureId | undefined; readonly limit: number },
): Promise<readonly SealedWallet[]> {
  let query = db.selectFrom('wallets').selectAll().orderBy('signature_id').limit(limit);
  if (after !== undefined) query = query.where('signature_id', '>', after);
  if (filter.chain !== undefined) query = query.where('chain', '=', filter.chain);
  if (filter.network !== undefined) query = query.where('network', '=', filter.network);
  if (filter.controlled) query = query.where('control_box', 'is not', null);
  return (await query.execute()).map(fromRow);
}

/** Replaces format and boxes in the rows of existing wallets. */
export async function replaceSealed(db: Kysely<StoreTables>, wallets: readonly SealedWallet[]): Promise<void> {
  const boxes = ['format', 'public_box', 'secret_box', 'control_box'] as const;
  for (const part of chunks(wallets, ROWS)) {
    const insert = db.insertInto('wallets').values(part.map(toRow));
    await insert
      .onConflict((conflict) =>
        conflict
          .column('signature_id')
          .doUpdateSet((row) => Object.fromEntries(boxes.map((name) => [name, row.ref(`excluded.${name}`)]))),
      )
      .execute();
  }
}

/** The wallet table on a database. @param generation - of the root key under which new records are sealed */
export function walletTable(database: Database<StoreTables>, generation: number): WalletTable {
  const insert = wholeRows();
  return {
    async add(wallets, events = []) {
      await database.write(async (db, record) => {
        await requireGeneration(db, { dialect: database.dialect, generation });
        for (const part of chunks(wallets, ROWS)) {
          try {
            await insert(db, part.map(toRow));
          } catch (error) {
            if (!isUniqueViolation(error)) throw error;
            throw new CustosError('SIGNATURE_ID_EXISTS', 'a signature ID is in the store already', { cause: error });
          }
        }
        events.forEach(record);
      });
    },
    get: (ids) =>
      database.read(async (db) => {
        const [only] = ids;
        if (ids.length === 1 && only !== undefined) return (await selectOne(db, { id: only })).rows.map(fromRow);
        const found: SealedWallet[] = [];
        for (const part of chunks(ids, ROWS)) {
          const rows = await db.selectFrom('wallets').selectAll().where('signature_id', 'in', part).execute();
          found.push(...rows.map(fromRow));
        }
        return found;
      }),
    page: (filter, after, limit) => database.read((db) => walletPage(db, filter, { after, limit })),
    idPages: (filter, size) =>
      pagesOf<SignatureId, SignatureId>({
        size,
        page: (after) => idPage(database, { ...filter, after, size }),
        keyOf: (id) => id,
      }),
    chains: (network) => chainsOf(database, network),
    count: (filter) => count(database, filter),
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

async function idPage(
  database: Database<StoreTables>,
  { after, ...wanted }: Omit<Page, 'after'> & { readonly after: SignatureId | undefined },
): Promise<readonly SignatureId[]> {
  // The empty text sorts before every signature ID.
  const { rows } = await database.read((db) => selectIds(db, { ...wanted, after: after ?? '' }));
  return rows.map((row) => parseSignatureId(row.signature_id));
}

async function chainsOf(database: Database<StoreTables>, network: Network): Promise<readonly ChainId[]> {
  const { rows } = await database.read((db) => selectChains(db, { network }));
  return rows.flatMap(({ chain }) => (chain === null ? [] : [parseChainId(chain)])).sort();
}

function count(database: Database<StoreTables>, filter: WalletFilter): Promise<number> {
  return database.read(async (db) => {
    let query = db.selectFrom('wallets').select((select) => select.fn.countAll().as('count'));
    if (filter.chain !== undefined) query = query.where('chain', '=', filter.chain);
    if (filter.network !== undefined) query = query.where('network', '=', filter.network);
    if (filter.controlled) query = query.where('control_box', 'is not', null);
    return Number((await query.executeTakeFirstOrThrow()).count);
  });
}

/** Inserts rows with a statement that is compiled once: compiling one of 500 rows costs as much as running it. */
function wholeRows() {
  let compiled: CompiledQuery | undefined;
  return async (db: Kysely<StoreTables>, rows: readonly StoreTables['wallets'][]): Promise<void> => {
    const query = db.insertInto('wallets').values(rows);
    if (rows.length < ROWS) {
      await query.execute();
      return;
    }
    compiled ??= query.compile();
    const [first] = rows;
    const columns = Object.keys(first ?? {}) as (keyof StoreTables['wallets'])[];
    const parameters = rows.flatMap((row) => columns.map((column) => row[column]));
    await db.executeQuery({ ...compiled, parameters });
  };
}

function toRow(wallet: SealedWallet): StoreTables['wallets'] {
  return {
    signature_id: wallet.signatureId,
    chain: wallet.chain,
    network: wallet.network,
    kind: wallet.kind,
    created_at: wallet.createdAt,
    format: wallet.format,
    public_box: wallet.publicBox,
    secret_box: wallet.secretBox,
    control_box: wallet.controlBox ?? null,
  };
}

/** @throws CustosError RECORD_DAMAGED: a column holds values that Custos never writes */
function fromRow(row: StoreTables['wallets']): SealedWallet {
  const { network, kind } = row;
  const ids = parseIds(row);
  const known = (network === 'mainnet' || network === 'testnet') && (kind === 'hd' || kind === 'key');
  // SQLite keeps the type of every value: an edited file may hold text instead of bytes.
  const boxes = [row.public_box, row.secret_box, row.control_box ?? new Uint8Array()];
  if (ids === undefined || !known || !boxes.every(isBytes)) {
    throw new CustosError(
      'RECORD_DAMAGED',
      `the record of wallet ${row.signature_id} is damaged: unknown chain, network, kind or type of value`,
    );
  }
  return {
    ...ids,
    network,
    kind,
    createdAt: Number(row.created_at),
    format: Number(row.format),
    publicBox: row.public_box,
    secretBox: row.secret_box,
    ...(row.control_box !== null && { controlBox: row.control_box }),
  };
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

function parseIds(row: StoreTables['wallets']): Pick<SealedWallet, 'signatureId' | 'chain'> | undefined {
  try {
    return { signatureId: parseSignatureId(row.signature_id), chain: parseChainId(row.chain) };
  } catch {
    return undefined;
  }
}
