import { changeSettings } from '../../../app/access/settings.js';
import {
  listTokens as allTokens,
  revokeToken as endToken,
  type ListedToken,
  createToken as makeToken,
  tokenParts,
} from '../../../app/access/tokens.js';
import { ownersOf } from '../../../app/wallets/owner-tags.js';
import { applicationScopes, isScope, type Scope, scopes } from '../../../core/access/scopes.js';
import { CustosError } from '../../../core/errors.js';
import { defaultTenant, parseOwnerId, parseTenantId, quote } from '../../../core/ids.js';
import type { Call, Run } from '../../spec.js';

const DAY = 24 * 60 * 60 * 1000;

export const createTenant: Run = async ({ args: [name], house, out }) => {
  const id = parseTenantId(name);
  await house.journal();
  const store = await house.store();
  await store.access.addTenant({ id, createdAt: house.clock.now() });
  out.line(id);
  return 0;
};

export const setTenant: Run = async (call) => {
  const tenant = parseTenantId(call.args[0]);
  const { oidc } = await changeSettings(await parts(call), tenant, call.options.oidc);
  call.out.json({ tenant, ...(oidc && { oidc }) });
  return 0;
};

export const listTenants: Run = async ({ house, options, out }) => {
  const { access } = await house.store();
  const found = await access.tenants();
  if (options.json) {
    for (const { id, createdAt } of found) out.jsonLine({ id, createdAt: new Date(createdAt).toISOString() });
    return 0;
  }
  out.table([['ID', 'SINCE'], ...found.map(({ id, createdAt }) => [id, new Date(createdAt).toISOString()])]);
  return 0;
};

export const createToken: Run = async (call) => {
  const { args, house, options, out } = call;
  const { chains, wallets } = house.config.daemon;
  const now = house.clock.now();
  const wanted = {
    tenant: options.tenant === undefined ? defaultTenant : parseTenantId(options.tenant),
    name: args[0] ?? '',
    scopes: scopesOf(options.scopes),
    chains: chains?.map((chain) => house.chains.get(chain).id),
    wallets: wallets && [...wallets],
    owners: options.owner === undefined ? undefined : [parseOwnerId(options.owner)],
    from: options.from,
    rate: options.rate,
    expiresAt: options.days && now + options.days * DAY,
  };
  const { id, text } = await makeToken(await parts(call), wanted);
  try {
    if (options.json) out.json({ id, tenant: wanted.tenant, name: wanted.name, token: text.exposeText() });
    else out.line(text.exposeText());
  } finally {
    text.wipe();
  }
  out.note(`Token ${id} is made. It is shown only this once; the store keeps a hash of it.`);
  return 0;
};

export const listTokens: Run = async (call) => {
  const { house, options, out } = call;
  const tenant = options.tenant === undefined ? undefined : parseTenantId(options.tenant);
  const rows: string[][] = [];
  const access = await parts(call);
  for await (const listed of allTokens(access, tenant)) {
    const state = stateOf(listed, house.clock.now());
    const { stored, token } = listed;
    const lastUsedAt = stored.lastUsedAt === undefined ? null : new Date(stored.lastUsedAt).toISOString();
    if (options.json)
      out.jsonLine({ id: stored.id, tenant: stored.tenant, state, lastUsedAt, ...(await shownFacts(token, access)) });
    else
      rows.push([stored.id, stored.tenant, state, token?.name ?? '', lastUsedAt ?? '', token?.scopes.join(',') ?? '']);
  }
  if (!options.json) out.table([['ID', 'TENANT', 'STATE', 'NAME', 'LAST USED', 'SCOPES'], ...rows]);
  return 0;
};

export const revokeToken: Run = async (call) => {
  const [id = ''] = call.args;
  await endToken(await parts(call), { id });
  call.out.note(`Token ${id} is revoked. Running servers refuse it within a second.`);
  return 0;
};

/** What each scope allows, for the help. */
export function scopeNotes(): string {
  const width = Math.max(...Object.keys(scopes).map((scope) => scope.length));
  return ['Scopes:', ...Object.entries(scopes).map(([scope, about]) => `  ${scope.padEnd(width)}  ${about}`)].join(
    '\n',
  );
}

type AccessParts = Awaited<ReturnType<typeof parts>>;

async function parts({ house }: Pick<Call, 'house'>) {
  await house.journal();
  const store = await house.store();
  const owners = async () => ({ store, vault: await house.vault() });
  return { ...tokenParts({ store, rootKey: await house.rootKey(), clock: house.clock }), owners };
}

/** @throws CustosError TOKEN_FACTS_INVALID */
function scopesOf(given: readonly string[] | undefined): readonly Scope[] {
  if (given === undefined) return applicationScopes;
  const unknown = given.find((text) => !isScope(text));
  if (unknown !== undefined) throw new CustosError('TOKEN_FACTS_INVALID', `${quote(unknown)} is not a scope`);
  return given.filter(isScope);
}

function stateOf({ token }: ListedToken, now: number): 'active' | 'revoked' | 'expired' | 'not authentic' {
  if (token === undefined) return 'not authentic';
  if (token.revokedAt !== undefined) return 'revoked';
  return token.expiresAt !== undefined && token.expiresAt <= now ? 'expired' : 'active';
}

async function shownFacts(token: ListedToken['token'], { owners: open }: AccessParts): Promise<object> {
  if (token === undefined) return {};
  const { name, scopes: allowed, chains, wallets, ownerTags, from, rate, createdAt, expiresAt } = token;
  const owners = ownerTags && (await ownersOf(await open(), token.tenant, ownerTags)).map(({ owner }) => owner);
  return {
    ...{ name, scopes: allowed, chains, wallets, owners, from, rate },
    createdAt: new Date(createdAt).toISOString(),
    ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
  };
}
