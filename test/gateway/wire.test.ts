import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import { Secret } from '../../src/core/secret.js';
import { documentedOperations } from '../../src/gateway/documented.js';
import { apiKey, type Running, signatureId, startRunning } from './running.js';

const to = '0x687422eea2cb73b5d3e242ba5456b782919afc85';
const registry = createRegistry();
const good = { to, amount: '1', currency: 'ETH', signatureId };
let running: Running;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

const submit = (body: unknown, headers = {}) => running.post('/v3/ethereum/transaction', body, headers);

function raw(path: string, init: RequestInit): Promise<Response> {
  return fetch(running.gateway.url + path, { ...init, headers: { 'x-api-key': apiKey, ...init.headers } });
}

describe('members that are null', () => {
  test.each([
    ['optional ones', { index: null, nonce: null, fee: null, data: null, feeCurrency: null, accessList: null }],
    ['one inside another', { type: '0x2', maxFeePerGas: '2', fee: { gasLimit: '30000', gasPrice: null } }],
    ['one that names a key', { fromPrivateKey: null, mnemonic: null }],
  ])('null members count as missing: %s', async (_name, change) => {
    expect(await submit({ ...good, ...change })).toMatchObject({ status: 200 });
  });

  test.each(['amount', 'currency', 'signatureId', 'to'])(
    'a null member is missing where %s is needed',
    async (name) => {
      expect(await submit({ ...good, [name]: null })).toMatchObject({ status: 400 });
    },
  );

  test('null members in a poll ask for all wallets', async () => {
    expect(await running.post('/v3/kms/pending/ETH', { signatureIds: null })).toMatchObject({ status: 200 });
  });

  test('null members reach a node unchanged', async () => {
    const call = { jsonrpc: '2.0', id: 1, method: 'eth_getBlockByNumber', params: ['latest', null] };
    const { body } = await running.post('/v3/ethereum/web3/x', call);
    expect(body.error.message).toMatch(/null|invalid/i);
  });
});

describe('members that stand twice', () => {
  const text = JSON.stringify(good);
  const twice = [
    ['at the top', text.replace('"amount":"1"', '"amount":"1","amount":"2"')],
    ['in other letters', text.replace('"amount":"1"', '"amount":"1","\\u0061mount":"2"')],
    ['with the same value', text.replace('"amount":"1"', '"amount":"1","amount":"1"')],
    ['with white space', text.replace('"amount":"1"', '"amount":"1", "amount" \n : null')],
    ['inside another', text.replace('{', '{"fee":{"gasLimit":"21000","gasLimit":"90000","gasPrice":"1"},')],
    ['inside a list', text.replace('{', '{"accessList":[{"x":1,"x":2}],')],
    ['called __proto__', text.replace('{', '{"__proto__":1,"__proto__":2,')],
  ];

  test.each(twice)('members that appear twice are refused: %s', async (_name, body) => {
    const answer = await submit(body);
    expect(answer).toMatchObject({ status: 400, body: { data: [{ property: 'body', constraints: {} }] } });
    expect(answer.body.data[0].constraints.twice).toContain('stands twice');
  });

  test('members that appear twice are refused on the way to a node', async () => {
    const body = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","method":"eth_accounts","params":[]}';
    expect(await running.post('/v3/ethereum/web3/x', body)).toMatchObject({ status: 400 });
  });

  test.each([
    ['in two objects', '{"a":{"x":1},"b":{"x":1},"c":[{"x":1},{"x":1}]}'],
    ['as a value', '{"a":"a","b":["a","a"],"c":"\\"a\\":1,\\"a\\":2"}'],
    ['of another case', '{"a":1,"A":1}'],
  ])('equal names %s are not repeated members', async (_name, body) => {
    expect((await submit(body)).body.data.map(({ property }: { property: string }) => property)).not.toContain('body');
  });

  test('members that appear twice are found in the largest body', async () => {
    const filler = '\\"'.repeat(250_000);
    const answer = await submit(`{"a":"${filler}","b":1,"a":"${filler.slice(4)}"}`);
    expect(answer.body.data[0].constraints.twice).toBe('the member "a" stands twice');
  });
});

describe('paths', () => {
  test.each([
    ['PATCH', '/v3/kms/5e6645712b55823de7ea82f1', 'DELETE, GET, HEAD'],
    ['POST', '/v3/kms/5e6645712b55823de7ea82f1', 'DELETE, GET, HEAD'],
    ['GET', '/v3/ethereum/broadcast', 'POST'],
    ['GET', '/v3/blockchain/token/transaction', 'POST'],
    ['DELETE', '/v3/nft/mint', 'POST'],
    ['POST', '/health', 'GET, HEAD'],
    ['OPTIONS', '/v3/ethereum/transaction', 'POST'],
    ['GET', '/v3/ethereum/web3/x', 'POST'],
  ])('%s %s is answered with the available methods', async (method, path, allow) => {
    const response = await raw(path, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
    expect(await response.json()).toMatchObject({ statusCode: 405, errorCode: 'method.unknown' });
  });

  test('a slash at the end of a path changes nothing', async () => {
    const wallet = randomUUID();
    const { body } = await running.post('/v3/ethereum/transaction/', { ...good, signatureId: wallet });
    const polled = await running.post('/v3/kms/pending/ETH/', { signatureIds: [wallet] });
    expect(polled.body).toMatchObject([{ id: body.signatureId }]);
    expect(await running.get(`/v3/kms/${body.signatureId}/`)).toMatchObject({ status: 200 });
    expect(await running.get('/v3/ledger/account/')).toMatchObject({ status: 501 });
    expect(await running.call('DELETE', `/v3/kms/${body.signatureId}/`)).toMatchObject({ status: 204 });
    expect(await raw('/health/', {})).toMatchObject({ status: 200 });
  });

  test('every documented operation is answered, either offered or refused as not offered', async () => {
    const operations = documentedOperations(registry.ids.map((id) => registry.get(id))).all;
    expect(operations.filter((one) => !one.includes('v4/subscription'))).toHaveLength(607);
    expect(new Set(operations).size).toBe(operations.length);
    const lost: unknown[] = [];
    for (const operation of operations) {
      const [method = '', path = ''] = operation.split(' ');
      const response = await raw(`/${path.replaceAll(/[:*]/g, 'x')}`, { method });
      const { status } = response;
      // The only node here is of the Ethereum family: it answers the questions of others with nothing that they can be.
      const { errorCode } = status < 300 ? {} : ((await response.json()) as { errorCode?: string });
      const isAnswered = errorCode !== 'route.unknown' && [200, 400, 403, 404, 501, 502].includes(status);
      if (!isAnswered) lost.push([operation, status]);
    }
    expect(lost).toEqual([]);
  });

  test.each([
    ['GET', '/v3/data/owners'],
    ['POST', '/v3/ipfs'],
    ['DELETE', '/v3/trade/5e6645712b55823de7ea82f1'],
    ['GET', '/v3/tatum/version'],
    ['GET', '/v4/data/balances'],
    ['POST', '/v4/data/utxos/batch'],
    ['GET', '/v3/sonic/wallet'],
  ])('%s %s is not offered', async (method, path) => {
    expect(await running.call(method, path)).toMatchObject({ status: 501, body: { errorCode: 'NOT_OFFERED' } });
  });
});

describe('keys in a path', () => {
  const call = { method: 'POST', body: '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}' };

  test.each([
    '/v3/ethereum/web3/wrong',
    '/v3/blockchain/node/ETH/wrong',
    '/v3/blockchain/node/ETH/wrong/some/path',
    '/v3/egld/node/wrong/network/config',
    '/v3/algorand/node/algod/wrong/v2/status',
  ])('%s shows where the wrong key is', async (path) => {
    const response = await fetch(running.gateway.url + path, call);
    const message = 'The path holds another key than the gateway has.';
    expect(await response.json()).toEqual({ statusCode: 401, errorCode: 'subscription.invalid', message });
  });

  test('a key with special URL characters is read unchanged', async () => {
    const odd = 'a/b%c?d#e';
    const other = await startRunning({ apiKey: Secret.text(odd) });
    try {
      const response = await fetch(`${other.gateway.url}/v3/ethereum/web3/${encodeURIComponent(odd)}`, call);
      expect(response.status).toBe(200);
    } finally {
      await other.close();
    }
  });
});

describe('tickers', () => {
  test.each(['eth', 'Eth', 'BSC', 'MATIC', 'BTC', 'usdt '])(
    'the currency %j is refused at /v3/ethereum',
    async (currency) => {
      const answer = await submit({ ...good, currency });
      expect(answer.status).toBe(currency === 'usdt ' ? 501 : 400);
    },
  );

  test.each(['DOT', 'ETHER', 'x', '0', 'constructor'])('a poll of %s is refused', async (ticker) => {
    for (const answer of [
      await running.get(`/v3/kms/pending/${ticker}`),
      await running.post(`/v3/kms/pending/${ticker}`, {}),
    ]) {
      expect(answer).toMatchObject({ status: 400, body: { data: [{ property: 'chain' }] } });
    }
  });
});

describe('bodies with a content encoding', () => {
  const send = (body: Uint8Array, encoding: string) =>
    raw('/v3/ethereum/transaction', { method: 'POST', body, headers: { 'content-encoding': encoding } });

  test.each(['gzip', 'GZIP', 'x-gzip'])('a %s body is inflated', async (encoding) => {
    expect((await send(gzipSync(JSON.stringify(good)), encoding)).status).toBe(200);
  });

  test('a body that inflates above the limit is refused, however small it is compressed', async () => {
    const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024), { level: 9 });
    expect(bomb.length).toBeLessThan(1024 * 1024);
    const before = process.memoryUsage().arrayBuffers;
    expect((await send(bomb, 'gzip')).status).toBe(413);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1024 * 1024);
  });

  test.each([
    ['gzip', 'not gzip at all'],
    ['gzip', ''],
    ['br', 'x'],
    ['deflate', 'x'],
    ['gzip, gzip', 'x'],
  ])('%s over %j gets 400', async (encoding, text) => {
    expect((await send(Buffer.from(text), encoding)).status).toBe(400);
  });

  test('a gzip body that is cut off gets 400', async () => {
    expect((await send(gzipSync(JSON.stringify(good)).subarray(0, -9), 'gzip')).status).toBe(400);
  });
});
