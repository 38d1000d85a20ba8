import type { ProvenUser } from '../../api/caller.js';
import type { LoginRequest, UsersService } from '../../api/parts.js';
import type { IssuerKeys } from '../../cloud/oidc/issuer-keys.js';
import { verifyUserToken } from '../../cloud/oidc/user-tokens.js';
import { CustosError } from '../../core/errors.js';
import type { OwnerId, TenantId } from '../../core/ids.js';
import { type Log, tell } from '../../core/log.js';
import type { AccessTable } from '../../core/store/access.js';
import { settingsOf } from '../access/settings.js';
import { putOwner } from '../wallets/owners.js';
import type { Attempts } from './attempts.js';
import { KnownSettings } from './known-settings.js';
import { changeLogin, type LoginParts, loginOf, loginRefused, openSessionWhile } from './logins.js';
import { OwnerRates } from './owner-rates.js';
import type { Passwords } from './passwords.js';
import { KnownProofs } from './proofs.js';
import { findSession, isSessionText, type NewSession, openSession } from './sessions.js';

export interface UsersParts extends LoginParts {
  readonly access: Pick<AccessTable, 'settings'>;
  readonly keys: Pick<IssuerKeys, 'of'>;
  readonly passwords: Passwords;
  readonly attempts: Attempts;
  readonly log: Log;
}

interface VerifyingParts extends UsersParts {
  readonly proofs: KnownProofs;
  readonly settings: KnownSettings;
}

/** The users of tenants, as the API knows them. */
export function createUsers(given: UsersParts): UsersService {
  const settings = new KnownSettings((tenant) => settingsOf(given, tenant));
  const parts = { ...given, settings, proofs: new KnownProofs(given.clock) };
  const { vault, tickets, passwords } = parts;
  const rates = new OwnerRates(parts);
  return {
    keepToRate: (tenant, owner) => rates.keep(tenant, owner),
    verify: (tenant, text) =>
      isSessionText(text) ? verifySession(parts, tenant, text) : verifyToken(parts, tenant, text),
    async setPassword(user, password) {
      const kept = await passwords.hash(password);
      await changeLogin(parts, user, (login) => ({ ...login, password: kept }));
    },
    async reset(user) {
      const known = await parts.store.owners.get(vault.index.owner(user.tenant, user.owner));
      if (known !== undefined) await changeLogin(parts, user, () => undefined);
    },
    login: (request) => logIn(parts, request),
    async exchange(tenant, { owner, by }) {
      if (by !== 'issuer') throw new CustosError('USER_TOKEN_UNSUPPORTED', 'a session opens no other session');
      await putOwner(parts, tenant, owner);
      const of = { kind: 'exchange', tenant, owner: vault.index.owner(tenant, owner) } as const;
      const { session, expiresAt } = await openSession(parts, of);
      return { session, expiresAt };
    },
    async logout(tenant, text) {
      const found = await findSession(parts, tenant, text);
      if (found !== undefined) await tickets.take(found.hash);
    },
  };
}

async function verifyToken(parts: VerifyingParts, tenant: TenantId, text: string): Promise<ProvenUser> {
  const { oidc } = await parts.settings.of(tenant);
  if (oidc === undefined) {
    throw new CustosError('USER_TOKEN_UNSUPPORTED', 'the tenant has no identity provider whose tokens count');
  }
  const verify = async () => {
    const { owner, until } = await verifyUserToken(text, oidc, parts);
    return { user: proven(parts, tenant, { owner, by: 'issuer' }), until };
  };
  const { user } = await parts.proofs.of({ tenant, settings: oidc, text }, verify).catch((error: unknown) => {
    if (error instanceof CustosError && error.code === 'USER_TOKEN_INVALID') {
      // Only the log says what is wrong with a token.
      tell(parts.log, 'user-refused', { tenant, reason: error.details['reason'] });
    }
    throw error;
  });
  return user;
}

async function verifySession(parts: UsersParts, tenant: TenantId, text: string): Promise<ProvenUser> {
  const found = await findSession(parts, tenant, text);
  const stored = found && (await parts.store.owners.get(found.owner));
  if (stored === undefined || stored.tenant !== tenant) {
    tell(parts.log, 'user-refused', { tenant, reason: 'no such session' });
    throw new CustosError('USER_TOKEN_INVALID', 'the token of the user is not valid');
  }
  const by = found?.kind === 'exchange' ? 'exchange' : 'session';
  return proven(parts, tenant, { owner: parts.vault.beside.openOwner(stored).owner, by });
}

function proven(
  { vault }: UsersParts,
  tenant: TenantId,
  user: { readonly owner: OwnerId; readonly by: ProvenUser['by'] },
): ProvenUser {
  return { ...user, tag: Buffer.from(vault.index.owner(tenant, user.owner)).toString('hex') };
}

/** A wrong password, a user without one, and an unknown user are answered alike, and after the same time. */
async function logIn(parts: UsersParts, { tenant, owner, address, password }: LoginRequest): Promise<NewSession> {
  const { vault, attempts, passwords, log } = parts;
  const digest = vault.index.owner(tenant, owner);
  const succeed = attempts.take(Buffer.from(digest).toString('hex'), address);
  const { password: kept } = await loginOf(parts, digest);
  if (!(await passwords.isRight(password, kept))) {
    tell(log, 'user-refused', { tenant, reason: 'wrong password, or no such user' });
    throw loginRefused();
  }
  succeed();
  return openSessionWhile(parts, { tenant, digest }, (login) => login.password?.key === kept?.key);
}
