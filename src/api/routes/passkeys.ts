import { z } from 'zod';
import { CustosError } from '../../core/errors.js';
import { type OwnerId, parseOwnerId } from '../../core/ids.js';
import { type Caller, ownerFor } from '../caller.js';
import {
  creationOptions,
  creationRequest,
  newPasskeyRequest,
  passkey,
  passkeyId,
  passkeyList,
  passkeyLoginRequest,
  requestOptions,
} from '../forms/passkeys.js';
import type { ShownPasskey, UserRef } from '../parts.js';
import { type Route, route } from '../route.js';
import { parsedBy } from '../schemas.js';
import { session, sessionAnswer } from './users.js';

const owner = parsedBy(parseOwnerId, z.string().max(512));
const params = z.strictObject({ owner });
/** The latter together with a session of the user. */
const scope = ['users:manage', 'users:login'] as const;

export const passkeyRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/v1/users/{owner}/passkeys/options',
    id: 'startPasskey',
    about: 'what the browser makes a passkey of a user from, once and within five minutes',
    ...{ scope, params, body: creationRequest },
    answers: { 201: { about: 'for `navigator.credentials.create()`', schema: creationOptions } },
    async handle({ params: { owner }, body }, { passkeys }, caller) {
      return { status: 201, body: await passkeys.start(manages(caller, owner), body.user) };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/users/{owner}/passkeys',
    id: 'addPasskey',
    about: 'gives a user the passkey that the browser made',
    ...{ scope, params, body: newPasskeyRequest },
    answers: { 201: { about: 'the passkey', schema: passkey } },
    async handle({ params: { owner }, body }, { passkeys }, caller) {
      return { status: 201, body: shown(await passkeys.add(manages(caller, owner), body.name, body.credential)) };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/users/{owner}/passkeys',
    id: 'listPasskeys',
    about: 'the passkeys of a user, the oldest first',
    ...{ scope, params },
    answers: { 200: { about: 'all of them', schema: passkeyList } },
    async handle({ params: { owner } }, { passkeys }, caller) {
      return { status: 200, body: { data: (await passkeys.list(manages(caller, owner))).map(shown) } };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/users/{owner}/passkeys/{passkey}',
    id: 'removePasskey',
    about: 'takes a passkey away, and ends every session of the user',
    ...{ scope, params: z.strictObject({ owner, passkey: passkeyId }) },
    answers: { 204: { about: 'it does not log its user in any more' } },
    async handle({ params: { owner, passkey: id } }, { passkeys }, caller) {
      await passkeys.remove(manages(caller, owner), id);
      return { status: 204 };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/users/{owner}/sessions/options',
    id: 'startPasskeyLogin',
    about: 'what the browser asks a passkey of a user, once and within five minutes',
    ...{ scope: 'users:login', params },
    answers: { 201: { about: 'for `navigator.credentials.get()`', schema: requestOptions } },
    async handle({ params: { owner } }, { passkeys }, caller) {
      return { status: 201, body: await passkeys.startLogin(userOf(caller, owner)) };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/users/{owner}/sessions/passkey',
    id: 'logInWithPasskey',
    about: 'logs a user in for 15 minutes with what the passkey answered',
    ...{ scope: 'users:login', params, body: passkeyLoginRequest },
    answers: { 201: { about: 'the session', schema: session } },
    async handle({ params: { owner }, body }, { passkeys }, caller) {
      const { address } = caller;
      return sessionAnswer(await passkeys.login({ ...userOf(caller, owner), address, answer: body.credential }));
    },
  }),
];

function userOf(caller: Caller, owner: OwnerId): UserRef {
  ownerFor(caller, owner);
  return { tenant: caller.tenant, owner };
}

/**
 * Whoever gives logins, or the user with a session of a login that Custos keeps. One that was opened for a token of the identity
 * provider does not count: a token of five minutes would become a login without end.
 * @throws CustosError OWNER_UNKNOWN, USER_TOKEN_REQUIRED
 */
function manages(caller: Caller, owner: OwnerId): UserRef {
  const user = userOf(caller, owner);
  if (caller.scopes.includes('users:manage') || caller.user?.by === 'session') return user;
  throw new CustosError(
    'USER_TOKEN_REQUIRED',
    'passkeys need the scope users:manage, or a session of a user who logged in here',
  );
}

function shown({ id, name, createdAt }: ShownPasskey): z.input<typeof passkey> {
  return { id, name, createdAt: new Date(createdAt).toISOString() };
}
