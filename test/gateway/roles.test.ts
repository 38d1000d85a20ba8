import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKey, revokeKey } from '../../src/app/gateway/keys.js';
import { createRegistry } from '../../src/chains/registry.js';
import { allGatewayRoles, type GatewayRole } from '../../src/core/access/gateway-roles.js';
import { parseToken, tokenText } from '../../src/core/access/token-text.js';
import { parseTenantId } from '../../src/core/ids.js';
import { startGateway } from '../../src/gateway/server.js';
import { declaredRoutes } from './declared-routes.js';
import { apiKey, optionsFor, type Running, signatureId, startRunning } from './running.js';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

const somebody = '0x687422eea2cb73b5d3e242ba5456b782919afc85';
const transfer = { to: somebody, amount: '1', currency: 'ETH', signatureId };
const shop = parseTenantId('shop');
const game = parseTenantId('game');

interface Wish {
  readonly roles?: readonly GatewayRole[];
  readonly tenant?: typeof shop | undefined;
  readonly expiresAt?: number;
}

async function keyFor({ roles = allGatewayRoles, tenant, expiresAt }: Wish): Promise<string> {
  const { text } = await createKey(running.queue.keys, { name: 'test', roles, tenant, expiresAt }, Date.now());
  return text.exposeText();
}

async function ask(key: string, operation: string, body?: unknown) {
  const [method = '', path = ''] = operation.split(' ');
  const response = await fetch(running.gateway.url + path, {
    method,
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

async function submit(key: string, headers: Record<string, string> = {}) {
  return running.post('/v3/ethereum/transaction', transfer, { 'x-api-key': key, ...headers });
}

const call = (method: string) => ({ jsonrpc: '2.0', id: 1, method, params: [] });
const unknown = '5e6645712b55823de7ea82f1';

/** Operations whose body names the chain. */
const contractPaths = [
  ...['deploy', 'mint', 'burn'].map((name) => `/v3/blockchain/token/${name}`),
  ...['deploy', 'mint', 'mint/batch', 'mint/add', 'transaction', 'burn'].flatMap((name) => [
    `/v3/nft/${name}`,
    `/v3/multitoken/${name}`,
  ]),
  ...['transaction/batch', 'burn/batch'].map((name) => `/v3/multitoken/${name}`),
  ...['', '/batch', '/transfer', '/transfer/batch', '/approve'].map((name) => `/v3/blockchain/sc/custodial${name}`),
  ...['', '/sell', '/buy', '/cancel'].map((name) => `/v3/blockchain/marketplace/listing${name}`),
  ...['fee', 'treasury'].map((name) => `/v3/blockchain/marketplace/withdraw/${name}`),
  ...['', '/approve', '/sell', '/bid', '/cancel', '/settle'].map((name) => `/v3/blockchain/auction${name}`),
  ...['', '/activate', '/factory'].map((name) => `/v3/gas-pump${name}`),
  '/v3/record',
];
/** Operations of chains without contracts. */
const chainOperations = [
  ...['POST /v3/algorand/transaction', 'POST /v3/algorand/asset/receive', 'POST /v3/ada/transaction'],
  ...['POST /v3/egld/transaction', 'POST /v3/vet/transaction', 'POST /v3/flow/transaction'],
  ...['POST /v3/flow/transaction/custom', 'POST /v3/flow/account', 'PUT /v3/flow/account', 'POST /v3/nft/verify'],
];
/** Paths of the forms of one chain each. */
const formPaths = [
  ...[
    'transaction',
    'trc10/transaction',
    'trc20/transaction',
    'freezeBalance',
    'unfreezeBalance',
    'trc10/deploy',
    'trc20/deploy',
  ].map((path) => `tron/${path}`),
  ...['xrp/transaction', 'xrp/trust', 'xrp/account/settings', 'xlm/transaction', 'xlm/trust'],
];
const nodePaths = [
  'GET /v3/blockchain/node/ETH/x/y',
  ...['algorand/node/algod', 'algorand/node/indexer', 'egld/node'].flatMap((path) =>
    ['GET', 'POST'].map((method) => `${method} /v3/${path}/x/y`),
  ),
];
const chains = createRegistry();
/** What applications ask beside: whoever reads or signs may, of every chain. */
const questions = [
  ...chains.ids.flatMap((id) => {
    const { slug, tatum } = chains.get(id);
    return Object.keys(tatum?.questions?.operations ?? {}).map((operation) => {
      const [method, path = ''] = operation.split(' ');
      return `${method} /v3/${slug}/${path.replaceAll(':', 'x')}`;
    });
  }),
  ...['bitcoin', 'dogecoin', 'litecoin'].map((slug) => `GET /v3/${slug}/address/balance/batch`),
  ...[
    'GET /v3/flow/block/events',
    'GET /v3/bnb/block/current',
    'GET /v3/one/address/format/x',
    'GET /v3/ethereum/address/x/1',
  ],
  ...['GET /v3/blockchain/token/balance/ETH/x/x', 'GET /v3/blockchain/sc/address/ETH/x'],
  ...['POST /v3/blockchain/estimate', 'GET /v3/data/utxos', 'GET /v4/data/utxos'],
];
/** Who hands in what is signed hears of it; who reads sees what was sent. */
const subscriptions = ['v3', 'v4'].flatMap((version) => {
  const path = `/${version}/subscription`;
  return [
    ...['', '/count', '/webhook', '/webhook/count'].map(
      (name) => [`GET ${path}${name}`, undefined, ['submit', 'read']] as const,
    ),
    [`POST ${path}`, {}, ['submit']] as const,
    [`PUT ${path}`, {}, ['submit']] as const,
    [`DELETE ${path}`, undefined, ['submit']] as const,
    [`DELETE ${path}/${unknown}`, undefined, ['submit']] as const,
  ];
});
/** Every operation, and who reaches it. */
const operations: readonly (readonly [string, unknown, readonly GatewayRole[]])[] = [
  ['GET /v3/kms/pending/ETH', undefined, ['sign']],
  ['POST /v3/kms/pending/ETH', {}, ['sign']],
  [`GET /v3/kms/${unknown}`, undefined, ['sign', 'read']],
  [`PUT /v3/kms/${unknown}/0x12`, undefined, ['sign']],
  [`DELETE /v3/kms/${unknown}`, undefined, ['submit', 'sign']],
  ['POST /v3/tatum/kms/batch', { errors: [] }, ['sign']],
  ['POST /v3/ethereum/transaction', transfer, ['submit']],
  ['POST /v3/litecoin/transaction', {}, ['submit']],
  ['POST /v3/solana/transaction', {}, ['submit']],
  ...formPaths.map((path) => [`POST /v3/${path}`, {}, ['submit']] as const),
  ['POST /v3/ethereum/smartcontract', {}, ['submit', 'read']],
  ['POST /v3/blockchain/token/transaction', {}, ['submit']],
  ['POST /v3/blockchain/token/approve', {}, ['submit']],
  ...contractPaths.map((path) => [`POST ${path}`, {}, ['submit']] as const),
  ...chainOperations.map((operation) => [operation, {}, ['submit']] as const),
  ['GET /v3/flow/proposal/true', undefined, ['sign']],
  ...['marketplace/listing', 'auction'].flatMap((name) => [
    [`PUT /v3/blockchain/${name}/fee`, {}, ['submit']] as const,
    [`PUT /v3/blockchain/${name}/recipient`, {}, ['submit']] as const,
  ]),
  ['PUT /v3/blockchain/marketplace/listing', {}, ['submit']],
  ...[
    'marketplace/listing/ETH/x/fee',
    'marketplace/listing/ETH/x/recipient',
    'marketplace/listing/ETH/x/listing/1',
  ].map((path) => [`GET /v3/blockchain/${path}`, undefined, ['sign', 'read']] as const),
  ...['auction/ETH/x/fee', 'auction/ETH/x/recipient', 'auction/ETH/x/1', 'auction/time/ETH/1'].map(
    (path) => [`GET /v3/blockchain/${path}`, undefined, ['sign', 'read']] as const,
  ),
  [`GET /v3/gas-pump/activated/ETH/${somebody}/1`, undefined, ['sign', 'read']],
  ['GET /v3/gas-pump/address/ETH/0x12', undefined, ['sign', 'read']],
  ['GET /v3/blockchain/sc/custodial/ETH/0x12', undefined, ['sign', 'read']],
  ['POST /v3/ethereum/broadcast', {}, ['sign']],
  ['POST /v3/ethereum/web3/x', call('eth_chainId'), ['sign', 'read']],
  ['POST /v3/litecoin/node', call('getblockcount'), ['sign', 'read']],
  ['POST /v3/blockchain/node/ETH/x', call('eth_chainId'), ['sign', 'read']],
  ['POST /v3/blockchain/node/ETH/x/y', call('eth_chainId'), ['sign', 'read']],
  ...nodePaths.map((operation) => [operation, undefined, ['sign', 'read']] as const),
  [`GET /v3/ethereum/transaction/count/${somebody}`, undefined, ['sign', 'read']],
  ['GET /v3/blockchain/fee/ETH', undefined, ['sign', 'read']],
  ...questions.map(
    (operation) => [operation, operation.startsWith('POST') ? {} : undefined, ['sign', 'read']] as const,
  ),
  ...subscriptions,
  ['GET /v2', undefined, ['sign', 'read']],
];

const refused = { status: 403, body: { errorCode: 'subscription.invalid', statusCode: 403 } };

describe('a key of one role', () => {
  test.each(allGatewayRoles)('%s reaches its own operations and no other', async (role) => {
    const key = await keyFor({ roles: [role] });
    for (const [operation, body, roles] of operations) {
      const answer = await ask(key, operation, body);
      const isRefused = answer.status === 403 && answer.body?.errorCode === 'subscription.invalid';
      expect([operation, isRefused]).toEqual([operation, !roles.includes(role)]);
    }
  });

  test('the operations above are all that there are, and say so themselves', () => {
    const declared = declaredRoutes();
    expect(declared.length).toBeGreaterThan(15);
    for (const [method, path, roles] of declared) {
      const segment = (_all: string, names?: string) => (names === undefined ? '[^/]+' : `(?:${names})`);
      const pattern = path.replace(/:\w+(?:\{([^}]*)\})?/g, segment).replace(/\*$/, '.+');
      const form = new RegExp(`^${method} ${pattern}$`);
      const tried = operations.filter(([operation]) => form.test(operation));
      const ofPath = tried.find(([, , reached]) => [...reached].sort().join() === [...roles].sort().join());
      expect([method, path, ofPath !== undefined]).toEqual([method, path, true]);
    }
  });

  test('a key that reads neither hands in a contract call nor sends bytes through a node', async () => {
    const key = await keyFor({ roles: ['read'] });
    const called = { contractAddress: somebody, methodName: 'm', methodABI: { inputs: [] }, params: [] };
    const handed = await ask(key, 'POST /v3/ethereum/smartcontract', { ...called, signatureId });
    // The address has no code; whoever may hand in learns that.
    expect([handed.status, handed.body.errorCode]).toEqual([403, 'subscription.invalid']);
    for (const [path, method] of [
      ['/v3/ethereum/web3/x', 'eth_sendRawTransaction'],
      ['/v3/blockchain/node/KLAY/x', 'klay_sendRawTransaction'],
      ['/v3/litecoin/web3/x', 'sendrawtransaction'],
      ['/v3/solana/web3/x', 'sendTransaction'],
    ]) {
      expect(await ask(key, `POST ${path}`, call(method ?? ''))).toMatchObject(refused);
      expect(await ask(key, `POST ${path}`, [call('eth_chainId'), call(method ?? '')])).not.toMatchObject({
        status: 200,
      });
    }
    const signing = await keyFor({ roles: ['sign'] });
    expect(await ask(signing, 'POST /v3/ethereum/web3/x', call('eth_sendRawTransaction'))).toMatchObject({
      status: 200,
    });
  });

  test('a node proxy takes a key in its path, with the rights of that key', async () => {
    const [reads, submits] = [await keyFor({ roles: ['read'] }), await keyFor({ roles: ['submit'] })];
    const asked = (key: string) => running.post(`/v3/ethereum/web3/${key}`, call('eth_chainId'), { 'x-api-key': '' });
    expect(await asked(reads)).toMatchObject({ status: 200 });
    expect(await asked(submits)).toMatchObject(refused);
  });
});

describe('a key', () => {
  test('is refused with another secret, of another gateway, when it has expired, and when it is revoked', async () => {
    const good = await keyFor({ tenant: shop });
    expect((await submit(good)).status).toBe(200);
    const id = parseToken(good)?.id ?? '';
    const missing = { status: 401, body: { errorCode: 'subscription.invalid', statusCode: 401 } };
    const ended = { status: 401, body: { errorCode: 'subscription.not.active', statusCode: 401 } };
    for (const wrong of [tokenText(id, '0'.repeat(64)), tokenText('0'.repeat(16), '0'.repeat(64)), `${good}0`]) {
      expect(await submit(wrong)).toMatchObject(missing);
    }
    expect(await submit(await keyFor({ expiresAt: Date.now() - 1 }))).toMatchObject(ended);
    expect((await submit(await keyFor({ expiresAt: Date.now() + 3_600_000 }))).status).toBe(200);
    await revokeKey(running.queue.keys, id, Date.now());
    expect(await submit(good)).toMatchObject(ended);
    await expect(revokeKey(running.queue.keys, '0'.repeat(16), 1)).rejects.toMatchObject({ code: 'TOKEN_UNKNOWN' });
  });

  test('is replaced by another one of the same tenant without a gap', async () => {
    const [before, after] = [await keyFor({ tenant: shop }), await keyFor({ tenant: shop })];
    const first = await submit(before, { 'idempotency-key': 'rotation' });
    expect(await submit(after, { 'idempotency-key': 'rotation' })).toEqual(first);
    expect((await ask(after, `GET /v3/kms/${first.body.signatureId}`)).status).toBe(200);
  });

  test.each([[[]], [['admin']], [['submit', 'SIGN']]])('is not made with the roles %j', async (roles) => {
    const wanted = { name: 'x', roles, tenant: shop, expiresAt: undefined };
    const code = 'TOKEN_FACTS_INVALID';
    await expect(createKey(running.queue.keys, wanted, 1)).rejects.toMatchObject({ code });
    await expect(createKey(running.queue.keys, { ...wanted, roles: ['sign'], name: 'a\nb' }, 1)).rejects.toMatchObject({
      code,
    });
  });
});

describe('two tenants', () => {
  test('the same idempotency key of two tenants is two transactions', async () => {
    const [mine, theirs] = [await keyFor({ tenant: shop }), await keyFor({ tenant: game })];
    const headers = { 'idempotency-key': 'payout-1' };
    const [first, second, old] = [
      await submit(mine, headers),
      await submit(theirs, headers),
      await submit(apiKey, headers),
    ];
    expect(new Set([first, second, old].map(({ body }) => body.signatureId)).size).toBe(3);
    expect(await submit(mine, headers)).toEqual(first);
    expect(await submit(apiKey, headers)).toEqual(old);
  });

  test('nothing of another tenant can be seen, closed, withdrawn, reported or sent', async () => {
    const [mine, theirs] = [await keyFor({ tenant: shop }), await keyFor({ tenant: game })];
    const { signatureId: id } = (await submit(mine)).body;
    const raw = await running.get(`/v3/kms/${id}`);
    const txId = `0x${'ab'.repeat(32)}`;
    for (const [operation, body] of [
      [`GET /v3/kms/${id}`],
      [`PUT /v3/kms/${id}/${txId}`],
      [`DELETE /v3/kms/${id}`],
      ['POST /v3/ethereum/broadcast', { txData: txId, signatureId: id, close: false }],
    ] as const) {
      const [here, nowhere] = [operation, operation.replace(id, unknown)];
      const answer = await ask(theirs, here, body);
      expect(answer.status).toBe(403);
      const other = body && { ...body, signatureId: unknown };
      const text = JSON.stringify((await ask(theirs, nowhere, other)).body).replaceAll(unknown, id);
      expect(JSON.stringify(answer.body)).toBe(text);
    }
    const errors = [{ signatureId: id, error: 'GAS_TOO_LOW: x', final: true }];
    expect((await ask(theirs, 'POST /v3/tatum/kms/batch', { errors })).status).toBe(204);
    const listed = await ask(theirs, 'POST /v3/kms/pending/ETH', { signatureIds: [signatureId] });
    expect(JSON.stringify(listed.body)).not.toContain(id);
    expect(await running.get(`/v3/kms/${id}`)).toEqual(raw);
    expect(JSON.stringify((await ask(mine, 'GET /v3/kms/pending/ETH')).body)).toContain(id);
  });

  test('a key of all tenants and the key of the settings see everything', async () => {
    const { signatureId: id } = (await submit(await keyFor({ tenant: shop }))).body;
    for (const key of [await keyFor({ roles: ['sign'] }), apiKey]) {
      expect((await ask(key, `GET /v3/kms/${id}`)).status).toBe(200);
      expect(JSON.stringify((await ask(key, 'GET /v3/kms/pending/ETH')).body)).toContain(id);
    }
  });

  test('only a key that reads the whole queue sees how much waits', async () => {
    const options = { ...optionsFor(running.node.url, running.queue), nodes: new Map(), keys: running.queue.keys };
    const exposed = await startGateway({ ...options, host: '0.0.0.0', port: 0 });
    const url = exposed.url.replace('0.0.0.0', '127.0.0.1');
    try {
      for (const [key, status] of [
        [await keyFor({ roles: ['read'] }), 200],
        [apiKey, 200],
        [await keyFor({ roles: ['submit', 'sign'] }), 403],
        [await keyFor({ tenant: shop }), 403],
        ['wrong', 401],
      ] as const) {
        const headers = { 'x-api-key': key };
        expect((await fetch(`${url}/metrics`, { headers })).status).toBe(status);
        const ready = JSON.stringify(await (await fetch(`${url}/ready`, { headers })).json());
        expect(ready.includes('"queue":')).toBe(status === 200);
      }
    } finally {
      await exposed.close();
    }
  });
});

test('a gateway without a key in its settings answers its other keys alone', async () => {
  const { apiKey: _none, ...options } = optionsFor(running.node.url, running.queue);
  const gateway = await startGateway({ ...options, keys: running.queue.keys, port: 0 });
  try {
    const status = async (key: string) =>
      (await fetch(`${gateway.url}/v3/kms/pending/ETH`, { headers: { 'x-api-key': key } })).status;
    expect([await status(await keyFor({})), await status(apiKey), await status('')]).toEqual([200, 401, 401]);
  } finally {
    await gateway.close();
  }
});
