import type { Kysely } from 'kysely';
import { type StoredTenantSettings, settingsMac } from '../../core/access/tenant-settings.js';
import type { TenantId } from '../../core/ids.js';
import type { JournalMac } from '../../core/store/journal-mac.js';
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

/** Authenticates settings again, inside the transaction of a new root key. What did not verify before does not afterwards. */
export async function remacSettings(
  db: Tables,
  { from, to }: { readonly from: JournalMac; readonly to: JournalMac },
): Promise<void> {
  for (const stored of await readAllSettings(db)) {
    if (settingsMac(from, stored) === stored.mac) await putSettings(db, { ...stored, mac: settingsMac(to, stored) });
  }
}

function settingsOf({ tenant, facts, mac }: Row): StoredTenantSettings {
  return { tenant: tenant as TenantId, facts, mac };
}
