import { randomBytes } from 'node:crypto';
import type { AnsweredKey, CreationOptions, NewKey, RequestOptions } from '../../api/forms/passkeys.js';
import type { PasskeyLoginRequest, PasskeysService, ShownPasskey, UserRef } from '../../api/parts.js';
import type { RelyingParty } from '../../core/access/relying-party.js';
import type { Passkey, UserLogin } from '../../core/access/user-login.js';
import type { TicketKind } from '../../core/access/user-ticket.js';
import { CustosError } from '../../core/errors.js';
import { type Log, tell } from '../../core/log.js';
import { verifyAssertion } from '../../crypto/webauthn/assertion.js';
import { readChallenge } from '../../crypto/webauthn/client-data.js';
import { algorithms } from '../../crypto/webauthn/cose-key.js';
import { invalid } from '../../crypto/webauthn/refusal.js';
import { verifyRegistration } from '../../crypto/webauthn/registration.js';
import { changeOwner, putOwner } from '../wallets/owners.js';
import type { Attempts } from './attempts.js';
import { changeLogin, type LoginParts, loginOf, loginRefused, openSessionWhile, withLogin } from './logins.js';
import type { NewSession } from './sessions.js';
import { findTicket, giveTicket } from './tickets.js';

/** How long a question to a passkey is open, in milliseconds. */
const OPEN = 5 * 60 * 1000;
/** Passkeys of one user. */
const MOST = 10;

export interface PasskeyParts extends LoginParts {
  /** Undefined: this server has no site of passkeys. */
  readonly relyingParty: RelyingParty | undefined;
  readonly attempts: Attempts;
  readonly log: Log;
}

/** The passkeys of users, as the API knows them. */
export function createPasskeys(parts: PasskeyParts): PasskeysService {
  return {
    start: (user, shownAs) => start(parts, user, shownAs),
    add: (user, name, key) => add(parts, user, { name, key }),
    async list(user) {
      requireSite(parts);
      return (await loginOf(parts, digestOf(parts, user))).passkeys ?? [];
    },
    remove: (user, id) => remove(parts, user, id),
    startLogin: (user) => startLogin(parts, user),
    login: (request) => logIn(parts, request),
  };
}

async function start(parts: PasskeyParts, user: UserRef, shownAs: string = user.owner): Promise<CreationOptions> {
  const { rpId } = requireSite(parts);
  const { handle, passkeys } = await withHandle(parts, user);
  if (passkeys.length >= MOST) throw tooMany();
  return {
    challenge: await ask(parts, 'register', user),
    timeout: OPEN,
    rp: { id: rpId, name: rpId },
    user: { id: handle, name: shownAs, displayName: shownAs },
    pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
    excludeCredentials: passkeys.map(described),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
    attestation: 'none',
  };
}

/** The user, known from now on, with the handle by which authenticators know them. */
async function withHandle(
  parts: PasskeyParts,
  user: UserRef,
): Promise<{ handle: string; passkeys: readonly Passkey[] }> {
  const made = randomBytes(32).toString('base64url');
  const { owner: known } = await putOwner(parts, user.tenant, user.owner);
  const { login = {} } =
    known.login?.handle === undefined
      ? await changeOwner(parts, user, (now) => withLogin(now, { handle: made, ...now.login }))
      : known;
  return { handle: login.handle ?? made, passkeys: login.passkeys ?? [] };
}

async function add(
  parts: PasskeyParts,
  user: UserRef,
  { name, key }: { readonly name: string; readonly key: NewKey },
): Promise<ShownPasskey> {
  const site = requireSite(parts);
  const { clientDataJSON: clientData, attestationObject, transports = [] } = key.response;
  const before = await loginOf(parts, digestOf(parts, user));
  const challenge = await takeQuestion(parts, { kind: 'register', user }, clientData);
  const { id, publicKey, signCount } = verifyRegistration(
    { id: key.id, clientData, attestationObject },
    { ...site, challenge },
  );
  const made = {
    id: textOf(id),
    publicKey: textOf(publicKey),
    signCount,
    name,
    createdAt: parts.clock.now(),
    transports,
  };
  await changeOwner(parts, { ...user, isLogin: true }, (known) =>
    withLogin(known, withPasskey(known.login, before, made)),
  );
  return made;
}

/**
 * @param before - how the user logged in when the question was still open. A change in between has ended it, as it ends sessions.
 */
function withPasskey(now: UserLogin = {}, before: UserLogin, made: Passkey): UserLogin {
  const { passkeys = [] } = now;
  const isThere = (id: string) => passkeys.some((one) => one.id === id);
  const isSame = now.handle === before.handle && now.password?.key === before.password?.key;
  if (!isSame || before.passkeys?.every(({ id }) => isThere(id)) === false) throw notOpen();
  if (isThere(made.id)) throw invalid('the user has it already');
  if (passkeys.length >= MOST) throw tooMany();
  return { ...now, passkeys: [...passkeys, made] };
}

async function remove(parts: PasskeyParts, user: UserRef, id: string): Promise<void> {
  requireSite(parts);
  const { passkeys = [] } = await loginOf(parts, digestOf(parts, user));
  if (!passkeys.some((one) => one.id === id)) {
    throw new CustosError('PASSKEY_UNKNOWN', 'the user has no passkey of this id');
  }
  await changeLogin(parts, user, (login) => ({
    ...login,
    passkeys: login.passkeys?.filter((one) => one.id !== id) ?? [],
  }));
}

async function startLogin(parts: PasskeyParts, user: UserRef): Promise<RequestOptions> {
  const { rpId } = requireSite(parts);
  const { passkeys = [] } = await loginOf(parts, digestOf(parts, user));
  return {
    challenge: await ask(parts, 'login', user),
    ...{ timeout: OPEN, rpId, userVerification: 'required' },
    allowCredentials: passkeys.length > 0 ? passkeys.map(described) : [decoy(parts, user)],
  };
}

/**
 * A passkey that does not exist, always the same of one user, so that users without any and unknown ones do not stand out (WebAuthn 2,
 * section 14.6.2).
 */
function decoy({ mac }: PasskeyParts, { tenant, owner }: UserRef): RequestOptions['allowCredentials'][number] {
  return { id: mac(['custos/no-passkey', tenant, owner]), type: 'public-key', transports: ['hybrid', 'internal'] };
}

async function logIn(parts: PasskeyParts, request: PasskeyLoginRequest): Promise<NewSession> {
  const { id, publicKey } = await provePasskey(parts, request);
  const isThere = (one: Passkey) => one.id === id && one.publicKey === publicKey;
  const of = { tenant: request.tenant, digest: digestOf(parts, request) };
  return openSessionWhile(parts, of, ({ passkeys = [] }) => passkeys.some(isThere));
}

/**
 * Whatever is wrong is answered alike; the log says it.
 * @returns the passkey that answered, once its counter is kept
 * @throws CustosError LOGIN_REFUSED, RATE_LIMITED, PASSKEYS_OFF, STORE_*
 */
export async function provePasskey(
  parts: PasskeyParts,
  { tenant, owner, address, answer }: PasskeyLoginRequest,
): Promise<Passkey> {
  requireSite(parts);
  const digest = digestOf(parts, { tenant, owner });
  const succeed = parts.attempts.take(Buffer.from(digest).toString('hex'), address);
  const passkey = await proven(parts, { tenant, owner }, answer).catch((error: unknown) => {
    if (!(error instanceof CustosError) || error.code !== 'PASSKEY_INVALID') throw error;
    tell(parts.log, 'user-refused', { tenant, reason: error.details['reason'] });
    throw loginRefused();
  });
  succeed();
  return passkey;
}

/** @returns the passkey that answered, once its counter is kept. @throws CustosError PASSKEY_INVALID */
async function proven(parts: PasskeyParts, user: UserRef, { id, response }: AnsweredKey): Promise<Passkey> {
  const { clientDataJSON: clientData, authenticatorData, signature, userHandle } = response;
  const challenge = await takeQuestion(parts, { kind: 'login', user }, clientData);
  const { passkeys = [], handle = '' } = await loginOf(parts, digestOf(parts, user));
  const passkey = passkeys.find((one) => one.id === textOf(id));
  if (passkey === undefined) throw invalid('the user has no such passkey');
  const answer = { clientData, authenticatorData, signature, ...(userHandle != null && { userHandle }) };
  const kept = { publicKey: bytesOf(passkey.publicKey), userHandle: bytesOf(handle), signCount: passkey.signCount };
  const signCount = verifyAssertion(answer, { ...requireSite(parts), challenge }, kept);
  if (signCount > 0) await count(parts, user, { ...passkey, signCount });
  return passkey;
}

/** Of two answers with one counter, only the first counts. */
async function count(parts: PasskeyParts, user: UserRef, counted: Passkey): Promise<void> {
  await changeOwner(parts, user, ({ login = {}, ...known }) => {
    const { passkeys = [] } = login;
    const now = passkeys.find(({ id }) => id === counted.id);
    if (now === undefined || now.signCount >= counted.signCount)
      throw invalid('its counter was used by another answer');
    const changed = passkeys.map((one) => (one === now ? { ...one, signCount: counted.signCount } : one));
    return { ...known, login: { ...login, passkeys: changed } };
  });
}

/** @returns a challenge that is good for one answer */
async function ask(parts: PasskeyParts, kind: 'register' | 'login', user: UserRef): Promise<string> {
  const of = { kind, tenant: user.tenant, owner: digestOf(parts, user) };
  return textOf((await giveTicket(parts, of, OPEN)).secret);
}

/**
 * Takes the question that an answer is for, right or wrong: the same answer finds none a second time, on whatever server.
 * @throws CustosError PASSKEY_INVALID
 */
async function takeQuestion(
  parts: PasskeyParts,
  { kind, user }: { readonly kind: TicketKind; readonly user: UserRef },
  clientData: Uint8Array,
): Promise<Uint8Array> {
  const challenge = readChallenge(clientData);
  const found = await findTicket(parts, { tenant: user.tenant, kinds: [kind] }, challenge);
  const isOfUser = found !== undefined && Buffer.compare(found.owner, digestOf(parts, user)) === 0;
  if (!isOfUser || !(await parts.tickets.take(found.hash))) throw notOpen();
  return challenge;
}

/** @throws CustosError PASSKEYS_OFF */
function requireSite({ relyingParty }: PasskeyParts): RelyingParty {
  if (relyingParty !== undefined) return relyingParty;
  throw new CustosError('PASSKEYS_OFF', 'this server was started without the site of passkeys');
}

function digestOf({ vault }: PasskeyParts, { tenant, owner }: UserRef): Uint8Array {
  return vault.index.owner(tenant, owner);
}

function described({ id, transports }: Passkey): RequestOptions['allowCredentials'][number] {
  return { id, type: 'public-key', transports: [...transports] };
}

function notOpen(): CustosError {
  return invalid('its challenge was not given to this user, was answered already, or has ended');
}

function tooMany(): CustosError {
  return new CustosError('PASSKEY_LIMIT', `the user has ${MOST} passkeys, and can have no more`);
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'base64url');
}
