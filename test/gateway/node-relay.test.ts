import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createKey } from '../../src/app/gateway/keys.js';
import { createRegistry } from '../../src/chains/registry.js';
import { canBuild } from '../../src/core/chain/builder.js';
import { documentedOperations } from '../../src/gateway/documented.js';
import { type RunningGateway, startGateway } from '../../src/gateway/server.js';
import { type OpenQueue, openQueue } from '../../src/storage/queue/queue.js';
import { json, type Server, startServer, text } from '../support/http.js';
import { declaredRoutes } from './declared-routes.js';
import { apiKey, client, optionsFor } from './running.js';

const registry = createRegistry();
let directory: string;
let node: Server;
let queue: OpenQueue;
let gateway: RunningGateway;
let ask: ReturnType<typeof client>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'custos-relay-'));
  node = await startServer(json({ answer: 'of the node' }));
  queue = await openQueue(join(directory, 'queue.db'));
  gateway = await startGateway({ ...optionsFor(node.url, queue), keys: queue.keys, port: 0 });
  ask = client(gateway.url);
});
afterAll(async () => {
  await gateway.close();
  await queue.close();
  await node.close();
  await rm(directory, { recursive: true, force: true });
});
afterEach(() => {
  node.reply = json({ answer: 'of the node' });
  node.seen.length = 0;
});

const key = encodeURIComponent(apiKey);

test('a gateway offers every chain that something can be built of', () => {
  const missing = registry.ids.filter((id) => !canBuild(registry.get(id)));
  expect(missing.map((id) => registry.get(id).closedNetwork === undefined)).toEqual(missing.map(() => false));
});

describe('the HTTP interface of nodes', () => {
  test.each([
    ['GET', `/v3/blockchain/node/XLM/${key}/accounts/GABC`, '/accounts/GABC'],
    ['GET', `/v3/blockchain/node/XLM/${key}/ledgers?order=desc&limit=1`, '/ledgers?order=desc&limit=1'],
    ['POST', `/v3/blockchain/node/tron/${key}/wallet/getnowblock`, '/wallet/getnowblock'],
    ['GET', `/v3/egld/node/${key}/network/config`, '/network/config'],
    ['POST', `/v3/egld/node/${key}/transaction/cost`, '/transaction/cost'],
    ['GET', `/v3/algorand/node/algod/${key}/v2/transactions/params`, '/v2/transactions/params'],
    [
      'GET',
      `/v3/algorand/node/indexer/${key}/v2/accounts/A/transactions?limit=5`,
      '/v2/accounts/A/transactions?limit=5',
    ],
    ['GET', `/v3/blockchain/node/algorand-testnet-algod/${key}/v2/status`, '/v2/status'],
    ['POST', `/v3/blockchain/node/cardano-preprod/${key}/network/status`, '/network/status'],
    ['POST', `/v3/blockchain/node/VET/${key}/accounts/*?revision=best`, '/accounts/*?revision=best'],
    ['POST', `/v3/blockchain/node/XLM/${key}/transactions`, '/transactions'],
  ])('%s %s reaches the node as %s, without the key', async (method, path, reached) => {
    const body = '{"a":1}';
    const answer = method === 'GET' ? await ask.get(path) : await ask.post(path, body);
    expect(answer).toEqual({ status: 200, body: { answer: 'of the node' } });
    expect(node.seen).toMatchObject([{ method, url: reached, body: method === 'GET' ? '' : body }]);
    expect(JSON.stringify(node.seen)).not.toContain(apiKey);
  });

  test.each([
    ['GET', `/v3/blockchain/node/XLM/${key}/metrics`],
    ['GET', `/v3/blockchain/node/XLM/${key}/accounts/..%2fmetrics`],
    ['GET', `/v3/blockchain/node/XLM/${key}//accounts`],
    ['POST', `/v3/blockchain/node/TRON/${key}/wallet/easytransferbyprivate`],
    ['POST', `/v3/blockchain/node/TRON/${key}/wallet/gettransactionsign`],
    ['POST', `/v3/blockchain/node/TRON/${key}`],
    ['POST', `/v3/algorand/node/algod/${key}/v2/shutdown`],
    ['POST', `/v3/algorand/node/algod/${key}/v2/catchup/1`],
    ['PUT', `/v3/egld/node/${key}/network/config`],
    ['PUT', `/v3/blockchain/node/ADA/${key}/network/status`],
    ['GET', `/v3/blockchain/node/ETH/${key}/metrics`],
    ['GET', `/v3/blockchain/node/BNB/${key}/api/v1/account/x`],
  ])('%s %s, which is not known to be harmless, never reaches the node', async (method, path) => {
    expect([405, 501]).toContain((await ask.call(method, path)).status);
    expect(node.seen).toEqual([]);
  });

  test("a node's own no passes through, and a fault of the node is one of the gateway", async () => {
    node.reply = json({ title: 'Resource Missing' }, 404);
    expect(await ask.get(`/v3/blockchain/node/XLM/${key}/accounts/G1`)).toMatchObject({
      status: 404,
      body: { title: 'Resource Missing' },
    });
    for (const status of [401, 403, 429, 500, 502, 503]) {
      node.reply = text('<html>no</html>', status);
      const answer = await ask.get(`/v3/blockchain/node/XLM/${key}/accounts/G1`);
      expect(answer).toMatchObject({ status: 503, body: { errorCode: 'NODE_UNREACHABLE' } });
    }
  });

  test('a page of another program is not shown as a page of the gateway', async () => {
    node.reply = text('<script>1</script>', 200, { 'content-type': 'text/html' });
    const response = await fetch(`${gateway.url}/v3/egld/node/${key}/network/config`);
    expect(response.headers.get('content-type')).toBe('text/plain');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('a key that may only read sends no bytes', async () => {
    const wish = { name: 'reader', roles: ['read'] as const, tenant: undefined, expiresAt: undefined };
    const { text: reader } = await createKey(queue.keys, wish, Date.now());
    const headers = { 'x-api-key': reader.exposeText() };
    const below = `/v3/blockchain/node/XLM/x`;
    expect((await ask.get(`${below}/fee_stats`, headers)).status).toBe(200);
    expect((await ask.post(`${below}/transactions`, 'tx=AAAA', headers)).status).toBe(403);
    expect(node.seen.map(({ url }) => url)).toEqual(['/fee_stats']);
  });

  test('a call of a node that names a secret key is refused', async () => {
    const call = { jsonrpc: '2.0', id: 1, method: 'submit', params: [{ secret: 'of an account', tx_json: {} }] };
    const answer = await ask.post('/v3/blockchain/node/XRP/x', call);
    expect(answer).toMatchObject({ status: 400, body: { data: [{ property: 'params' }] } });
    expect(node.seen).toEqual([]);
  });
});

describe('HEAD', () => {
  const chains = registry.ids.map((id) => registry.get(id));
  /** A path with something in the place of each part that has a name. */
  const filled = (path: string) =>
    path
      .split('/')
      .map((part) => {
        const [, form = ''] = /^:\w+\{(.*)\}$/.exec(part) ?? [];
        if (form !== '') return form.startsWith('[') ? '0' : form.split('|')[0];
        return /^:apiKey$/i.test(part) ? key : part.replace(/^(:.*|\*)$/, 'ETH');
      })
      .join('/');
  const declared = declaredRoutes().flatMap(([method, path]) => (method === 'GET' ? [filled(path)] : []));
  const documented = documentedOperations(chains).all.flatMap((one) =>
    one.startsWith('GET ') ? [filled(`/${one.slice(4)}`)] : [],
  );
  const relayed = chains.flatMap(({ id, slug, tatum }) =>
    (tatum?.node?.paths?.reads ?? []).flatMap((line) => {
      const [method, path = ''] = line.split(' ');
      const prefixes = (tatum?.node?.proxies ?? []).map((proxy) =>
        filled(`/v3/${slug}/${proxy.replace(/:$/, ':apiKey')}`),
      );
      const all = [`/v3/blockchain/node/${id}/${key}`, ...prefixes];
      return method === 'GET' ? all.map((prefix) => `${prefix}${filled(path)}`) : [];
    }),
  );

  test('of whatever is asked by GET is answered as GET, without the body (RFC 9110, 9.3.2)', async () => {
    expect([declared.length > 100, documented.length > 100, relayed.length > 50]).toEqual([true, true, true]);
    const told = async (method: string, path: string) => {
      const answer = await fetch(gateway.url + path, { method, headers: { 'x-api-key': apiKey } });
      const length = (await answer.text()).length;
      return { length, said: { path, status: answer.status, type: answer.headers.get('content-type') } };
    };
    const compare = async (path: string) => {
      const [get, head] = await Promise.all([told('GET', path), told('HEAD', path)]);
      expect(head).toEqual({ length: 0, said: get.said });
    };
    await Promise.all([...new Set([...declared, ...documented, ...relayed])].map(compare));
  });

  test('of a path of a node reaches the node as GET', async () => {
    const answers = await Promise.all(relayed.map((path) => ask.call('HEAD', path)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(node.seen.map(({ method }) => method)).toEqual(relayed.map(() => 'GET'));
  });
});
