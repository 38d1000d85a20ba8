import { z } from 'zod';
import { allScopes } from '../../core/access/scopes.js';
import type { Token } from '../../core/access/token.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { boundTo, type Caller, includesOwner } from '../caller.js';
import { cursorOf, keyOf } from '../cursor.js';
import { gathered } from '../gather.js';
import type { ListedToken } from '../parts.js';
import { type Route, route } from '../route.js';
import { chain, described, moment, named, pageOf, paging, USUAL_LIMIT, walletId } from '../schemas.js';
import { owner } from '../wallets/forms.js';

const id = z.string().regex(/^[0-9a-f]{16}$/, 'must be 16 hexadecimal digits');
const scope = z.enum(allScopes as [Token['scopes'][number], ...Token['scopes'][number][]]);

const tokenForm = named(
  'TokenRequest',
  z.strictObject({
    name: z.string().min(1).max(64),
    scopes: z.array(scope).min(1).max(50),
    chains: z.array(chain).min(1).max(100).optional(),
    wallets: z.array(walletId).min(1).max(1000).optional(),
    owners: described(
      z.array(owner).min(1).max(20).optional(),
      'only what belongs to these; the rest is to it as if it did not exist',
    ),
    from: described(z.array(z.string().max(60)).min(1).max(100).optional(), 'networks such as `10.0.0.0/8`'),
    rate: z.int().min(1).max(1_000_000).optional(),
    expiresIn: described(z.int().min(1).max(315_360_000).optional(), 'seconds'),
  }),
);

const members = {
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  chains: z.array(z.string()).nullable(),
  wallets: z.array(z.string()).nullable(),
  owners: z.array(z.string()).nullable(),
  from: z.array(z.string()).nullable(),
  rate: z.number(),
  createdAt: moment,
  expiresAt: moment.nullable(),
  revokedAt: moment.nullable(),
  lastUsedAt: moment.nullable(),
};
const token = named('Token', z.strictObject(members));
const newToken = named(
  'NewToken',
  z.strictObject({ id: z.string(), token: described(z.string(), 'what the application sends; shown only here') }),
);

export const tokenRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/v1/tokens',
    id: 'createToken',
    about: 'makes a token of the same tenant, with no more rights than the one that asks',
    scope: 'tokens:manage',
    body: tokenForm,
    answers: { 201: { about: 'the token, shown once', schema: newToken } },
    async handle({ body: { expiresIn, ...wanted } }, { tokens, clock }, caller) {
      const expiresAt = expiresIn === undefined ? caller.expiresAt : clock.now() + expiresIn * 1000;
      const { chains, wallets, from, rate } = caller;
      const owners = boundTo(caller)?.map((one) => one.owner);
      const narrowed = { chains, wallets, owners, from, rate, ...wanted };
      requireNarrower(caller, { ...narrowed, expiresAt });
      const made = await tokens.create({ tenant: caller.tenant, ...narrowed, expiresAt });
      try {
        return { status: 201, body: { id: made.id, token: made.text.exposeText() } };
      } finally {
        made.text.wipe();
      }
    },
  }),
  route({
    method: 'GET',
    path: '/v1/tokens',
    id: 'listTokens',
    about: 'lists the tokens of the tenant, without their secrets',
    scope: 'tokens:manage',
    query: z.strictObject(paging),
    answers: { 200: { about: 'a page', schema: pageOf('TokenPage', token) } },
    async handle({ query: { after, limit = USUAL_LIMIT } }, { tokens }, caller) {
      const { data, next } = await gathered({
        ...{ after: keyOf(after, (text) => id.parse(text)), limit },
        page: (last, size) => tokens.list(caller.tenant, { after: last, limit: size }),
        keyOf: (one: ListedToken) => one.id,
        isShown: (one) => isVisible(caller, one),
      });
      return { status: 200, body: { data: data.map(tokenJson), next: next === undefined ? null : cursorOf(next) } };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/tokens/{id}',
    id: 'revokeToken',
    about: 'ends a token of the tenant for good',
    scope: 'tokens:manage',
    params: z.strictObject({ id }),
    answers: { 204: { about: 'it is refused from now on, by other processes within a second' } },
    async handle({ params }, { tokens }, caller) {
      const found = await tokens.get(caller.tenant, params.id);
      if (!isVisible(caller, found))
        throw new CustosError('TOKEN_UNKNOWN', `the store has no token ${quote(params.id)}`);
      await tokens.revoke(caller.tenant, params.id);
      return { status: 204 };
    },
  }),
];

interface Rights extends Partial<Pick<ListedToken, 'chains' | 'wallets' | 'owners' | 'from'>> {
  readonly scopes: Token['scopes'];
  readonly rate?: number | undefined;
  readonly expiresAt?: number | undefined;
}

/** @throws CustosError TOKEN_FACTS_INVALID */
function requireNarrower(caller: Caller, wanted: { [K in keyof Rights]: Rights[K] | undefined }): void {
  const within = (all: readonly string[] | undefined, some: readonly string[] | undefined) =>
    all === undefined || some?.every((one) => all.includes(one)) === true;
  const isNarrower =
    within(caller.scopes, wanted.scopes) &&
    within(caller.chains, wanted.chains) &&
    within(caller.wallets, wanted.wallets) &&
    within(
      boundTo(caller)?.map((one) => one.owner),
      wanted.owners,
    ) &&
    within(caller.from, wanted.from) &&
    (wanted.rate ?? 0) <= caller.rate &&
    (caller.expiresAt === undefined || (wanted.expiresAt ?? Number.POSITIVE_INFINITY) <= caller.expiresAt);
  if (!isNarrower) throw new CustosError('TOKEN_FACTS_INVALID', 'a token makes none with more rights than its own');
}

/** A token of some owners knows of no others. */
function isVisible(caller: Caller, { owners }: ListedToken): boolean {
  return boundTo(caller) === undefined || owners?.every((one) => includesOwner(caller, one)) === true;
}

function tokenJson(one: ListedToken): z.input<typeof token> {
  const shown = (at: number | undefined) => (at === undefined ? null : new Date(at).toISOString());
  return {
    ...{ id: one.id, name: one.name, scopes: [...one.scopes], rate: one.rate },
    chains: one.chains === undefined ? null : [...one.chains],
    wallets: one.wallets === undefined ? null : [...one.wallets],
    owners: one.owners === undefined ? null : [...one.owners],
    from: one.from === undefined ? null : [...one.from],
    createdAt: new Date(one.createdAt).toISOString(),
    expiresAt: shown(one.expiresAt),
    revokedAt: shown(one.revokedAt),
    lastUsedAt: shown(one.lastUsedAt),
  };
}
