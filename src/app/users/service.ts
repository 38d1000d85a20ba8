import type { ProvenUser } from '../../api/caller.js';
import type { LoginRequest, UserRef, UsersService } from '../../api/parts.js';
import type { IssuerKeys } from '../../cloud/oidc/issuer-keys.js';
import { verifyUserToken } from '../../cloud/oidc/user-tokens.js';
import type { UserLogin } from '../../core/access/user-login.js';
import { CustosError } from '../../core/errors.js';
import type { OwnerId, TenantId } from '../../core/ids.js';
import { type Log, tell } from '../../core/log.js';
import type { Owner } from '../../core/signing/lookup.js';
import type { AccessTable } from '../../core/store/access.js';
import { settingsOf } from '../access/settings.js';
import { changeOwner, type OwnerParts, putOwner } from '../wallets/owners.js';
import type { Attempts } from './attempts.js';
import type { Passwords } from './passwords.js';
import { KnownProofs } from './proofs.js';
import { findSession, isSessionText, type NewSession, openSession, type SessionParts } from './sessions.js';

export interface UsersParts extends OwnerParts, SessionParts {
  readonly access: Pick<AccessTable, 'settings'>;
  readonly keys: Pick<IssuerKeys, 'of'>;
  readonly passwords: Passwords;
  readonly attempts: Attempts;
  readonly clock: OwnerParts['clock'];
  readonly log: Log;
}

interface VerifyingParts extends UsersParts {
  readonly proofs: KnownProofs;
}

/** The users of tenants, as the API knows them. */
export function createUsers(given: UsersParts): UsersService {
  const parts = { ...given, proofs: new KnownProofs(given.clock) };
  const { vault, tickets, passwords } = parts;
  return {
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
      if (by === 'session') throw new CustosError('USER_TOKEN_UNSUPPORTED', 'a session opens no other session');
      await putOwner(parts, tenant, owner);
      return openSession(parts, { tenant, owner: vault.index.owner(tenant, owner) });
    },
    async logout(tenant, text) {
      const found = await findSession(parts, tenant, text);
      if (found !== undefined) await tickets.take(found.hash);
    },
  };
}

async function verifyToken(parts: VerifyingParts, tenant: TenantId, text: string): Promise<ProvenUser> {
  const { oidc } = await settingsOf(parts, tenant);
  if (oidc === undefined) {
    throw new CustosError('USER_TOKEN_UNSUPPORTED', 'the tenant has no identity provider whose tokens count');
  }
  const verify = () => verifyUserToken(text, oidc, parts);
  const { owner } = await parts.proofs.of({ tenant, settings: oidc, text }, verify).catch((error: unknown) => {
    if (error instanceof CustosError && error.code === 'USER_TOKEN_INVALID') {
      // Only the log says what is wrong with a token.
      tell(parts.log, 'user-refused', { tenant, reason: error.details['reason'] });
    }
    throw error;
  });
  return proven(parts, tenant, { owner, by: 'issuer' });
}

async function verifySession(parts: UsersParts, tenant: TenantId, text: string): Promise<ProvenUser> {
  const found = await findSession(parts, tenant, text);
  const stored = found && (await parts.store.owners.get(found.owner));
  if (stored === undefined || stored.tenant !== tenant) {
    tell(parts.log, 'user-refused', { tenant, reason: 'no such session' });
    throw new CustosError('USER_TOKEN_INVALID', 'the token of the user is not valid');
  }
  return proven(parts, tenant, { owner: parts.vault.beside.openOwner(stored).owner, by: 'session' });
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
  const { vault, store, attempts, passwords, log } = parts;
  const digest = vault.index.owner(tenant, owner);
  const succeed = attempts.take(Buffer.from(digest).toString('hex'), address);
  const stored = await store.owners.get(digest);
  const kept = stored && vault.beside.openOwner(stored).login?.password;
  if (!(await passwords.isRight(password, kept))) {
    tell(log, 'user-refused', { tenant, reason: 'wrong password, or no such user' });
    throw new CustosError('LOGIN_REFUSED', 'the user cannot log in with this');
  }
  succeed();
  return openSession(parts, { tenant, owner: digest });
}

/**
 * Changes how a user logs in, and ends the sessions of before. They end first: if the process ends in between, none of them outlives
 * the change. Those that were opened meanwhile end after it.
 */
async function changeLogin(
  parts: UsersParts,
  { tenant, owner }: UserRef,
  change: (login: UserLogin) => UserLogin | undefined,
): Promise<void> {
  const { vault, tickets } = parts;
  const digest = vault.index.owner(tenant, owner);
  await tickets.end(digest);
  await putOwner(parts, tenant, owner);
  const changed = ({ login = {}, ...rest }: Owner): Owner => {
    const next = change(login);
    return next === undefined ? rest : { ...rest, login: next };
  };
  await changeOwner(parts, { tenant, owner, isLogin: true }, changed);
  await tickets.end(digest);
}
