import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createRegistry } from '../../../src/chains/registry.js';
import { documentedOperations } from '../../../src/gateway/documented.js';
import { type RunningGateway, startGateway } from '../../../src/gateway/server.js';
import { type OpenQueue, openQueue } from '../../../src/storage/queue/queue.js';
import { json, type Server, startServer } from '../../support/http.js';
import { client, optionsFor } from '../running.js';

const algo = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAY5HFKQ';
const tron = 'T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb';
const egld = 'erd1qqqqqqqqqqqqqqqpqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqzllls8a5w6u';
const xrp = 'rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh';
const hash = 'ab'.repeat(32);
const vet = `0x${'11'.repeat(20)}`;
let directory: string;
let node: Server;
let queue: OpenQueue;
let gateway: RunningGateway;
let ask: ReturnType<typeof client>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'custos-questions-'));
  node = await startServer(json({}));
  queue = await openQueue(join(directory, 'queue.db'));
  gateway = await startGateway({ ...optionsFor(node.url, queue), port: 0 });
  ask = client(gateway.url);
});
afterAll(async () => {
  await gateway.close();
  await queue.close();
  await node.close();
  await rm(directory, { recursive: true, force: true });
});
afterEach(() => {
  node.seen.length = 0;
});

const result = (value: unknown) => ({ jsonrpc: '2.0', id: 1, result: value });

test.each<[string, string, unknown, unknown]>([
  ['/v3/algorand/block/current', 'GET /v2/status', { 'last-round': 12 }, 12],
  [`/v3/algorand/account/balance/${algo}`, `GET /v2/accounts/${algo}`, { amount: 1_500_000 }, { balance: 1.5 }],
  ['/v3/algorand/block/5', 'GET /v2/blocks/5', { block: 5 }, { block: 5 }],
  [
    `/v3/egld/account/balance/${egld}`,
    `GET /address/${egld}/balance`,
    { data: { balance: `25${'0'.repeat(17)}` } },
    { balance: '2.5' },
  ],
  [`/v3/egld/transaction/count/${egld}`, `GET /address/${egld}/nonce`, { data: { nonce: 3 } }, 3],
  ['/v3/egld/block/current', 'GET /network/status/4294967295', { data: { status: { erd_nonce: 9 } } }, 9],
  [
    `/v3/egld/transaction/${hash}`,
    `GET /transaction/${hash}?withResults=true`,
    { data: { transaction: { nonce: 1 } } },
    { nonce: 1 },
  ],
  [`/v3/vet/account/balance/${vet}`, `GET /accounts/${vet}`, { balance: '0xde0b6b3a7640000' }, { balance: '1' }],
  [`/v3/vet/account/energy/${vet}`, `GET /accounts/${vet}`, { energy: '0x0' }, { energy: '0' }],
  [`/v3/xlm/account/G1`, 'GET /accounts/G1', { id: 'G1' }, { id: 'G1' }],
  ['/v3/xlm/fee', 'GET /fee_stats', { last_ledger_base_fee: '100' }, 100],
  ['/v3/xlm/info', 'GET /ledgers?order=desc&limit=1', { _embedded: { records: [{ sequence: 4 }] } }, { sequence: 4 }],
  [`/v3/xlm/transaction/${hash}`, `GET /transactions/${hash}`, { hash }, { hash }],
  [
    `/v3/tron/account/${tron}`,
    'POST /wallet/getaccount',
    { balance: 7, create_time: 1 },
    { address: tron, balance: 7, createTime: 1, trc10: [], trc20: [] },
  ],
  [
    '/v3/tron/block/3',
    'POST /wallet/getblockbynum',
    { blockID: hash, block_header: { raw_data: { number: 3 } } },
    { hash, blockNumber: 3, transactions: [] },
  ],
  [
    '/v3/flow/block/current',
    'GET /v1/blocks?height=sealed&expand=payload',
    [{ header: { id: hash, height: '44' } }],
    44,
  ],
  [
    '/v3/flow/account/0x1234567812345678',
    'GET /v1/accounts/1234567812345678?expand=keys,contracts',
    { balance: '1' },
    { balance: '1' },
  ],
  [
    '/v3/ada/info',
    'POST /network/status',
    { current_block_identifier: { index: 5, hash } },
    { testnet: true, tip: { number: 5, hash } },
  ],
  ['/v3/solana/block/current', 'POST /', result(77), 77],
  [
    `/v3/solana/account/balance/So11111111111111111111111111111111111111112`,
    'POST /',
    result({ value: 1_500_000_000 }),
    { balance: '1.5' },
  ],
  [`/v3/xrp/account/${xrp}`, 'POST /', result({ account_data: { Balance: '5' } }), { account_data: { Balance: '5' } }],
  ['/v3/xrp/fee', 'POST /', result({ drops: { base_fee: '10' } }), { drops: { base_fee: '10' } }],
])('%s asks the node by %s', async (path, asked, answer, shown) => {
  node.reply = json(answer);
  expect(await ask.get(path)).toEqual({ status: 200, body: shown });
  const [method, url] = asked.split(' ');
  expect(node.seen[0]).toMatchObject({ method, url });
});

test('a number that JSON readers do not keep exactly comes through as the node wrote it', async () => {
  node.reply = (response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"amount":9007199254740993}');
  const response = await fetch(`${gateway.url}/v3/algorand/block/5`, {
    headers: { 'x-api-key': 'a key for tests only' },
  });
  expect(await response.text()).toBe('{"amount":9007199254740993}');
});

test.each([
  ['/v3/algorand/block/5', 404, {}],
  [`/v3/xlm/transaction/${hash}`, 404, {}],
  [`/v3/egld/transaction/${hash}`, 404, {}],
  [`/v3/flow/transaction/${hash}`, 404, {}],
  [`/v3/tron/transaction/${hash}`, 200, {}],
  [`/v3/vet/transaction/0x${hash}`, 200, null],
  [`/v3/xrp/transaction/${hash}`, 200, result({ error: 'txnNotFound' })],
  [`/v3/solana/transaction/${hash}`, 200, result(null)],
  [`/v3/ada/transaction/${hash}`, 200, { transactions: [] }],
])('%s is not found where the node has none', async (path, status, answer) => {
  node.reply = json(answer, status);
  expect((await ask.get(path)).status).toBe(404);
});

test.each([
  `/v3/algorand/account/balance/${algo.slice(1)}`,
  '/v3/tron/account/T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwc',
  '/v3/egld/account/balance/erd1x',
  '/v3/vet/account/balance/0x12',
  '/v3/xrp/account/rrr',
  '/v3/flow/account/0x12',
  '/v3/solana/account/balance/0OIl',
  '/v3/xlm/account/a%2fb',
])('%s names nothing that a node is asked for', async (path) => {
  expect((await ask.get(path)).status).toBe(400);
  expect(node.seen).toEqual([]);
});

test('what is no text in a refusal of an XRP node is left out', async () => {
  node.reply = json(result({ error: { toString: 1 } }));
  expect((await ask.get('/v3/xrp/fee')).body).toMatchObject({ errorCode: 'NODE_REFUSED' });
});

test.each([
  ['/v3/algorand/block/current', { 'last-round': '12' }],
  ['/v3/egld/block/current', { data: { status: { erd_nonce: -1 } } }],
  ['/v3/xlm/fee', { last_ledger_base_fee: 100 }],
  [`/v3/vet/account/balance/${vet}`, { balance: '1' }],
  [`/v3/tron/account/${tron}`, { balance: 1.5 }],
  ['/v3/ada/account/addr_test1vz2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzerspjrlsz', { balances: {} }],
])('an answer to %s that is none is a fault of the node', async (path, answer) => {
  node.reply = json(answer);
  expect(await ask.get(path)).toMatchObject({ status: 502, body: { errorCode: 'NODE_ANSWER_INVALID' } });
});

test('every question is one of the documented operations of its chain', () => {
  const registry = createRegistry();
  const chains = registry.ids.map((id) => registry.get(id));
  const { methodsAt } = documentedOperations(chains);
  const unknown = chains.flatMap(({ slug, tatum }) =>
    Object.keys(tatum?.questions?.operations ?? {}).filter((operation) => {
      const [method = '', path = ''] = operation.split(' ');
      return !methodsAt(`/v3/${slug}/${path.replaceAll(':', 'x')}`).includes(method);
    }),
  );
  expect(unknown).toEqual([]);
});
