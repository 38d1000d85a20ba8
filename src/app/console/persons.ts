import type {
  ConsoleSite,
  OpenedSession,
  PersonSession,
  PersonShown,
  PersonsService,
  Visitor,
} from '../../api/console/parts.js';
import { Bucket } from '../../api/rate.js';
import { personsTenant, scopesOfRoles } from '../../core/access/persons.js';
import { USUAL_RATE } from '../../core/access/token.js';
import type { UserLogin } from '../../core/access/user-login.js';
import type { StoredTicket } from '../../core/access/user-ticket.js';
import { CustosError } from '../../core/errors.js';
import { defaultTenant, type OwnerId, parseOwnerId } from '../../core/ids.js';
import { type Log, tell } from '../../core/log.js';
import type { Constitution } from '../../core/policy/constitution.js';
import { pointOf, readCoseKey } from '../../crypto/webauthn/cose-key.js';
import { passkeyOf, personKeyText } from '../../policy/persons/key-text.js';
import type { Attempts } from '../users/attempts.js';
import { type LoginParts, loginOf, loginRefused } from '../users/logins.js';
import { createPasskeys, type PasskeyParts, provePasskey } from '../users/passkeys.js';
import { findCode } from './codes.js';
import { shownPersons } from './directory.js';
import { findSession, openSession, renewSession } from './sessions.js';

export interface PersonsParts extends LoginParts {
  readonly attempts: Attempts;
  readonly log: Log;
  /** Known once the server listens. */
  site(): ConsoleSite;
  /** In force now; undefined without one. */
  constitution(): Promise<Constitution | undefined>;
}

/** Persons as the console knows them: who may log in is in the store, and what they may do is in the constitution. */
export function createPersons(parts: PersonsParts): PersonsService {
  const passkeys: PasskeyParts = {
    ...parts,
    get relyingParty() {
      const { origin, hasPasskeys } = parts.site();
      return hasPasskeys ? { rpId: new URL(origin).hostname, origins: [origin] } : undefined;
    },
  };
  const service = createPasskeys(passkeys);
  const rates = new Map<string, Bucket>();
  const user = (name: string) => ({ tenant: personsTenant, owner: name as OwnerId });
  return {
    site: () => parts.site(),
    async find(cookie) {
      const session = await personSession(parts, cookie);
      keepToRate(rates, session.person.name);
      return session;
    },
    async startEnrolment(code, visitor) {
      const { name } = await codeOwner(parts, code, visitor);
      return { name, options: await service.start(user(name), undefined) };
    },
    async enrol(code, made, visitor) {
      const { name, ticket } = await codeOwner(parts, code, visitor);
      // Of two who have the code, one gets in.
      if (!(await parts.tickets.take(ticket.hash))) throw loginRefused();
      await service.add(user(name), made.name, made.key);
      return opened(parts, { name, owner: ticket.owner, by: 'code' }, visitor);
    },
    startLogin: (name) => service.startLogin(user(parseOwnerId(name))),
    async login(name, answer, { address, ...visitor }) {
      const who = user(parseOwnerId(name));
      await provePasskey(passkeys, { ...who, address, answer });
      const owner = parts.vault.index.owner(personsTenant, who.owner);
      return opened(parts, { name, owner, by: 'passkey' }, { address, ...visitor });
    },
    all: async () => shownPersons(parts, await parts.constitution()),
    async logout(cookie) {
      const found = await findSession(parts, cookie);
      if (found !== undefined) await parts.tickets.end(found.ticket.owner);
    },
  };
}

/** The session of before ends, whoever had it: what somebody planted in a browser is never a session of another person. */
async function opened(
  parts: PersonsParts,
  { name, owner, by }: { readonly name: string; readonly owner: Uint8Array; readonly by: 'code' | 'passkey' },
  { cookie }: Visitor,
): Promise<OpenedSession> {
  const before = await findSession(parts, cookie);
  if (before !== undefined) await parts.tickets.take(before.ticket.hash);
  tell(parts.log, 'person-logged-in', { person: name, by });
  return { cookie: await openSession(parts, owner), name };
}

/** @throws CustosError LOGIN_REFUSED, RATE_LIMITED */
async function codeOwner(
  parts: PersonsParts,
  code: string,
  { address }: Visitor,
): Promise<{ readonly name: string; readonly ticket: StoredTicket }> {
  const succeed = parts.attempts.take('code of a person', address);
  const ticket = await findCode(parts, code);
  const name = ticket && (await nameOf(parts, ticket.owner));
  if (ticket === undefined || name === undefined) throw loginRefused();
  succeed();
  return { name, ticket };
}

async function nameOf({ store, vault }: PersonsParts, owner: Uint8Array): Promise<string | undefined> {
  const stored = await store.owners.get(owner);
  return stored?.tenant === personsTenant ? vault.beside.openOwner(stored).owner : undefined;
}

/** @throws CustosError SESSION_ENDED, STORE_* */
async function personSession(parts: PersonsParts, cookie: string | undefined): Promise<PersonSession> {
  const found = await findSession(parts, cookie);
  const name = found && (await nameOf(parts, found.ticket.owner));
  if (found === undefined || name === undefined) throw ended();
  const renewed = await renewSession(parts, found);
  const [constitution, login] = await Promise.all([parts.constitution(), loginOf(parts, found.ticket.owner)]);
  const person = shownPerson(name, { login, constitution, rpId: new URL(parts.site().origin).hostname });
  const requireValid = async () => {
    const still = await parts.tickets.get(found.ticket.hash);
    if (still === undefined || still.expiresAt <= parts.clock.now()) throw ended();
  };
  return {
    person,
    caller: {
      ...{ id: `person:${name}`, tenant: defaultTenant, name, rate: USUAL_RATE, createdAt: found.since },
      scopes: scopesOfRoles(person.roles),
      person: { requireValid },
    },
    expiresAt: found.ticket.expiresAt,
    renewed,
  };
}

/** What a person may do is asked of the constitution each time: whoever it no longer names may do nothing from then on. */
function shownPerson(
  name: string,
  {
    login,
    constitution,
    rpId,
  }: { readonly login: UserLogin; readonly constitution: Constitution | undefined; readonly rpId: string },
): PersonShown {
  const known = constitution?.persons.get(name);
  return {
    name,
    roles: [...(known?.roles ?? [])],
    keys: (login.passkeys ?? []).map(({ id, name: called, publicKey }) => {
      const key = personKeyText(passkeyOf(rpId, pointOf(readCoseKey(Buffer.from(publicKey, 'base64url')))));
      return { id, name: called, key, isEnacted: constitution?.signers.get(key)?.person.name === name };
    }),
  };
}

function keepToRate(rates: Map<string, Bucket>, name: string): void {
  const now = performance.now();
  const bucket = rates.get(name) ?? new Bucket(USUAL_RATE, now);
  rates.set(name, bucket);
  const wait = bucket.take(now);
  if (wait === 0) return;
  const details = { retryAfter: Math.ceil(wait / 1000) };
  throw new CustosError('RATE_LIMITED', 'the session sends more requests than its rate allows', { details });
}

function ended(): CustosError {
  return new CustosError('SESSION_ENDED', 'there is no session, or it has ended');
}
