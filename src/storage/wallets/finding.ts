import { type ExpressionBuilder, type Kysely, sql } from 'kysely';
import {
  type ChainId,
  type Network,
  parseChainId,
  parseSignatureId,
  parseTenantId,
  type SignatureId,
  type TenantId,
} from '../../core/ids.js';
import { pagesOf } from '../../core/pages.js';
import type { SealedWallet } from '../../core/signing/wallet.js';
import type { WalletFilter, WalletTable } from '../../core/store/store.js';
import { compiledQuery, type Holes } from '../compiled-query.js';
import type { Database } from '../database.js';
import type { StoreTables } from '../schema.js';
import { fromRow } from './rows.js';

type Tables = Kysely<StoreTables>;

interface Page {
  readonly tenant: string;
  readonly chain: string;
  readonly network: string;
  readonly after: string;
  readonly size: number;
}

const selectIds = compiledQuery((db: Tables, hole: Holes<Page>) =>
  db
    .selectFrom('wallets')
    .select('signature_id')
    .where('tenant', '=', hole('tenant'))
    .where('chain', '=', hole('chain'))
    .where('network', '=', hole('network'))
    .where('signature_id', '>', hole('after'))
    .orderBy('signature_id')
    .limit(hole('size')),
);

const selectByAddress = compiledQuery((db: Tables, hole: Holes<{ readonly digest: Uint8Array }>) =>
  db.selectFrom('wallets').selectAll().where('address_digest', '=', hole('digest')),
);

const selectBySlot = compiledQuery((db: Tables, hole: Holes<{ readonly digest: Uint8Array }>) =>
  db.selectFrom('wallets').selectAll().where('slot_digest', '=', hole('digest')),
);

/** What reads the wallet table, other than by signature ID. */
export function walletFinder(
  database: Database<StoreTables>,
): Pick<WalletTable, 'page' | 'idPages' | 'chains' | 'tenants' | 'count' | 'byAddress' | 'bySlot' | 'withoutLookup'> {
  return {
    page: (filter, after, limit) => database.read((db) => walletPage(db, filter, { after, limit })),
    idPages: (filter, size) =>
      pagesOf<SignatureId, SignatureId>({
        size,
        page: (after) => idPage(database, { ...filter, after, size }),
        keyOf: (id) => id,
      }),
    chains: (network, tenant) => database.read((db) => chainsOf(db, network, tenant)),
    tenants: () => database.read(tenantsOf),
    count: (filter) =>
      database.read(async (db) => {
        const query = db.selectFrom('wallets').select(({ fn }) => fn.countAll().as('count'));
        return Number((await query.where(meant(filter)).executeTakeFirstOrThrow()).count);
      }),
    byAddress: (digest) => database.read(async (db) => (await selectByAddress(db, { digest })).rows.map(fromRow)),
    bySlot: (digest) => database.read((db) => slotWallet(db, digest)),
    withoutLookup: (after, limit) =>
      database.read(async (db) => {
        let query = db.selectFrom('wallets').selectAll().where('address_digest', 'is', null);
        if (after !== undefined) query = query.where('signature_id', '>', after);
        return (await query.orderBy('signature_id').limit(limit).execute()).map(fromRow);
      }),
  };
}

/** The wallet of a place. */
export async function slotWallet(db: Tables, digest: Uint8Array): Promise<SealedWallet | undefined> {
  return (await selectBySlot(db, { digest })).rows.map(fromRow)[0];
}

/** Wallets by signature ID, after the given one. */
export async function walletPage(
  db: Tables,
  filter: WalletFilter,
  { after, limit }: { readonly after: SignatureId | undefined; readonly limit: number },
): Promise<readonly SealedWallet[]> {
  let query = db.selectFrom('wallets').selectAll().orderBy('signature_id').limit(limit);
  if (after !== undefined) query = query.where('signature_id', '>', after);
  return (await query.where(meant(filter)).execute()).map(fromRow);
}

/** The rows that a filter lets through. */
function meant({ tenant, owner, label, chain, network, controlled }: WalletFilter) {
  return ({ and, eb }: ExpressionBuilder<StoreTables, 'wallets'>) =>
    and([
      ...(tenant === undefined ? [] : [eb('tenant', '=', tenant)]),
      ...(owner === undefined ? [] : [eb('owner_digest', '=', owner)]),
      ...(label === undefined ? [] : [eb('label_digest', '=', label)]),
      ...(chain === undefined ? [] : [eb('chain', '=', chain)]),
      ...(network === undefined ? [] : [eb('network', '=', network)]),
      ...(controlled ? [eb('control_box', 'is not', null)] : []),
    ]);
}

async function idPage(
  database: Database<StoreTables>,
  { after, ...wanted }: Omit<Page, 'after'> & { readonly after: SignatureId | undefined },
): Promise<readonly SignatureId[]> {
  // The empty text sorts before every signature ID.
  const { rows } = await database.read((db) => selectIds(db, { ...wanted, after: after ?? '' }));
  return rows.map((row) => parseSignatureId(row.signature_id));
}

/** Jumps from one to the next in the index: a DISTINCT would read every wallet. */
async function tenantsOf(db: Tables): Promise<readonly TenantId[]> {
  const { rows } = await sql<{ tenant: string }>`
    WITH RECURSIVE found(tenant) AS (
      SELECT min(tenant) FROM wallets
      UNION ALL
      SELECT (SELECT min(tenant) FROM wallets WHERE tenant > found.tenant) FROM found WHERE found.tenant IS NOT NULL
    ) SELECT tenant FROM found WHERE tenant IS NOT NULL`.execute(db);
  return rows.map(({ tenant }) => parseTenantId(tenant));
}

async function chainsOf(db: Tables, network: Network, tenant: TenantId | undefined): Promise<readonly ChainId[]> {
  const found = new Set<string>();
  for (const one of tenant === undefined ? await tenantsOf(db) : [tenant]) {
    const { rows } = await sql<{ chain: string }>`
      WITH RECURSIVE found(chain) AS (
        SELECT min(chain) FROM wallets WHERE tenant = ${one} AND network = ${network}
        UNION ALL
        SELECT (SELECT min(chain) FROM wallets WHERE tenant = ${one} AND network = ${network} AND chain > found.chain)
        FROM found WHERE found.chain IS NOT NULL
      ) SELECT chain FROM found WHERE chain IS NOT NULL`.execute(db);
    for (const { chain } of rows) found.add(chain);
  }
  return [...found].map(parseChainId).sort();
}
