import type { Kysely } from 'kysely';
import { personsTenant } from '../../core/access/persons.js';
import { type StoredToken, type TokenFacts, tokenMac } from '../../core/access/token.js';
import { CustosError } from '../../core/errors.js';
import { defaultTenant, type TenantId } from '../../core/ids.js';
import type { AccessTable, Tenant, TokenFilter } from '../../core/store/access.js';
import type { JournalMac } from '../../core/store/journal-mac.js';
import type { Database } from '../database.js';
import { isUniqueViolation } from '../open-database.js';
import { requireGeneration } from '../root-generation.js';
import type { StoreTables } from '../schema.js';
import { putSettings, readAllSettings, readSettings } from './settings.js';

type Tables = Kysely<StoreTables>;
type Row = StoreTables['tokens'];

/** Tokens that are authenticated again together. */
const PAGE = 500;

/** The tables of tenants and tokens on a database. @param generation - of the root key that the MACs come from */
export function accessTable(database: Database<StoreTables>, generation: number): AccessTable {
  const check = { dialect: database.dialect, generation };
  return {
    tenants: () => database.read(readTenants),
    addTenant: (tenant) =>
      database.write(async (db, record) => {
        await addTenant(db, tenant);
        record({ code: 'tenant.made', detail: { tenant: tenant.id } });
      }),
    token: (id) => database.read((db) => readToken(db, id)),
    tokens: (filter) => database.read((db) => readTokens(db, filter)),
    addToken: (token) =>
      database.write(async (db, record) => {
        await requireGeneration(db, check);
        await requireTenant(db, token.tenant);
        await db.insertInto('tokens').values(rowOf(token)).execute();
        record({ code: 'token.made', detail: detailOf(token) });
      }),
    revokeToken: (token) =>
      database.write(async (db, record) => {
        await requireGeneration(db, check);
        if (!(await revoke(db, token))) return false;
        record({ code: 'token.revoked', detail: { token: token.id, tenant: token.tenant } });
        return true;
      }),
    used: (moments) => database.write((db) => noteUse(db, moments)),
    settings: (tenant) => database.read((db) => readSettings(db, tenant)),
    allSettings: () => database.read(readAllSettings),
    putSettings: (settings) =>
      database.write(async (db, record) => {
        await requireGeneration(db, check);
        await requireTenant(db, settings.tenant);
        await putSettings(db, settings);
        record({ code: 'tenant.set', detail: { tenant: settings.tenant } });
      }),
    restore: ({ tenants, tokens, settings }) =>
      database.write(async (db) => {
        for (const tenant of tenants) await addTenant(db, tenant);
        for (const token of tokens) await db.insertInto('tokens').values(rowOf(token)).execute();
        for (const one of settings) await putSettings(db, one);
      }),
  };
}

/**
 * Authenticates every token again, inside the transaction of a new root key. What did not verify before does not afterwards.
 * @param ownerTags - the new tag of each former one
 */
export async function remacTokens(
  db: Tables,
  { from, to }: { readonly from: JournalMac; readonly to: JournalMac },
  ownerTags: ReadonlyMap<string, string>,
): Promise<void> {
  for (let after = ''; ; ) {
    const page = await readTokens(db, { after, limit: PAGE });
    for (const token of page) {
      if (tokenMac(from, token) !== token.mac) continue;
      const facts = retagged(token.facts, ownerTags);
      const mac = tokenMac(to, { ...token, facts });
      await db.updateTable('tokens').set({ facts, mac }).where('id', '=', token.id).execute();
    }
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}

function retagged(text: string, tags: ReadonlyMap<string, string>): string {
  const facts = JSON.parse(text) as TokenFacts;
  if (facts.ownerTags === undefined) return text;
  return JSON.stringify({ ...facts, ownerTags: facts.ownerTags.map((tag) => tags.get(tag) ?? tag) });
}

async function readTenants(db: Tables): Promise<readonly Tenant[]> {
  const rows = await db.selectFrom('tenants').selectAll().orderBy('id').execute();
  return rows.map(({ id, created_at: createdAt }) => ({ id: id as TenantId, createdAt: Number(createdAt) }));
}

async function addTenant(db: Tables, { id, createdAt }: Tenant): Promise<void> {
  const exists = () => new CustosError('TENANT_EXISTS', `the tenant ${id} is there already`);
  if (id === defaultTenant || id === personsTenant) throw exists();
  const insert = db.insertInto('tenants').values({ id, created_at: createdAt });
  await insert.execute().catch((error: unknown) => {
    throw isUniqueViolation(error) ? exists() : error;
  });
}

async function requireTenant(db: Tables, id: TenantId): Promise<void> {
  if (id === defaultTenant) return;
  const found = await db.selectFrom('tenants').select('id').where('id', '=', id).executeTakeFirst();
  if (found === undefined) throw new CustosError('TENANT_UNKNOWN', `the store has no tenant ${id}`);
}

async function readToken(db: Tables, id: string): Promise<StoredToken | undefined> {
  const row = await db.selectFrom('tokens').selectAll().where('id', '=', id).executeTakeFirst();
  return row && tokenOf(row);
}

async function readTokens(db: Tables, { tenant, after, limit }: TokenFilter): Promise<readonly StoredToken[]> {
  let query = db.selectFrom('tokens').selectAll().orderBy('id').limit(limit);
  if (tenant !== undefined) query = query.where('tenant', '=', tenant);
  if (after !== undefined) query = query.where('id', '>', after);
  return (await query.execute()).map(tokenOf);
}

async function revoke(db: Tables, { id, revokedAt, mac }: StoredToken): Promise<boolean> {
  const update = db.updateTable('tokens').set({ revoked_at: revokedAt ?? null, mac });
  const { numUpdatedRows } = await update.where('id', '=', id).where('revoked_at', 'is', null).executeTakeFirst();
  return numUpdatedRows === 1n;
}

async function noteUse(db: Tables, moments: ReadonlyMap<string, number>): Promise<void> {
  for (const [id, at] of moments) {
    await db
      .updateTable('tokens')
      .set({ last_used_at: at })
      .where('id', '=', id)
      .where((where) => where.or([where('last_used_at', 'is', null), where('last_used_at', '<', at)]))
      .execute();
  }
}

function detailOf({ id, tenant, facts }: StoredToken): {
  readonly token: string;
  readonly tenant: string;
  readonly name: string;
  readonly scopes: readonly string[];
} {
  const { name, scopes } = JSON.parse(facts) as TokenFacts;
  return { token: id, tenant, name, scopes };
}

function rowOf({ id, tenant, facts, hash, revokedAt, mac, lastUsedAt }: StoredToken): Row {
  return { id, tenant, facts, hash, revoked_at: revokedAt ?? null, mac, last_used_at: lastUsedAt ?? null };
}

function tokenOf({ id, tenant, facts, hash, mac, revoked_at: revokedAt, last_used_at: lastUsedAt }: Row): StoredToken {
  return {
    ...{ id, tenant: tenant as TenantId, facts, hash, mac },
    ...(revokedAt !== null && { revokedAt: Number(revokedAt) }),
    ...(lastUsedAt !== null && { lastUsedAt: Number(lastUsedAt) }),
  };
}
