import type { Selectable } from 'kysely';
import { isGatewayRole } from '../../core/access/gateway-roles.js';
import { CustosError } from '../../core/errors.js';
import { parseTenantId } from '../../core/ids.js';
import { tryJson } from '../../core/json.js';
import type { GatewayKey, GatewayKeys } from '../../core/store/gateway-keys.js';
import type { Database } from '../database.js';
import type { QueueTables } from './schema.js';

type Row = Selectable<QueueTables['gateway_keys']>;

/** The table of the gateway's keys. */
export function gatewayKeys(database: Database<QueueTables>): GatewayKeys {
  return {
    async add({ key, hash }) {
      await database.write((db) => db.insertInto('gateway_keys').values(rowOf(key, hash)).execute());
    },
    find: (id) =>
      database.read(async (db) => {
        const row = await db.selectFrom('gateway_keys').selectAll().where('id', '=', id).executeTakeFirst();
        return row && { key: keyOf(row), hash: row.hash };
      }),
    all: () =>
      database.read(async (db) => {
        const rows = await db.selectFrom('gateway_keys').selectAll().orderBy('created_at').orderBy('id').execute();
        return rows.map(keyOf);
      }),
    revoke: (id, at) =>
      database.write(async (db) => {
        const open = db.updateTable('gateway_keys').set({ revoked_at: at }).where('id', '=', id);
        await open.where('revoked_at', 'is', null).execute();
        const row = await db.selectFrom('gateway_keys').select('id').where('id', '=', id).executeTakeFirst();
        return row !== undefined;
      }),
  };
}

function rowOf({ id, name, roles, tenant, createdAt, expiresAt, revokedAt }: GatewayKey, hash: string): Row {
  return {
    ...{ id, name, roles: JSON.stringify(roles), tenant: tenant ?? null, hash, created_at: createdAt },
    ...{ expires_at: expiresAt ?? null, revoked_at: revokedAt ?? null },
  };
}

/** @throws CustosError STORE_DAMAGED */
function keyOf({ id, name, roles, tenant, created_at, expires_at, revoked_at }: Row): GatewayKey {
  return {
    ...{ id, name, roles: rolesOf(id, roles), createdAt: Number(created_at) },
    ...(tenant !== null && { tenant: parseTenantId(tenant) }),
    ...(expires_at !== null && { expiresAt: Number(expires_at) }),
    ...(revoked_at !== null && { revokedAt: Number(revoked_at) }),
  };
}

function rolesOf(id: string, text: string): GatewayKey['roles'] {
  const list = tryJson(text);
  if (Array.isArray(list) && list.every((role) => typeof role === 'string' && isGatewayRole(role))) return list;
  throw new CustosError('STORE_DAMAGED', `the roles of key ${id} cannot be read`);
}
