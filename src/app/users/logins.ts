import type { UserRef } from '../../api/parts.js';
import type { UserLogin } from '../../core/access/user-login.js';
import { CustosError } from '../../core/errors.js';
import type { TenantId } from '../../core/ids.js';
import type { Owner } from '../../core/signing/lookup.js';
import { changeOwner, type OwnerParts, putOwner } from '../wallets/owners.js';
import { type NewSession, openSession } from './sessions.js';
import type { TicketParts } from './tickets.js';

/** The parts that know how users log in. */
export interface LoginParts extends OwnerParts, TicketParts {
  readonly clock: OwnerParts['clock'];
}

/** How a user logs in; nothing for one who is not known. @param digest - blind index of the owner */
export async function loginOf({ store, vault }: LoginParts, digest: Uint8Array): Promise<UserLogin> {
  const stored = await store.owners.get(digest);
  return (stored && vault.beside.openOwner(stored).login) ?? {};
}

/**
 * Changes how a user logs in, and ends the sessions of before. They end first: if the process ends in between, none of them outlives
 * the change. Those that were opened meanwhile end after it.
 */
export async function changeLogin(
  parts: LoginParts,
  { tenant, owner }: UserRef,
  change: (login: UserLogin) => UserLogin | undefined,
): Promise<void> {
  const { vault, tickets } = parts;
  const digest = vault.index.owner(tenant, owner);
  await tickets.end(digest);
  await putOwner(parts, tenant, owner);
  await changeOwner(parts, { tenant, owner, isLogin: true }, (known) => withLogin(known, change(known.login ?? {})));
  await tickets.end(digest);
}

/** @param login - undefined: the owner cannot log in */
export function withLogin({ login: _, ...owner }: Owner, login: UserLogin | undefined): Owner {
  return login === undefined ? owner : { ...owner, login };
}

/**
 * Opens a session for a user whose login was found to be right. A change of the login that came after that, and so did not end the
 * session, ends it here.
 * @param holds - whether the login is still the one that was found to be right
 * @throws CustosError LOGIN_REFUSED
 */
export async function openSessionWhile(
  parts: LoginParts,
  of: { readonly tenant: TenantId; readonly digest: Uint8Array },
  holds: (login: UserLogin) => boolean,
): Promise<NewSession> {
  const { hash, ...session } = await openSession(parts, { kind: 'session', tenant: of.tenant, owner: of.digest });
  if (holds(await loginOf(parts, of.digest))) return session;
  await parts.tickets.take(hash);
  throw loginRefused();
}

/** Says the same whatever was wrong. */
export function loginRefused(): CustosError {
  return new CustosError('LOGIN_REFUSED', 'the user cannot log in with this');
}
