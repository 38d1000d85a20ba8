import { createServer, type Server } from 'node:http';
import { keccak256 } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import { startGateway } from '../../src/gateway/server.js';
import { client, eth, optionsFor, type Running, signatureId, startRunning } from './running.js';

const to = '0x687422eea2cb73b5d3e242ba5456b782919afc85';
let running: Running;
let nextNonce = 0;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

/** Signs a transfer as a daemon would; without a nonce the sender's next one. */
function sign(fields: { nonce?: number; value?: bigint } = {}) {
  const account = privateKeyToAccount(running.node.accounts[0]!.privateKey);
  const nonce = fields.nonce ?? nextNonce++;
  const value = fields.value ?? 1n;
  return account.signTransaction({
    type: 'legacy',
    chainId: 31337,
    to,
    value,
    nonce,
    gas: 21000n,
    gasPrice: 10n ** 10n,
  });
}

async function submit(): Promise<string> {
  const form = { to, amount: '1', currency: 'ETH', signatureId };
  return (await running.post('/v3/ethereum/transaction', form)).body.signatureId;
}

const broadcast = (txData: string, pendingId?: string) =>
  running.post('/v3/ethereum/broadcast', { txData, signatureId: pendingId });

describe('broadcast', () => {
  test('signed bytes are mined and close the pending transaction', async () => {
    const [id, raw] = [await submit(), await sign()];
    const txId = keccak256(raw);
    expect(await broadcast(raw, id)).toEqual({ status: 200, body: { txId } });
    expect((await running.node.receipt(txId)).status).toBe('0x1');
    expect((await running.get(`/v3/kms/${id}`)).body).toMatchObject({ id, txId });
    const wallets = { signatureIds: [signatureId] };
    const left = (await running.post('/v3/kms/pending/ETH', wallets)).body;
    expect(left.map((pending: { id: string }) => pending.id)).not.toContain(id);
  });

  test('the same bytes give the same answer again, before and after they are mined', async () => {
    const [id, raw] = [await submit(), await sign()];
    const [one, other] = await Promise.all([broadcast(raw, id), broadcast(raw, id)]);
    expect(other).toEqual(one);
    await running.node.receipt(keccak256(raw));
    expect(await broadcast(raw, id)).toEqual({ status: 200, body: { txId: keccak256(raw) } });
  });

  test('bytes without a pending transaction and without 0x are taken', async () => {
    const raw = await sign();
    expect(await broadcast(raw.slice(2))).toEqual({ status: 200, body: { txId: keccak256(raw) } });
    await running.node.receipt(keccak256(raw));
  });

  test('a refusal gives the documented error, and the transaction stays pending', async () => {
    const id = await submit();
    const answer = await broadcast(await sign({ nonce: 0, value: 99n }), id);
    expect(answer).toMatchObject({ status: 403, body: { errorCode: 'ethereum.broadcast.failed', statusCode: 403 } });
    expect(answer.body.message).toMatch(/^Unable to broadcast transaction due to .*nonce/);
    expect((await running.get(`/v3/kms/${id}`)).body).not.toHaveProperty('txId');
    const raw = await sign();
    expect((await broadcast(raw, id)).status).toBe(200);
  });

  test('a completed transaction takes no other bytes, even when both arrive at once', async () => {
    const id = await submit();
    const [one, other] = [await sign(), await sign()];
    const answers = await Promise.all([broadcast(one, id), broadcast(other, id)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 409]);
    expect((await running.get(`/v3/kms/${id}`)).body.txId).toBe(keccak256(one));
    nextNonce -= 1;
  });

  test('bytes for a withdrawn, unknown or foreign pending transaction never reach the node', async () => {
    const withdrawn = await submit();
    await running.call('DELETE', `/v3/kms/${withdrawn}`);
    const form = { to, amount: '1', currency: 'BSC', signatureId };
    const foreign = (await running.post('/v3/bsc/transaction', form)).body.signatureId;
    const raw = await sign({ nonce: nextNonce });
    for (const id of [withdrawn, foreign, '5e6645712b55823de7ea82f1', signatureId]) {
      expect(await broadcast(raw, id)).toMatchObject({ status: 403, body: { errorCode: 'kms.missing' } });
    }
    expect(await running.node.rpc('eth_getTransactionByHash', [keccak256(raw)])).toBeNull();
  });

  test.each(['', '0x', '0xabc', 'xyz', '0x00'])('the bytes %j are refused', async (txData) => {
    expect([400, 403]).toContain((await broadcast(txData)).status);
  });
});

describe('node proxies', () => {
  const call = (method: string, params: unknown[] = [], id: unknown = 7) => ({ jsonrpc: '2.0', id, method, params });

  test.each([
    '/v3/ethereum/web3/x',
    '/v3/blockchain/node/ETH/x',
    '/v3/blockchain/node/ETH_OP/x',
    '/v3/blockchain/node/ETH_BASE/x',
    '/v3/blockchain/node/S/x',
    '/v3/blockchain/node/AVAX/x/ext/bc/C/rpc',
    '/v3/blockchain/node/ethereum-sepolia/x',
    '/v3/blockchain/node/avax-testnet/x',
  ])('%s forwards JSON-RPC', async (path) => {
    const answer = await running.post(path, call('eth_chainId'));
    expect(answer).toEqual({ status: 200, body: { jsonrpc: '2.0', id: 7, result: '0x7a69' } });
  });

  test('a batch is answered as a batch, with the errors of the node', async () => {
    const batch = [call('eth_chainId', [], 1), call('eth_getBalance', ['nonsense'], 2)];
    const { status, body } = await running.post('/v3/ethereum/web3/x', batch);
    expect([status, body[0].result, body[1].error]).toEqual([200, '0x7a69', expect.anything()]);
  });

  test.each(['klay_chainID', 'klay_gasPrice', 'klay_blockNumber'])(
    '%s is answered by a node that knows the other name only',
    async (method) => {
      const { body } = await running.post('/v3/blockchain/node/KLAY/x', call(method));
      expect(body).toMatchObject({ id: 7, result: expect.stringMatching(/^0x/) });
    },
  );

  test.each([{}, [], 'text', [1], { method: 1 }, Array.from({ length: 101 }, () => call('eth_chainId'))])(
    'a request that is not JSON-RPC is refused',
    async (body) => {
      expect((await running.post('/v3/ethereum/web3/x', body)).status).toBe(400);
    },
  );

  test.each([
    'eth_sendTransaction',
    'eth_sign',
    'eth_signTypedData_v4',
    'eth_accounts',
    'eth_coinbase',
    'personal_unlockAccount',
    'admin_peers',
    'debug_traceTransaction',
    'anvil_setBalance',
    'hardhat_setBalance',
    'evm_mine',
    'parity_setMode',
    'qbft_discardValidatorVote',
    'klay_sendTransactionAsFeePayer',
    'klay_signTransaction',
    'txpool_content',
    'engine_newPayloadV3',
    'ETH_CHAINID',
    'eth_chainId ',
    'constructor',
    '__proto__',
    '',
  ])('%j, which may do harm, is not offered', async (method) => {
    for (const path of ['/v3/ethereum/web3/x', '/v3/blockchain/node/KLAY/x']) {
      expect((await running.post(path, call(method))).status).toBe(501);
      expect((await running.post(path, [call('eth_chainId'), call(method)])).status).toBe(501);
    }
  });

  test.each([
    ['/v3/solana/web3/x', ['validatorExit', 'setLogFilter', 'requestAirdrop', 'eth_chainId', 'getblockchaininfo']],
    ['/v3/blockchain/node/SOL/x', ['addAuthorizedVoter', 'startProgress']],
    ['/v3/blockchain/node/bitcoin-testnet/x', ['stop', 'dumpprivkey', 'sendtoaddress', 'getnewaddress', 'eth_call']],
    ['/v3/blockchain/node/litecoin-core-testnet/x', ['walletpassphrase', 'invalidateblock', 'getpeerinfo', 'help']],
    ['/v3/blockchain/node/XRP/x', ['sign', 'wallet_propose', 'stop', 'eth_chainId']],
    ['/v3/blockchain/node/ALGO/x', ['status']],
  ])('at %s, a method of another family, or one that needs permission, is not offered', async (path, methods) => {
    for (const method of methods) expect((await running.post(path, call(method))).status).toBe(501);
  });

  test('a method that the operator adds is offered only for that chain', async () => {
    const eth = createRegistry().get('ETH').id;
    const other = await startRunning({ extraMethods: new Map([[eth, new Set(['anvil_nodeInfo'])]]) });
    try {
      const ask = (path: string, method: string) => other.post(path, call(method));
      expect(await ask('/v3/ethereum/web3/x', 'anvil_nodeInfo')).toEqual({ status: 200, body: expect.anything() });
      expect(await ask('/v3/bsc/web3/x', 'anvil_nodeInfo')).toMatchObject({ status: 501 });
      expect(await ask('/v3/ethereum/web3/x', 'anvil_mine')).toMatchObject({ status: 501 });
    } finally {
      await other.close();
    }
  });

  test.each([
    '/v3/blockchain/node/ethereum-mainnet/x',
    '/v3/blockchain/node/DOT/x',
    '/v3/blockchain/node/avax-p-testnet/x',
  ])('%s is not offered', async (path) => {
    expect(await running.post(path, call('eth_chainId'))).toMatchObject({ status: 501 });
  });
});

describe('count and fees', () => {
  test('the count of a sender is a plain number', async () => {
    const { address } = running.node.accounts[5]!;
    expect(await running.get(`/v3/ethereum/transaction/count/${address}`)).toEqual({ status: 200, body: 0 });
    const hash = await running.node.rpc('eth_sendTransaction', [{ from: address, to, value: '0x1' }]);
    await running.node.receipt(String(hash));
    expect((await running.get(`/v3/ethereum/transaction/count/${address}`)).body).toBe(1);
    expect((await running.get(`/v3/xdc/transaction/count/xdc${address.slice(2)}`)).body).toBe(1);
    expect((await running.get('/v3/ethereum/transaction/count/0x1')).status).toBe(400);
  });

  test('fee advice has the shape of the API and rises', async () => {
    const { status, body } = await running.get('/v3/blockchain/fee/ETH');
    expect(status).toBe(200);
    expect(body.slow).toBeGreaterThan(0);
    expect(body.medium).toBeGreaterThanOrEqual(body.slow);
    expect(body.fast).toBeGreaterThan(body.medium);
    expect(new Date(body.time).toISOString()).toBe(body.time);
    expect(body.block).toBe(Number(await running.node.rpc('eth_blockNumber')));
    expect((await running.get('/v3/blockchain/fee/NOPE')).status).toBe(400);
  });

  test('the gas station answers in Gwei', async () => {
    const { body } = await running.get('/v2');
    const speed = { maxFee: expect.any(Number), maxPriorityFee: expect.any(Number) };
    expect(body).toMatchObject({ safeLow: speed, standard: speed, fast: speed, estimatedBaseFee: expect.any(Number) });
    expect(body.fast.maxFee).toBeGreaterThanOrEqual(body.fast.maxPriorityFee);
  });
});

describe('a node that fails', () => {
  let stub: Server;
  let respond: (method: string) => { status?: number; body: string } | 'hang up';
  let gateway: { url: string; close(): Promise<void> };

  beforeAll(async () => {
    stub = createServer((request, response) => {
      let text = '';
      request.on('data', (part) => {
        text += part;
      });
      request.on('end', () => {
        const answer = respond(JSON.parse(text).method);
        if (answer === 'hang up') return response.destroy();
        return response.writeHead(answer.status ?? 200).end(answer.body);
      });
    });
    await new Promise<void>((resolve) => stub.listen(0, '127.0.0.1', resolve));
    const address = stub.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    gateway = await startGateway({ ...optionsFor(`http://127.0.0.1:${port}/secret-path`, running.queue), port: 0 });
  });
  afterAll(async () => {
    await gateway.close();
    await new Promise((resolve) => stub.close(resolve));
  });

  const form = { to, amount: '1', currency: 'ETH', signatureId };

  test.each([
    ['hangs up', 'hang up' as const, 503],
    ['answers HTML', { body: '<html>' }, 502],
    ['answers nothing', { body: '' }, 502],
    ['answers another form', { body: '{"result":{}}' }, 502],
    ['answers an error', { body: '{"error":{"code":-32000,"message":"out of order"}}' }, 502],
    ['is of another network', { body: '{"result":"0x1"}' }, 502],
  ])('a node that %s causes a coded error that hides its URL, and nothing is queued', async (_name, answer, status) => {
    respond = () => answer;
    const before = (await running.queue.pending({ chain: eth, network: 'testnet' })).length;
    const result = await client(gateway.url).post('/v3/ethereum/transaction', form);
    expect(result).toMatchObject({ status, body: { errorCode: expect.stringMatching(/^NODE_/), statusCode: status } });
    expect(JSON.stringify(result.body)).not.toContain('secret-path');
    expect((await running.queue.pending({ chain: eth, network: 'testnet' })).length).toBe(before);
  });

  test('the gateway recovers when the node does', async () => {
    respond = () => 'hang up';
    expect((await client(gateway.url).post('/v3/ethereum/transaction', form)).status).toBe(503);
    respond = (method) => ({ body: method === 'eth_chainId' ? '{"result":"0xaa36a7"}' : '{"result":"0x"}' });
    expect(await client(gateway.url).post('/v3/ethereum/transaction', form)).toMatchObject({ status: 200 });
  });

  test('bytes with an unknown fate leave the transaction pending', async () => {
    const id = await submit();
    respond = () => 'hang up';
    const answer = await client(gateway.url).post('/v3/ethereum/broadcast', { txData: '0x00', signatureId: id });
    expect(answer.status).toBe(503);
    expect(await running.queue.get(id)).toMatchObject({ state: 'pending' });
  });

  test('bytes that the node already knows are a success', async () => {
    const id = await submit();
    respond = (method) =>
      method === 'eth_sendRawTransaction'
        ? { body: '{"error":{"code":-32000,"message":"already known"}}' }
        : { body: JSON.stringify({ result: { hash: keccak256('0x00') } }) };
    const answer = await client(gateway.url).post('/v3/ethereum/broadcast', { txData: '0x00', signatureId: id });
    expect(answer).toEqual({ status: 200, body: { txId: keccak256('0x00') } });
    expect(await running.queue.get(id)).toMatchObject({ state: 'completed', txId: keccak256('0x00') });
  });

  test('an answer above the size limit is refused', async () => {
    respond = () => ({ body: `{"result":"${'0'.repeat(9 * 1024 * 1024)}"}` });
    const call = { jsonrpc: '2.0', id: 1, method: 'eth_call', params: [] };
    expect((await client(gateway.url).post('/v3/ethereum/web3/x', call)).status).toBe(502);
  });
});
