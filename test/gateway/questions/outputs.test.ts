import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hex } from '@scure/base';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { litecoin } from '../../../src/chains/utxo/chains/litecoin.js';
import { scriptsOf } from '../../../src/chains/utxo/script.js';
import { type RunningGateway, startGateway } from '../../../src/gateway/server.js';
import { type OpenQueue, openQueue } from '../../../src/storage/queue/queue.js';
import { keyOf } from '../../chains/signing.js';
import { client, optionsFor } from '../running.js';
import { type StubNode, startStubNode } from '../stub-node.js';

const key = keyOf(litecoin);
const address = litecoin.keys.address(key.publicKey, 'testnet');
const script = hex.encode(scriptsOf(key.publicKey)[0]!);
const txId = '01'.repeat(32);
let directory: string;
let node: StubNode;
let queue: OpenQueue;
let gateway: RunningGateway;
let ask: ReturnType<typeof client>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'custos-outputs-'));
  node = await startStubNode();
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
const shown = {
  ...{ txid: txId, hash: '0a'.repeat(32), blockhash: '0b'.repeat(32), version: 2 },
  vin: [{ txid: '07'.repeat(32), vout: 1, scriptSig: { hex: '51' }, sequence: 5 }],
  vout: [{ value: 0.29, n: 0, scriptPubKey: { hex: script } }],
};

beforeEach(() => {
  const unspents = [0.1, 0.3, 0.2].map((amount, vout) => ({ txid: txId, vout, amount, scriptPubKey: script }));
  node.answers = {
    getblockchaininfo: {
      chain: 'regtest',
      blocks: 7,
      headers: 8,
      bestblockhash: txId,
      difficulty: 1,
      time: 1_700_000_000,
    },
    scantxoutset: () => ({ unspents }),
    estimatesmartfee: (blocks: number) => ({ feerate: blocks < 3 ? 0.0004 : 0.0002 }),
    getblockhash: (number: number) => (number === 7 ? txId : new Error('Block height out of range')),
    getblock: (hash: string) => ({ hash, height: 7 }),
    getrawtransaction: (hash: string) => (hash === txId ? shown : new Error('No such transaction')),
    gettxout: (_hash: string, index: number) =>
      index === 0 ? { value: 0.1, confirmations: 3, coinbase: false, scriptPubKey: { hex: script } } : null,
  };
});

test('state, blocks and transactions are those of the node', async () => {
  expect((await ask.get('/v3/litecoin/info')).body).toMatchObject({ chain: 'regtest', blocks: 7 });
  expect((await ask.get('/v3/litecoin/block/hash/7')).body).toEqual({ hash: txId });
  expect((await ask.get('/v3/litecoin/block/7')).body).toEqual({ hash: txId, height: 7 });
  expect((await ask.get(`/v3/litecoin/block/${txId}`)).body).toEqual({ hash: txId, height: 7 });
  expect((await ask.get('/v3/litecoin/block/8')).status).toBe(404);
  expect((await ask.get(`/v3/bitcoin/transaction/${'02'.repeat(32)}`)).body.errorCode).toBe('tx.not.found');
  expect((await ask.get('/v3/bitcoin/transaction/xyz')).status).toBe(400);
});

test('a transaction has inputs and outputs with addresses, as clients read them, beside what the node says', async () => {
  const { body } = await ask.get(`/v3/litecoin/transaction/${txId}`);
  expect(body).toEqual({
    ...{ ...shown, hash: txId, witnessHash: shown.hash, block: shown.blockhash },
    vout: [{ ...shown.vout[0], scriptPubKey: { hex: script, addresses: [address] } }],
    inputs: [{ sequence: 5, script: '51', prevout: { hash: '07'.repeat(32), index: 1 } }],
    outputs: [{ value: '0.29', script, address }],
  });
  const { body: ofBitcoin } = await ask.get(`/v3/bitcoin/transaction/${txId}`);
  expect(ofBitcoin.outputs).toMatchObject([{ value: 29_000_000, script }]);
  node.answers['getrawtransaction'] = { ...shown, vout: [{ value: 1e-9, scriptPubKey: { hex: script } }] };
  expect((await ask.get(`/v3/litecoin/transaction/${txId}`)).status).toBeGreaterThanOrEqual(400);
  node.answers['getrawtransaction'] = { ...shown, vout: undefined };
  expect(await ask.get(`/v3/litecoin/transaction/${txId}`)).toMatchObject({ status: 502 });
});

test('nodes are asked by JSON-RPC with the key in the header, by their harmless methods', async () => {
  const call = { jsonrpc: '1.0', id: 1, method: 'getblockchaininfo', params: [] };
  const { body } = await ask.post('/v3/litecoin/node', call);
  expect(body.result).toMatchObject({ chain: 'regtest', blocks: 7 });
  expect(await ask.post('/v3/litecoin/node', { ...call, method: 'dumpprivkey' })).toMatchObject({ status: 501 });
});

test('one output is found while it is unspent, and is otherwise refused as the API says', async () => {
  expect((await ask.get(`/v3/litecoin/utxo/${txId}/0`)).body).toEqual({
    ...{ hash: txId, index: 0, value: 10_000_000, script, address, coinbase: false, confirmations: 3 },
  });
  expect(await ask.get(`/v3/litecoin/utxo/${txId}/1`)).toMatchObject({
    status: 403,
    body: { errorCode: 'tx.hash.index.spent' },
  });
});

test('a balance is what is unspent, exactly', async () => {
  expect((await ask.get(`/v3/litecoin/address/balance/${address}`)).body).toEqual({ incoming: '0.6', outgoing: '0' });
  expect((await ask.get('/v3/litecoin/address/balance/xyz')).status).toBe(400);
});

test('the fewest outputs that come to an amount are listed, the largest first', async () => {
  const list = async (total: string) =>
    (await ask.get(`/v3/data/utxos?chain=litecoin-testnet&address=${address}&totalValue=${total}`)).body;
  expect(await list('0.4')).toMatchObject([
    { txHash: txId, index: 1, value: 0.3, address, chain: 'litecoin-testnet' },
    { index: 2, value: 0.2 },
  ]);
  expect(await list('5')).toHaveLength(3);
  expect((await ask.get(`/v3/data/utxos?chain=ethereum-testnet&address=${address}`)).status).toBe(501);
});

test('fees are advised for a byte, and estimated for a transfer in whole coins', async () => {
  const { body } = await ask.get('/v3/blockchain/fee/LTC');
  expect(body).toEqual({ fast: 40, medium: 20, slow: 20, block: 7, time: '2023-11-14T22:13:20.000Z' });
  const transfer = { chain: 'LTC', type: 'TRANSFER', fromAddress: [address], to: [{ address, value: 0.45 }] };
  // Two inputs, an output and change: 2·148 + 2·34 + 10 bytes.
  expect((await ask.post('/v3/blockchain/estimate', transfer)).body).toEqual({
    ...{ fast: '0.0001496', medium: '0.0000748', slow: '0.0000748' },
  });
  expect((await ask.post('/v3/blockchain/estimate', { ...transfer, to: null })).status).toBe(400);
});

test('numbers of a node that are no rate and no time are refused or left out', async () => {
  node.answers['getblockchaininfo'] = { chain: 'regtest', blocks: 7, time: 2 ** 53 - 1 };
  const { body } = await ask.get('/v3/blockchain/fee/LTC');
  expect(body).toEqual({ fast: 40, medium: 20, slow: 20, block: 7 });
  node.answers['estimatesmartfee'] = { feerate: 1e305 };
  expect(await ask.get('/v3/blockchain/fee/LTC')).toMatchObject({
    status: 502,
    body: { errorCode: 'NODE_ANSWER_INVALID' },
  });
});
