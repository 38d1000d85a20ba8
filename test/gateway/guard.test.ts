import { request as httpRequest } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGateway, startGateway } from '../../src/gateway/server.js';
import { freePort } from '../support/anvil.js';
import { apiKey, optionsFor, type Running, signatureId, startRunning } from './running.js';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

describe('API key', () => {
  const routes = [
    ['GET', '/v3/kms/pending/ETH'],
    ['POST', '/v3/kms/pending/ETH'],
    ['GET', '/v3/kms/5e6645712b55823de7ea82f1'],
    ['PUT', '/v3/kms/5e6645712b55823de7ea82f1/0x1234567890'],
    ['DELETE', '/v3/kms/5e6645712b55823de7ea82f1'],
    ['POST', '/v3/tatum/kms/batch'],
    ['POST', '/v3/ethereum/transaction'],
    ['POST', '/v3/ethereum/smartcontract'],
    ['POST', '/v3/ethereum/broadcast'],
    ['POST', '/v3/blockchain/token/transaction'],
    ['POST', '/v3/blockchain/token/approve'],
    ['POST', '/v3/ethereum/web3/wrong'],
    ['POST', '/v3/blockchain/node/ETH/wrong'],
    ['GET', '/v3/ethereum/transaction/count/0x687422eea2cb73b5d3e242ba5456b782919afc85'],
    ['GET', '/v3/blockchain/fee/ETH'],
    ['GET', '/v2'],
    ['GET', '/no/such/route'],
  ];

  test.each(routes)('%s %s answers 401 without a key and with a wrong one', async (method, path) => {
    for (const headers of [{}, { 'x-api-key': 'wrong' }, { 'x-api-key': '' }, { 'x-api-key': `${apiKey}x` }]) {
      const response = await fetch(running.gateway.url + path, { method, headers });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ errorCode: 'subscription.invalid', statusCode: 401 });
    }
  });

  test('the node proxies accept the key in the path alone', async () => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] });
    const key = encodeURIComponent(apiKey);
    for (const path of [`/v3/ethereum/web3/${key}`, `/v3/blockchain/node/ETH/${key}`]) {
      const response = await fetch(running.gateway.url + path, { method: 'POST', body });
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ result: '0x7a69' });
    }
  });

  test('no other route accepts the key in its path', async () => {
    const response = await fetch(`${running.gateway.url}/v3/kms/${encodeURIComponent(apiKey)}`);
    expect(response.status).toBe(401);
  });

  test('the health check needs no key', async () => {
    const response = await fetch(`${running.gateway.url}/health`);
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
  });
});

describe('Host header', () => {
  const ask = (host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const url = new URL('/health', running.gateway.url);
      httpRequest(url, { headers: { host } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });

  test.each(['localhost', 'localhost:3000', '127.0.0.1:1', '127.1.2.3', '[::1]:80', 'LOCALHOST'])(
    'a gateway on loopback answers %s',
    async (host) => expect(await ask(host)).toBe(200),
  );

  test.each(['evil.example', 'evil.example:3000', '127.0.0.1.evil.example', '10.0.0.1', 'localhost.evil', 'a b'])(
    'a gateway on loopback refuses %j',
    async (host) => expect([400, 403]).toContain(await ask(host)),
  );

  test('an allowed host name is answered, and any other is not', async () => {
    const options = { ...optionsFor(running.node.url, running.queue), host: '0.0.0.0', allowedHosts: ['kms.example'] };
    const { fetch: ask } = createGateway(options);
    expect((await ask(new Request('http://kms.example:99/health'))).status).toBe(200);
    expect((await ask(new Request('http://evil.example/health'))).status).toBe(403);
  });
});

describe('invalid or excessive requests', () => {
  const good = { to: somebody(), amount: '1', currency: 'ETH', signatureId };

  test('malformed JSON gets 400', async () => {
    for (const body of ['', '{', '[1', 'null x', '{"a":}', '\u0000']) {
      const answer = await running.post('/v3/ethereum/transaction', body);
      expect(answer).toMatchObject({ status: 400, body: { errorCode: 'validation.failed', statusCode: 400 } });
    }
  });

  test('bytes that are not UTF-8 get 400', async () => {
    const response = await fetch(`${running.gateway.url}/v3/ethereum/transaction`, {
      method: 'POST',
      headers: { 'x-api-key': apiKey },
      body: new Uint8Array([0x22, 0xff, 0x22]),
    });
    expect(response.status).toBe(400);
  });

  test('JSON nested 100,000 deep gets 400', async () => {
    const answer = await running.post('/v3/ethereum/transaction', '['.repeat(100_000) + ']'.repeat(100_000));
    expect(answer.status).toBe(400);
  });

  test('a body above 1 MiB gets 413, with and without a stated length', async () => {
    const large = JSON.stringify({ ...good, data: 'a'.repeat(1024 * 1024) });
    expect(await running.post('/v3/ethereum/transaction', large)).toMatchObject({ status: 413 });
    const stream = new Blob([large]).stream();
    const response = await fetch(`${running.gateway.url}/v3/ethereum/transaction`, {
      method: 'POST',
      headers: { 'x-api-key': apiKey },
      body: stream,
      duplex: 'half',
    });
    expect(response.status).toBe(413);
  });

  test.each(['fromPrivateKey', 'mnemonic', 'privateKey', 'fromSecret'])(
    'a form with %s is refused and the key is not repeated',
    async (field) => {
      const secret = `0x${'5'.repeat(64)}`;
      for (const path of [
        '/v3/ethereum/transaction',
        '/v3/blockchain/token/transaction',
        '/v3/ethereum/smartcontract',
      ]) {
        const answer = await running.post(path, { ...good, [field]: secret });
        expect(answer.status).toBe(400);
        expect(JSON.stringify(answer.body)).toContain('never takes keys');
        expect(JSON.stringify(answer.body)).not.toContain(secret);
      }
    },
  );

  test.each([
    ['GET', '/v3/ledger/account', 501],
    ['POST', '/v3/offchain/ethereum/transfer', 501],
    ['POST', '/v3/offchain/withdrawal/broadcast', 501],
    ['POST', '/v3/custodial/transaction', 501],
    ['POST', '/v3/record', 400],
    ['GET', '/v3/record', 501],
    ['POST', '/v3/offchain/tron/transfer', 501],
    ['POST', '/v3/bitcoin/smartcontract', 501],
    ['GET', '/v3/bitcoin/transaction/count/x', 501],
    ['GET', '/v3/blockchain/fee/SOL', 501],
    ['POST', '/v3/bitcoin/transaction', 400],
    ['POST', '/v3/solana/web3/x', 400],
    ['GET', '/v3/ethereum/wallet', 501],
    ['GET', '/v3/foo/transaction', 404],
    ['POST', '/v3/foo/transaction', 404],
    ['GET', '/', 404],
    ['GET', '/v3/kms/a/b/c', 404],
    ['PATCH', '/v3/kms/pending/ETH', 405],
  ])('%s %s gets %i', async (method, path, status) => {
    const answer = await running.call(method, path);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ statusCode: status, message: expect.any(String) });
  });

  test('an answer never holds a stack trace', async () => {
    for (const path of [
      '/v3/kms/x',
      '/v3/ethereum/transaction/count/x',
      '/v3/blockchain/fee/%00',
      '/v3/kms/%E0%A4%A',
    ]) {
      expect(JSON.stringify((await running.get(path)).body)).not.toMatch(/\bat .*:\d+:\d+|node_modules|src\//);
    }
  });

  test('a body of any shape never gets 500', async () => {
    const paths = [
      '/v3/ethereum/transaction',
      '/v3/ethereum/smartcontract',
      '/v3/ethereum/broadcast',
      '/v3/blockchain/token/transaction',
      '/v3/blockchain/token/approve',
      '/v3/kms/pending/ETH',
      '/v3/tatum/kms/batch',
      `/v3/ethereum/web3/x`,
      `/v3/blockchain/node/ETH/x`,
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), body(), async (path, content) => {
        const answer = await running.post(path, content);
        expect(answer.status).not.toBe(500);
        expect(answer.status).not.toBe(502);
      }),
      { numRuns: 400 },
    );
  });

  test('an address in a path never gets 500', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }).map(encodeURIComponent), async (text) => {
        for (const path of [`/v3/kms/${text}`, `/v3/kms/pending/${text}`, `/v3/ethereum/transaction/count/${text}`]) {
          expect((await running.get(path)).status).not.toBe(500);
        }
      }),
      { numRuns: 40 },
    );
  });
});

test('a port that is in use is reported as such', async () => {
  const options = optionsFor(running.node.url, running.queue);
  const port = Number(new URL(running.gateway.url).port);
  await expect(startGateway({ ...options, port })).rejects.toMatchObject({ code: 'PORT_IN_USE' });
});

test('closing waits for a request in flight and frees the port', async () => {
  const options = optionsFor(running.node.url, running.queue);
  const port = await freePort();
  const gateway = await startGateway({ ...options, port });
  const headers = { 'x-api-key': apiKey };
  const inFlight = fetch(`${gateway.url}/v3/ethereum/transaction/count/${somebody()}`, { headers });
  const answered = inFlight.then(async (response) => [response.status, await response.json()]);
  await fetch(`${gateway.url}/health`);
  await gateway.close();
  expect(await answered).toEqual([200, 0]);
  await (await startGateway({ ...options, port })).close();
});

function somebody(): string {
  return '0x687422eea2cb73b5d3e242ba5456b782919afc85';
}

/** Bodies that come close to the forms, with fields of every kind. */
function body(): fc.Arbitrary<unknown> {
  const number = fc.oneof(fc.nat().map(String), fc.constantFrom('0', '1.5', '-1', '1e9', '9'.repeat(100)), fc.double());
  const anything = fc.oneof(fc.jsonValue({ maxDepth: 3 }), number, fc.constant(somebody()), fc.constant(signatureId));
  const fee = fc.record({ gasLimit: number, gasPrice: number }, { requiredKeys: [] });
  const method = fc.record({
    name: fc.constantFrom('m', '__proto__', 'x('),
    inputs: fc.array(fc.record({ type: fc.constantFrom('uint256', 'tuple', 'bytes[]', 'address', 'uint7', 'x') })),
  });
  const close = fc.record(
    {
      to: fc.oneof(fc.constant(somebody()), anything),
      contractAddress: fc.oneof(fc.constant(somebody()), anything),
      chain: fc.oneof(fc.constantFrom('ETH', 'CELO', 'XDC', 'BTC', 'constructor'), anything),
      amount: fc.oneof(number, anything),
      currency: fc.oneof(fc.constantFrom('ETH', 'USDT'), anything),
      digits: fc.oneof(fc.nat(40), anything),
      signatureId: fc.oneof(fc.constant(signatureId), anything),
      index: fc.oneof(fc.nat(), anything),
      nonce: fc.oneof(fc.nat(), anything),
      fee: fc.oneof(fee, anything),
      data: fc.oneof(fc.constantFrom('0x', '0x00', 'text'), anything),
      type: fc.oneof(fc.constantFrom('0x1', '0x2'), anything),
      maxFeePerGas: fc.oneof(number, anything),
      methodName: fc.oneof(fc.constantFrom('m', '__proto__'), anything),
      methodABI: fc.oneof(method, anything),
      params: fc.oneof(fc.array(anything), anything),
      errors: anything,
      signatureIds: anything,
      method: anything,
      params2: anything,
    },
    { requiredKeys: [] },
  );
  return fc.oneof(
    { weight: 4, arbitrary: close },
    { weight: 1, arbitrary: fc.jsonValue() },
    { weight: 1, arbitrary: fc.string() },
  );
}
