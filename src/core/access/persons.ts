import type { TenantId } from '../ids.js';
import type { Role } from '../policy/constitution.js';
import { allScopes, type Scope } from './scopes.js';

/** Persons of the constitution log in as owners of this tenant. It has no tokens: nobody can make a tenant of this name. */
export const personsTenant = 'custos-persons' as TenantId;

const reads: readonly Scope[] = [
  'wallets:read',
  'owners:read',
  'transactions:read',
  'signatures:read',
  'events:read',
  'freezes:read',
  'policies:read',
  'audit:read',
  'health:read',
  'approvals:read',
];

/**
 * What each role of the constitution may do in the console. Nobody there asks for a payment or a signature, so that no session can
 * ask and decide. Whoever examines only reads.
 */
const ofRoles: Readonly<Record<Role, readonly Scope[]>> = {
  admin: [
    ...reads,
    'owners:manage',
    'webhooks:manage',
    'tokens:manage',
    'policies:write',
    'freezes:create',
    'freezes:end',
  ],
  operator: [
    ...reads,
    'wallets:create',
    'owners:manage',
    'webhooks:manage',
    'transactions:cancel',
    'transactions:retry',
    'freezes:create',
    'freezes:end',
  ],
  approver: [...reads, 'approvals:decide', 'freezes:create', 'freezes:end'],
  auditor: reads,
};

/** Whoever logged in without a passkey looks, and stops signing: passwords are guessed and read along, and sessions of plain HTTP are stolen. */
const withoutPasskey: ReadonlySet<Scope> = new Set([...reads, 'freezes:create']);

/** In the order of the table of scopes. @param by - how the person logged in */
export function scopesOfRoles(roles: Iterable<Role>, by: 'passkey' | 'password'): readonly Scope[] {
  const held = new Set([...roles].flatMap((role) => ofRoles[role]));
  return allScopes.filter((scope) => held.has(scope) && (by === 'passkey' || withoutPasskey.has(scope)));
}
