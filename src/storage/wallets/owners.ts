import type { Kysely } from 'kysely';
import { parseTenantId, type TenantId } from '../../core/ids.js';
import { chunks } from '../../core/pages.js';
import type { OwnerTable, StoredOwner } from '../../core/store/owners.js';
import type { Database } from '../database.js';
import { requireGeneration } from '../root-generation.js';
import type { StoreTables } from '../schema.js';

type Tables = Kysely<StoreTables>;

/** Rows in one statement. */
const ROWS = 500;

/** The owners on a database. @param generation - of the root key under which they are sealed */
export function ownerTable(database: Database<StoreTables>, generation: number): OwnerTable {
  const check = { dialect: database.dialect, generation };
  return {
    get: (digest) =>
      database.read(async (db) => {
        const row = await db.selectFrom('owners').selectAll().where('digest', '=', digest).executeTakeFirst();
        return row && fromRow(row);
      }),
    add: (owner) =>
      database.write(async (db) => {
        await requireGeneration(db, check);
        const added = await db
          .insertInto('owners')
          .values(toRow(owner))
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst();
        return (added.numInsertedOrUpdatedRows ?? 0n) > 0n;
      }),
    replace: ({ digest, tenant, box: before }, { box }, isLogin) =>
      database.write(async (db, record) => {
        await requireGeneration(db, check);
        const update = db.updateTable('owners').set({ box }).where('digest', '=', digest).where('box', '=', before);
        const { numUpdatedRows } = await update.executeTakeFirst();
        if (numUpdatedRows !== 1n) return false;
        if (isLogin)
          record({ code: 'user.login-changed', detail: { tenant, owner: Buffer.from(digest).toString('hex') } });
        return true;
      }),
    restore: (owners) =>
      database.write(async (db) => {
        for (const part of chunks(owners, ROWS)) await db.insertInto('owners').values(part.map(toRow)).execute();
      }),
    page: (tenant, after, limit) => database.read((db) => ownerPage(db, tenant, { after, limit })),
  };
}

/** The owners after the given digest. */
async function ownerPage(
  db: Tables,
  tenant: TenantId | undefined,
  { after, limit }: { readonly after: Uint8Array | undefined; readonly limit: number },
): Promise<readonly StoredOwner[]> {
  let query = db.selectFrom('owners').selectAll().orderBy('digest').limit(limit);
  if (tenant !== undefined) query = query.where('tenant', '=', tenant);
  if (after !== undefined) query = query.where('digest', '>', after);
  return (await query.execute()).map(fromRow);
}

/**
 * Makes every owner again, inside the transaction of a new root key. Their digests change, so all of them are read first.
 * @returns the new tag of each former one (hexadecimal digits of the digest)
 */
export async function resealOwners(
  db: Tables,
  reseal: (owner: StoredOwner) => StoredOwner,
): Promise<ReadonlyMap<string, string>> {
  const tags = new Map<string, string>();
  const all = await db.selectFrom('owners').select('digest').execute();
  for (const part of chunks(all, ROWS)) {
    const digests = part.map(({ digest }) => digest);
    const rows = await db.selectFrom('owners').selectAll().where('digest', 'in', digests).execute();
    await db.deleteFrom('owners').where('digest', 'in', digests).execute();
    const sealed = rows.map((row) => toRow(reseal(fromRow(row))));
    await db.insertInto('owners').values(sealed).execute();
    rows.forEach(({ digest }, at) => {
      tags.set(hexOf(digest), hexOf(sealed[at]?.digest));
    });
  }
  return tags;
}

function hexOf(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('hex');
}

function toRow({ digest, tenant, createdAt, box }: StoredOwner): StoreTables['owners'] {
  return { digest, tenant, created_at: createdAt, box };
}

/** @throws CustosError TENANT_INVALID: a row that Custos never writes */
function fromRow({ digest, tenant, created_at: createdAt, box }: StoreTables['owners']): StoredOwner {
  return { digest, tenant: parseTenantId(tenant), createdAt: Number(createdAt), box };
}
