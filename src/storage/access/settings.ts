import type { Kysely } from 'kysely';
import type { StoredTenantSettings } from '../../core/access/tenant-settings.js';
import type { TenantId } from '../../core/ids.js';
import type { StoreTables } from '../schema.js';

type Tables = Kysely<StoreTables>;
type Row = StoreTables['tenant_settings'];

export async function readSettings(db: Tables, tenant: TenantId): Promise<StoredTenantSettings | undefined> {
  const row = await db.selectFrom('tenant_settings').selectAll().where('tenant', '=', tenant).executeTakeFirst();
  return row && settingsOf(row);
}

export async function readAllSettings(db: Tables): Promise<readonly StoredTenantSettings[]> {
  return (await db.selectFrom('tenant_settings').selectAll().orderBy('tenant').execute()).map(settingsOf);
}

export async function putSettings(db: Tables, { tenant, facts, mac }: StoredTenantSettings): Promise<void> {
  await db
    .insertInto('tenant_settings')
    .values({ tenant, facts, mac })
    .onConflict((conflict) => conflict.column('tenant').doUpdateSet({ facts, mac }))
    .execute();
}

/** Settings under a new root key, inside its transaction. */
export async function resealSettings(
  db: Tables,
  reseal: (stored: StoredTenantSettings) => StoredTenantSettings,
): Promise<void> {
  for (const stored of await readAllSettings(db)) await putSettings(db, reseal(stored));
}

function settingsOf({ tenant, facts, mac }: Row): StoredTenantSettings {
  return { tenant: tenant as TenantId, facts, mac };
}
