import { z } from 'zod';
import { CustosError } from '../../core/errors.js';
import { parseOwnerId } from '../../core/ids.js';
import { ownerFor } from '../caller.js';
import { type Route, route } from '../route.js';
import { described, moment, named, parsedBy } from '../schemas.js';

const params = z.strictObject({ owner: parsedBy(parseOwnerId, z.string().max(512)) });
const password = described(
  z
    .string()
    .min(12)
    .max(1024)
    .regex(/^\P{Cc}*$/u, 'must have no control characters'),
  'at least 12 characters; compared in the form NFKC',
);
export const session = named(
  'Session',
  z.strictObject({
    session: described(z.string(), 'what the user sends in `Custos-User-Token`; shown only here'),
    expiresAt: moment,
  }),
);
type Opened = { readonly session: string; readonly expiresAt: number };

export const userRoutes: readonly Route[] = [
  route({
    method: 'PUT',
    path: '/v1/users/{owner}/password',
    id: 'setUserPassword',
    about: 'gives a user a password, and ends the sessions of before',
    scope: 'users:manage',
    params,
    body: named('PasswordRequest', z.strictObject({ password })),
    answers: { 204: { about: 'the user logs in with it from now on' } },
    async handle({ params: { owner }, body }, { users }, caller) {
      ownerFor(caller, owner);
      await users.setPassword({ tenant: caller.tenant, owner }, body.password);
      return { status: 204 };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/users/{owner}',
    id: 'resetUser',
    about: 'takes every login of a user away and ends their sessions; the owner and their wallets stay',
    scope: 'users:manage',
    params,
    answers: { 204: { about: 'the user cannot log in' } },
    async handle({ params: { owner } }, { users }, caller) {
      ownerFor(caller, owner);
      await users.reset({ tenant: caller.tenant, owner });
      return { status: 204 };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/users/{owner}/sessions',
    id: 'logIn',
    about: 'logs a user in for 15 minutes',
    scope: 'users:login',
    params,
    body: named('LoginRequest', z.strictObject({ password: z.string().min(1).max(1024) })),
    answers: { 201: { about: 'the session', schema: session } },
    async handle({ params: { owner }, body }, { users }, caller) {
      ownerFor(caller, owner);
      const { tenant, address } = caller;
      return sessionAnswer(await users.login({ tenant, owner, address, password: body.password }));
    },
  }),
  route({
    method: 'POST',
    path: '/v1/sessions',
    id: 'exchangeToken',
    about: "opens a session of 15 minutes for the identity provider's token in `Custos-User-Token`",
    scope: 'users:login',
    answers: { 201: { about: 'the session', schema: session } },
    async handle(_, { users }, { tenant, user }) {
      if (user === undefined) throw withoutToken();
      return sessionAnswer(await users.exchange(tenant, user));
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/sessions',
    id: 'logOut',
    about: 'ends the session in `Custos-User-Token`',
    scope: 'users:login',
    answers: { 204: { about: 'it proves nothing any more' } },
    async handle({ header }, { users }, { tenant }) {
      const text = header('custos-user-token');
      if (text === undefined) throw withoutToken();
      await users.logout(tenant, text);
      return { status: 204 };
    },
  }),
];

function withoutToken(): CustosError {
  return new CustosError('USER_TOKEN_REQUIRED', 'the request has no token of a user');
}

export function sessionAnswer({ session: text, expiresAt }: Opened) {
  const body: z.input<typeof session> = { session: text, expiresAt: new Date(expiresAt).toISOString() };
  return { status: 201, body };
}
