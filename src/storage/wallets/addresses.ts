import type { Kysely } from 'kysely';
import { CustosError } from '../../core/errors.js';
import { parseIndex, parseSignatureId, type SignatureId } from '../../core/ids.js';
import { chunks } from '../../core/pages.js';
import type { AddressTable, StoredAddress } from '../../core/store/owners.js';
import { compiledQuery, type Holes } from '../compiled-query.js';
import type { Database, DialectName } from '../database.js';
import { requireGeneration } from '../root-generation.js';
import type { StoreTables } from '../schema.js';

type Tables = Kysely<StoreTables>;

/** Rows in one statement. */
const ROWS = 500;

/** Allotted indexes on a database. @param generation - of the root key under which addresses are sealed */
export function addressTable(database: Database<StoreTables>, generation: number): AddressTable {
  const { dialect } = database;
  return {
    allot: (id, least) => database.write((db) => allotIndex(db, dialect, { id, least })),
    record: ({ signatureId, index, digest, box }) =>
      database.write(async (db) => {
        await requireGeneration(db, { dialect, generation });
        await db
          .updateTable('wallet_addresses')
          .set({ digest, box })
          .where('signature_id', '=', signatureId)
          .where('child', '=', index)
          .execute();
      }),
    byDigest: (digest) =>
      database.read(async (db) => {
        const { rows } = await selectByDigest(db, { digest });
        return rows.map(fromRow);
      }),
    page: (after, limit) => database.read((db) => addressPage(db, after, limit)),
    restore: (addresses) =>
      database.write(async (db) => {
        for (const part of chunks(addresses, ROWS)) {
          await db.insertInto('wallet_addresses').values(part.map(toRow)).execute();
        }
      }),
  };
}

const selectByDigest = compiledQuery((db: Tables, hole: Holes<{ readonly digest: Uint8Array }>) =>
  db.selectFrom('wallet_addresses').selectAll().where('digest', '=', hole('digest')),
);

async function allotIndex(
  db: Tables,
  dialect: DialectName,
  { id, least }: { readonly id: SignatureId; readonly least: number },
): Promise<number> {
  const wallet = db.selectFrom('wallets').select('signature_id').where('signature_id', '=', id);
  // On PostgreSQL the second of two at once waits here for the first.
  const found = await (dialect === 'postgres' ? wallet.forUpdate() : wallet).executeTakeFirst();
  if (found === undefined) throw new CustosError('WALLET_UNKNOWN', `signature ID ${id} is not in this store`);
  const { highest } = await db
    .selectFrom('wallet_addresses')
    .select(({ fn }) => fn.max<number | string | null>('child').as('highest'))
    .where('signature_id', '=', id)
    .executeTakeFirstOrThrow();
  // Index 0 is the address that the wallet shows.
  const index = parseIndex(Math.max(least, Number(highest ?? 0) + 1));
  await db.insertInto('wallet_addresses').values({ signature_id: id, child: index, digest: null, box: null }).execute();
  return index;
}

/** The addresses after the given one. */
export async function addressPage(
  db: Tables,
  after: Pick<StoredAddress, 'signatureId' | 'index'> | undefined,
  limit: number,
): Promise<readonly StoredAddress[]> {
  let query = db.selectFrom('wallet_addresses').selectAll().orderBy('signature_id').orderBy('child').limit(limit);
  if (after !== undefined) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('signature_id', 'child'), '>', tuple(after.signatureId, after.index)),
    );
  }
  return (await query.execute()).map(fromRow);
}

/** Replaces what is sealed, inside the transaction of a new root key. */
export async function replaceAddresses(db: Tables, addresses: readonly StoredAddress[]): Promise<void> {
  for (const one of addresses) {
    const { digest, box, signature_id: id, child } = toRow(one);
    await db
      .updateTable('wallet_addresses')
      .set({ digest, box })
      .where('signature_id', '=', id)
      .where('child', '=', child)
      .execute();
  }
}

function toRow({ signatureId, index, digest, box }: StoredAddress): StoreTables['wallet_addresses'] {
  return { signature_id: signatureId, child: index, digest: digest ?? null, box: box ?? null };
}

/** @throws CustosError SIGNATURE_ID_INVALID, INDEX_INVALID: a row that Custos never writes */
function fromRow(row: StoreTables['wallet_addresses']): StoredAddress {
  const { digest, box } = row;
  const index = parseIndex(Number(row.child));
  return { signatureId: parseSignatureId(row.signature_id), index, ...(digest && box && { digest, box }) };
}
