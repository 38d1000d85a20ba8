import { beforeEach, describe, expect, it } from 'vitest';
import type { Route } from '../../src/api/route.js';
import { allRoutes } from '../../src/api/server.js';
import { decidingScopes, type Scope } from '../../src/core/access/scopes.js';
import { parseOwnerId, parseTenantId, type TenantId } from '../../src/core/ids.js';
import { keyOf } from '../policy/approvals/people.js';
import { type CreationAsked, SoftPasskey } from '../support/authenticator.js';
import { type Answered, type Asked, freshApi } from './support.js';

/** Names of things, which are somebody's or nobody's. */
interface Names {
  readonly wallet: string;
  /** Of a wallet with a mnemonic. */
  readonly tree: string;
  readonly address: string;
  readonly owner: string;
  readonly label: string;
  readonly transaction: string;
  readonly reference: string;
  readonly signature: string;
  readonly token: string;
  readonly freeze: string;
  readonly webhook: string;
  readonly passkey: string;
}

interface Example extends Omit<Asked, 'token'> {
  /** By default the route's own. */
  readonly path?: string;
}

const to = '0x52908400098527886E0F7030069857D2E4169EE7';
const absent: Names = {
  wallet: '00000000-0000-4000-8000-000000000000',
  tree: '00000000-0000-4000-8000-000000000001',
  address: to,
  owner: 'nobody',
  label: 'nothing',
  transaction: '0'.repeat(24),
  reference: 'payout-0',
  signature: '1'.repeat(24),
  token: '0'.repeat(16),
  freeze: '2'.repeat(32),
  webhook: `wh_${'3'.repeat(32)}`,
  passkey: 'AAAA',
};

const site = { id: 'shop.example.com' };

const nothing = (): Example => ({});
const transactionAt =
  (rest = '') =>
  ({ transaction }: Names): Example => ({ path: `/v1/transactions/${transaction}${rest}` });
const signatureAt =
  (rest = '') =>
  ({ signature }: Names): Example => ({ path: `/v1/signatures/${signature}${rest}` });

const webhookAt =
  (rest = '') =>
  ({ webhook }: Names): Example => ({ path: `/v1/webhooks/${webhook}${rest}` });

/** A request of each operation that names all that it can name. An operation without one fails the test. */
const examples: Readonly<Record<string, (names: Names) => Example>> = {
  getHealth: nothing,
  getErrorKind: () => ({ path: '/errors/WALLET_UNKNOWN' }),
  getDocument: nothing,
  createWallet: ({ owner }) => ({ body: { chain: 'ETH', kind: 'key', owner } }),
  listWallets: ({ owner, label, address }) => ({
    path: `/v1/wallets?chain=ETH&owner=${owner}&label=${label}&address=${address}`,
  }),
  getWallet: ({ wallet }) => ({ path: `/v1/wallets/${wallet}` }),
  createAddress: ({ tree }) => ({ path: `/v1/wallets/${tree}/addresses` }),
  listAddresses: ({ tree }) => ({ path: `/v1/wallets/${tree}/addresses` }),
  putOwner: ({ owner }) => ({ path: `/v1/owners/${owner}`, body: { mostWallets: 5 } }),
  listOwners: nothing,
  getOwner: ({ owner }) => ({ path: `/v1/owners/${owner}` }),
  putWallet: ({ owner }) => ({ path: `/v1/owners/${owner}/wallets/ETH`, body: { kind: 'key', slot: 'second' } }),
  createTransaction: ({ wallet }) => ({
    headers: { 'idempotency-key': 'of the owner' },
    body: { kind: 'raw', chain: 'ETH', keys: [{ wallet }], unsigned: `{"to":"${to}","value":"1"}` },
  }),
  listTransactions: ({ reference }) => ({ path: `/v1/transactions?reference=${reference}` }),
  getTransaction: transactionAt(),
  listTransactionEvents: transactionAt('/events'),
  cancelTransaction: transactionAt('/cancel'),
  retryTransaction: transactionAt('/retry'),
  createSignature: ({ wallet }) => ({
    headers: { 'idempotency-key': 'of a message' },
    body: { kind: 'message', chain: 'ETH', from: { wallet }, text: 'x' },
  }),
  listSignatures: ({ reference }) => ({ path: `/v1/signatures?reference=${reference}` }),
  getSignature: signatureAt(),
  listSignatureEvents: signatureAt('/events'),
  cancelSignature: signatureAt('/cancel'),
  listApprovals: nothing,
  getApproval: ({ transaction }) => ({ path: `/v1/approvals/${transaction}` }),
  decide: ({ transaction }) => ({
    path: `/v1/approvals/${transaction}/decisions`,
    body: { custosApproval: 1, text: 'x', signature: 'x' },
  }),
  listDecisions: ({ transaction }) => ({ path: `/v1/approvals/${transaction}/decisions` }),
  getApprovalLines: ({ transaction }) => ({
    path: `/v1/approvals/${transaction}/lines?key=${keyOf('bea').text}&decision=approve`,
  }),
  createFreeze: ({ wallet }) => ({ body: { scope: `wallet ${wallet}`, reason: 'x' } }),
  listFreezes: nothing,
  getFreeze: ({ freeze }) => ({ path: `/v1/freezes/${freeze}` }),
  getFreezeEndLines: ({ freeze }) => ({ path: `/v1/freezes/${freeze}/end/lines?key=${keyOf('bea').text}` }),
  endFreeze: ({ freeze }) => ({
    path: `/v1/freezes/${freeze}/end`,
    body: { signatures: [{ custosUnfreeze: 1, freeze, key: 'x', signature: 'x' }] },
  }),
  // The policy of a store is nobody's: it is shown to the first tenant alone.
  listPolicies: nothing,
  getPolicy: nothing,
  checkPolicy: nothing,
  diffPolicy: nothing,
  backtestPolicy: nothing,
  publishPolicy: nothing,
  getPolicyLines: nothing,
  // The log is of the whole store, and shown to the first tenant alone.
  listAuditEvents: nothing,
  exportAuditLog: nothing,
  proveAuditEvent: nothing,
  proveAuditGrowth: nothing,
  // How the server is as a whole is shown to the first tenant alone.
  getActivity: nothing,
  listChains: nothing,
  listBudgets: nothing,
  listFindings: nothing,
  listEvents: ({ transaction }) => ({ path: `/v1/events?transaction=${transaction}` }),
  // It would go on for ever; what it tells is what `listEvents` lists.
  streamEvents: () => ({ path: '/v1/events/stream?after=AAAA' }),
  createWebhook: nothing,
  listWebhooks: nothing,
  getWebhook: webhookAt(),
  updateWebhook: ({ webhook }) => ({ path: `/v1/webhooks/${webhook}`, body: { enabled: true } }),
  listDeliveries: webhookAt('/deliveries'),
  redeliver: webhookAt('/deliveries/1/redeliver'),
  replayWebhook: ({ webhook }) => ({ path: `/v1/webhooks/${webhook}/replay`, body: {} }),
  rotateWebhook: webhookAt('/rotate'),
  testWebhook: webhookAt('/test'),
  removeWebhook: webhookAt(),
  setUserPassword: ({ owner }) => ({ path: `/v1/users/${owner}/password`, body: { password: 'four words and more' } }),
  resetUser: ({ owner }) => ({ path: `/v1/users/${owner}` }),
  logIn: ({ owner }) => ({ path: `/v1/users/${owner}/sessions`, body: { password: 'four words and more' } }),
  startPasskey: ({ owner }) => ({ path: `/v1/users/${owner}/passkeys/options`, body: {} }),
  addPasskey: ({ owner }) => ({
    path: `/v1/users/${owner}/passkeys`,
    body: { name: 'x', credential: new SoftPasskey().create({ rp: site, user: site, challenge: 'AAAA' }) },
  }),
  listPasskeys: ({ owner }) => ({ path: `/v1/users/${owner}/passkeys` }),
  removePasskey: ({ owner, passkey }) => ({ path: `/v1/users/${owner}/passkeys/${passkey}` }),
  startPasskeyLogin: ({ owner }) => ({ path: `/v1/users/${owner}/sessions/options` }),
  logInWithPasskey: ({ owner }) => ({
    path: `/v1/users/${owner}/sessions/passkey`,
    body: { credential: new SoftPasskey().get({ rpId: site.id, challenge: 'AAAA' }, { userHandle: null }) },
  }),
  exchangeToken: nothing,
  logOut: nothing,
  createToken: ({ wallet }) => ({ body: { name: 'web', scopes: ['wallets:read'], wallets: [wallet] } }),
  listTokens: nothing,
  revokeToken: ({ token }) => ({ path: `/v1/tokens/${token}` }),
};

/** Answers of these are lists of what the caller has, or make something of the caller's own; all others name what must not be there. */
const ofOwn = [
  'createWallet',
  'putOwner',
  'getOwner',
  'putWallet',
  'createToken',
  'setUserPassword',
  'resetUser',
  'logIn',
  'startPasskey',
  'addPasskey',
  'startPasskeyLogin',
  'logInWithPasskey',
];

/** Where a feed is read on, and what it has, depends on what is numbered by then. */
const feeds = ['listEvents', 'streamEvents'];

const routes = allRoutes('1.2.3');

describe('a stranger at every operation of the API', () => {
  const test = freshApi();
  let foreign: Names;
  let own = '';

  const exampleOf = ({ id, method, path }: Route) => {
    const example = examples[id];
    if (example === undefined) throw new Error(`${method} ${path} (${id}) has no example in this test: write one`);
    return example;
  };
  const ask = (route: Route, names: Names, token: string): Promise<Answered> => {
    const { path = route.path, ...asked } = exampleOf(route)(names);
    return test.ask(`${route.method} ${path}`, { token, ...asked });
  };
  /** An answer without what is new in every one, and without the names that the request had. */
  const said = ({ status, body, headers }: Answered, names: Partial<Names>): unknown => {
    let text = JSON.stringify({ ...body, instance: '' });
    for (const name of Object.values(names)) text = text.replaceAll(name, 'NAME');
    const general = text
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'UUID')
      .replaceAll(/custos_[0-9a-f_]+/g, 'TOKEN')
      .replaceAll(/0x[0-9a-fA-F]{40}/g, 'ADDRESS')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
      .replaceAll(/"challenge":"[\w-]{43}"/g, '"challenge":"BYTES"')
      .replaceAll(/"id":"[\w-]{43}"/g, '"id":"BYTES"')
      .replaceAll(/"next":"[^"]+"/g, '"next":"PLACE"')
      .replaceAll(/"id":"[0-9a-f]{16}"/g, '"id":"ID"');
    return [status, general, [...headers.keys()].toSorted()];
  };
  /** What there is of the victim's. */
  const everything = async () => [
    (await test.ask('GET /v1/wallets', { token: own })).body,
    (await test.ask('GET /v1/owners', { token: own })).body,
    (await test.ask('GET /v1/freezes', { token: own })).body,
    (await test.ask('GET /v1/webhooks', { token: own })).body,
    (await test.ask(`GET /v1/transactions/${foreign.transaction}`, { token: own })).body,
    (await test.ask(`GET /v1/signatures/${foreign.signature}`, { token: own })).body,
    (await test.ask(`GET /v1/wallets/${foreign.tree}/addresses`, { token: own })).body,
  ];

  /** @returns its id */
  const givePasskey = async (tenant: TenantId): Promise<string> => {
    const token = await test.token({ tenant, scopes: ['users:manage'] });
    const asked = await test.ask('POST /v1/users/u-17/passkeys/options', { token, body: {} });
    const credential = new SoftPasskey().create(asked.body as unknown as CreationAsked);
    await test.ask('POST /v1/users/u-17/passkeys', { token, body: { name: 'my phone', credential } });
    return credential.id;
  };

  beforeEach(async () => {
    const victim = parseTenantId('victim');
    await test.store.access.addTenant({ id: victim, createdAt: 1 });
    await test.store.access.addTenant({ id: parseTenantId('stranger'), createdAt: 1 });
    own = await test.token({ tenant: victim });
    const owned = { chain: 'ETH', owner: 'u-17', label: 'cold' };
    const post = async (path: string, body: object, key = path) =>
      (await test.ask(`POST ${path}`, { token: own, body, headers: { 'idempotency-key': key } })).body;
    const wallet = await post('/v1/wallets', { ...owned, kind: 'key' });
    const tree = await post('/v1/wallets', { ...owned, kind: 'hd', slot: 'tree' });
    await test.ask(`POST /v1/wallets/${String(tree['id'])}/addresses`, { token: own });
    const reference = 'payout-17';
    const keys = [{ wallet: wallet['id'] }];
    const payment = { kind: 'raw', chain: 'ETH', keys, unsigned: `{"to":"${to}","value":"2"}`, reference };
    const message = { kind: 'message', chain: 'ETH', from: keys[0], text: 'mine', reference };
    const token = await post('/v1/tokens', { name: 'web', scopes: ['wallets:read'] });
    const passkey = await givePasskey(victim);
    foreign = {
      passkey,
      wallet: String(wallet['id']),
      tree: String(tree['id']),
      address: String(wallet['address']),
      owner: 'u-17',
      label: 'cold',
      transaction: String((await post('/v1/transactions', payment, 'a')).id),
      reference,
      signature: String((await post('/v1/signatures', message, 'b')).id),
      token: String(token['id']),
      webhook: String((await post('/v1/webhooks', { url: 'https://localhost:9/' })).id),
      freeze: String((await post('/v1/freezes', { scope: `wallet ${String(wallet['id'])}`, reason: 'x' })).id),
    };
    for (const name of Object.values(foreign)) expect(name).not.toBe('undefined');
  });

  const strangers: readonly [string, (scopes?: { scopes: readonly Scope[] }) => Promise<string>, readonly string[]][] =
    [
      ['of another tenant', (scopes) => test.token({ tenant: parseTenantId('stranger'), ...scopes }), ofOwn],
      [
        'of the same tenant, whose token is bound to another owner,',
        (scopes) => test.token({ tenant: parseTenantId('victim'), owners: [parseOwnerId('u-99')], ...scopes }),
        ['createToken'],
      ],
    ];

  /** No token decides and pays, so there are several. */
  const tokensOf = async (tokenOf: (scopes?: { scopes: readonly Scope[] }) => Promise<string>) => {
    const usual = await tokenOf();
    const apart = new Map<Scope | undefined, string>();
    for (const scope of decidingScopes) apart.set(scope, await tokenOf({ scopes: [scope] }));
    return ({ scope }: Route) => apart.get([scope].flat()[0]) ?? usual;
  };

  it.each(strangers)('%s gets the answer of what does not exist, and changes nothing', async (_, tokenOf, allowed) => {
    const tokenFor = await tokensOf(tokenOf);
    const before = await everything();
    for (const route of routes) {
      const [one, other] = [await ask(route, foreign, tokenFor(route)), await ask(route, absent, tokenFor(route))];
      const isSame = examples[route.id] === nothing;
      const named = (names: Names) => (isSame ? {} : names);
      expect([route.id, said(one, named(foreign))]).toEqual([route.id, said(other, named(absent))]);
      const { tree, transaction, signature, token: victims, webhook } = foreign;
      const shown = JSON.stringify(one.body);
      if (isSame)
        for (const name of [tree, transaction, signature, victims, webhook]) expect(shown).not.toContain(name);
      if (!isSame && route.scope !== undefined && ![...allowed, 'streamEvents'].includes(route.id)) {
        expect([route.id, one.status === 404 || JSON.stringify(one.body['data']) === '[]']).toEqual([route.id, true]);
      }
    }
    expect(await everything()).toEqual(before);
  });

  it('is compared with somebody who sees what is named: for them the answer is another one', async () => {
    const of = (tenant: string) => tokensOf((scopes) => test.token({ tenant: parseTenantId(tenant), ...scopes }));
    const [owner, stranger] = [await of('victim'), await of('stranger')];
    const isEnd = ({ method }: Route) => Number(method === 'DELETE');
    const named = routes
      .filter(({ id, scope }) => scope !== undefined && examples[id] !== nothing)
      .toSorted((one, other) => isEnd(one) - isEnd(other));
    for (const route of named.filter(({ id }) => ![...ofOwn, ...feeds].includes(id))) {
      const [mine, theirs] = [await ask(route, foreign, owner(route)), await ask(route, foreign, stranger(route))];
      expect([route.id, said(mine, foreign)]).not.toEqual([route.id, said(theirs, foreign)]);
    }
  });

  it.each(strangers)('%s costs as much work as what does not exist', async (_, tokenOf) => {
    const token = await tokenOf();
    const hidden = [];
    for (const route of routes) if ((await ask(route, foreign, token)).status === 404) hidden.push(route);
    expect(hidden.length).toBeGreaterThan(8);
    for (const route of hidden) {
      const [theirs, none]: [number[], number[]] = [[], []];
      for (let at = 0; at < 15; at++) {
        // In turns, and the least of each, because now and then garbage is collected.
        theirs.push(await workOf(() => ask(route, foreign, token)));
        none.push(await workOf(() => ask(route, absent, token)));
      }
      const [longer = 0, shorter = 0] = [Math.min(...theirs), Math.min(...none)].toSorted((one, other) => other - one);
      expect([route.id, longer < 4 * shorter + 20]).toEqual([route.id, true]);
    }
  });
});

/** Milliseconds of the processor that this process takes, in all of its threads: whatever else the machine does is no part of it. */
async function workOf(work: () => Promise<unknown>): Promise<number> {
  const begin = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1000;
}
