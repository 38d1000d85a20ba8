import { createKey, revokeKey, withKeys } from '../../../app/gateway/keys.js';
import { gatewayRoles } from '../../../core/access/gateway-roles.js';
import { CustosError } from '../../../core/errors.js';
import { defaultTenant, parseTenantId } from '../../../core/ids.js';
import { endOf, type GatewayKey } from '../../../core/store/gateway-keys.js';
import type { Run } from '../../spec.js';

const DAY = 24 * 60 * 60 * 1000;

export const createGatewayKey: Run = async ({ args: [name = ''], house, options, out }) => {
  if (options.allTenants && options.tenant !== undefined) {
    throw new CustosError('USAGE', 'choose one of --tenant and --all-tenants');
  }
  const now = house.clock.now();
  const tenant = options.allTenants ? undefined : parseTenantId(options.tenant ?? defaultTenant);
  const expiresAt = options.days && now + options.days * DAY;
  const wanted = { name, roles: options.roles ?? [], tenant, expiresAt };
  const { id, text } = await withKeys(house.config, (keys) => createKey(keys, wanted, now));
  try {
    if (options.json) out.json({ id, name, tenant: tenant ?? null, key: text.exposeText() });
    else out.line(text.exposeText());
  } finally {
    text.wipe();
  }
  out.note(`Key ${id} is made. It is shown only this once; the queue keeps a hash of it.`);
  return 0;
};

export const listGatewayKeys: Run = async ({ house, options, out }) => {
  const found = await withKeys(house.config, (keys) => keys.all());
  const now = house.clock.now();
  if (options.json) for (const key of found) out.jsonLine(shown(key, now));
  else {
    out.table([
      ['ID', 'STATE', 'NAME', 'TENANT', 'ROLES', 'EXPIRES'],
      ...found.map((key) => {
        const { id, state, name, tenant, roles, expiresAt } = shown(key, now);
        return [id, state, name, tenant ?? '(all)', roles.join(','), expiresAt ?? ''];
      }),
    ]);
  }
  return 0;
};

export const revokeGatewayKey: Run = async ({ args: [id = ''], house, out }) => {
  await withKeys(house.config, (keys) => revokeKey(keys, id, house.clock.now()));
  out.note(`Key ${id} is revoked. Running gateways refuse it from now on.`);
  return 0;
};

/** What each role allows, for the help. */
export function roleNotes(): string {
  return ['Roles:', ...Object.entries(gatewayRoles).map(([role, about]) => `  ${role.padEnd(6)}  ${about}`)].join('\n');
}

function shown(key: GatewayKey, now: number) {
  const { id, name, roles, tenant = null, createdAt, expiresAt } = key;
  return {
    ...{ id, state: endOf(key, now) ?? 'active', name, tenant, roles },
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
  };
}
