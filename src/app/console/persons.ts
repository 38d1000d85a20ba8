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
import type { Log } from '../../core/log.js';
import type { Constitution } from '../../core/policy/constitution.js';
import { pointOf, readCoseKey } from '../../crypto/webauthn/cose-key.js';
import { passkeyOf, personKeyText } from '../../policy/persons/key-text.js';
import { Attempts, usualAllowances } from '../users/attempts.js';
import { loginOf, loginRefused } from '../users/logins.js';
import { createPasskeys, type PasskeyParts, provePasskey } from '../users/passkeys.js';
import { findCode } from './codes.js';
import { shownPersons } from './directory.js';
import { type PasswordParts, provePassword, setPassword, totpOffer } from './passwords.js';
import type { LoginProof, PersonRecord } from './record.js';
import { findSession, type LoginWay, openSession, renewSession } from './sessions.js';

/** Questions to passkeys, which each take a row for a while: of one name, and from one address. */
const questionAllowances = { ...usualAllowances, user: { most: 20, each: 3000 } };

export interface PersonsParts extends PasswordParts {
  readonly record: PersonRecord;
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
  const questions = new Attempts(undefined, questionAllowances);
  return {
    site: () => parts.site(),
    async find(cookie, { isThere }) {
      const session = await personSession(parts, cookie, isThere);
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
      const { id } = await service.add(user(name), made.name, made.key);
      return opened(parts, { name, by: 'code', holds: hasPasskey(id) }, visitor);
    },
    async startLogin(name, { address }) {
      const owner = parseOwnerId(name);
      questions.take(name, address);
      return service.startLogin(user(owner));
    },
    async login(name, answer, visitor) {
      const who = user(parseOwnerId(name));
      const { address } = visitor;
      const person = await knownName(parts, who.owner);
      const { id } = await parts.record.refusals({ person, by: 'passkey', address }, () =>
        provePasskey(passkeys, { ...who, address, answer }),
      );
      return opened(parts, { name, by: 'passkey', holds: hasPasskey(id) }, visitor);
    },
    ...passwordLogins(parts),
    all: async () => shownPersons(parts, await parts.constitution()),
    async logout(cookie) {
      const found = await findSession(parts, cookie);
      const name = found && (await nameOf(parts, found.ticket.owner));
      if (found === undefined) return;
      await parts.tickets.end(found.ticket.owner);
      if (name !== undefined) await parts.record.loggedOut(name);
    },
  };
}

/** Where passkeys cannot be. */
function passwordLogins(parts: PersonsParts): Pick<PersonsService, 'offerTotp' | 'enrolPassword' | 'loginByPassword'> {
  const requireAddress = () => {
    const { origin, hasPasskeys } = parts.site();
    if (!hasPasskeys) return new URL(origin).host;
    throw new CustosError('PASSWORDS_OFF', 'this console has passkeys, so passwords open nothing');
  };
  return {
    async offerTotp(code, visitor) {
      const host = requireAddress();
      const { name, ticket } = await codeOwner(parts, code, visitor);
      return totpOffer(parts, { name, ticket: ticket.hash, host });
    },
    async enrolPassword(code, proof, visitor) {
      requireAddress();
      const { name, ticket } = await codeOwner(parts, code, visitor);
      const kept = await setPassword(parts, { owner: name as OwnerId, ticket: ticket.hash }, proof);
      return opened(parts, { name, by: 'code', holds: (login) => login.password?.key === kept.key }, visitor);
    },
    async loginByPassword(name, proof, visitor) {
      requireAddress();
      const owner = parseOwnerId(name);
      const { address } = visitor;
      const person = await knownName(parts, owner);
      const holds = await parts.record.refusals({ person, by: 'password', address }, () =>
        provePassword(parts, { owner, address }, proof),
      );
      return opened(parts, { name, by: 'password', holds }, visitor);
    },
  };
}

interface Proved {
  readonly name: string;
  readonly by: LoginProof;
  /** Whether a login is still the one that was proved. */
  holds(login: UserLogin): boolean;
}

/** The session of before ends, whoever had it: what somebody planted in a browser is never a session of another person. */
async function opened(
  parts: PersonsParts,
  { name, by, holds }: Proved,
  { cookie: former, address }: Visitor,
): Promise<OpenedSession> {
  const before = await findSession(parts, former);
  if (before !== undefined) await parts.tickets.take(before.ticket.hash);
  await parts.record.loggedIn({ person: name, by, address });
  const owner = parts.vault.index.owner(personsTenant, name as OwnerId);
  const cookie = await openSession(parts, { owner, by: parts.site().hasPasskeys ? 'passkey' : 'password' });
  // A login that was taken away in the meantime did not end this session.
  if (holds(await loginOf(parts, owner))) return { cookie, name };
  await parts.tickets.end(owner);
  throw loginRefused();
}

function hasPasskey(id: string): (login: UserLogin) => boolean {
  return ({ passkeys = [] }) => passkeys.some((one) => one.id === id);
}

/** The name, if somebody of this name can log in. */
async function knownName(parts: PersonsParts, owner: OwnerId): Promise<string | undefined> {
  return nameOf(parts, parts.vault.index.owner(personsTenant, owner));
}

/** @throws CustosError LOGIN_REFUSED, RATE_LIMITED */
async function codeOwner(
  parts: PersonsParts,
  code: string,
  { address }: Visitor,
): Promise<{ readonly name: string; readonly ticket: StoredTicket }> {
  // Nobody keeps others from their first login by trying codes.
  const succeed = parts.attempts.take(`code from ${address}`, address);
  return parts.record.refusals({ person: undefined, by: 'code', address }, async () => {
    const ticket = await findCode(parts, code);
    const name = ticket && (await nameOf(parts, ticket.owner));
    if (ticket === undefined || name === undefined) throw loginRefused();
    succeed();
    return { name, ticket };
  });
}

async function nameOf({ store, vault }: PersonsParts, owner: Uint8Array): Promise<string | undefined> {
  const stored = await store.owners.get(owner);
  return stored?.tenant === personsTenant ? vault.beside.openOwner(stored).owner : undefined;
}

/** @throws CustosError SESSION_ENDED, STORE_* */
async function personSession(
  parts: PersonsParts,
  cookie: string | undefined,
  isThere: boolean,
): Promise<PersonSession> {
  const found = await findSession(parts, cookie);
  const name = found && (await nameOf(parts, found.ticket.owner));
  if (found === undefined || name === undefined) throw ended();
  const renewed = isThere ? await renewSession(parts, found) : undefined;
  const [constitution, login] = await Promise.all([parts.constitution(), loginOf(parts, found.ticket.owner)]);
  const person = shownPerson(name, { login, constitution, by: found.by, rpId: new URL(parts.site().origin).hostname });
  const requireValid = async () => {
    const still = await parts.tickets.get(found.ticket.hash);
    if (still === undefined || still.expiresAt <= parts.clock.now()) throw ended();
  };
  return {
    person,
    caller: {
      ...{ id: `person:${name}`, tenant: defaultTenant, name, rate: USUAL_RATE, createdAt: found.since },
      scopes: scopesOfRoles(person.roles, found.by),
      person: {
        name,
        requireValid,
        asked: (asked) => parts.record.asked(name, asked),
      },
    },
    expiresAt: found.ticket.expiresAt,
    renewed,
  };
}

/** What a person may do is asked of the constitution each time: whoever it no longer names may do nothing from then on. */
function shownPerson(name: string, { login, constitution, by, rpId }: KnownOf): PersonShown {
  const known = constitution?.persons.get(name);
  // Where passwords log in, browsers use no passkey.
  const { passkeys = [] } = by === 'passkey' ? login : {};
  const texts = passkeyTexts({ passkeys }, rpId);
  return {
    ...{ name, by },
    roles: [...(known?.roles ?? [])],
    keys: passkeys.map(({ id, name: called }, at) => {
      const key = texts[at] ?? '';
      return { id, name: called, key, isEnacted: constitution?.signers.get(key)?.person.name === name };
    }),
  };
}

/** Each passkey of a login as constitutions have it. */
export function passkeyTexts({ passkeys = [] }: UserLogin, rpId: string): readonly string[] {
  return passkeys.map(({ publicKey }) => {
    return personKeyText(passkeyOf(rpId, pointOf(readCoseKey(Buffer.from(publicKey, 'base64url')))));
  });
}

/** What is known of a person who is there. */
interface KnownOf {
  readonly login: UserLogin;
  readonly constitution: Constitution | undefined;
  readonly by: LoginWay;
  readonly rpId: string;
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
