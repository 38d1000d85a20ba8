import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tokenCreationCode } from '../../support/contracts.js';
import { type Running, startRunning } from '../running.js';

const to = '0x687422eea2cb73b5d3e242ba5456b782919afc85';
let running: Running;
let from: string;
let paid: string;
let created: string;
let token: string;

beforeAll(async () => {
  running = await startRunning();
  from = running.node.accounts[0]!.address;
  const send = async (transaction: object) => {
    const txId = String(await running.node.rpc('eth_sendTransaction', [{ from, ...transaction }]));
    await running.node.receipt(txId);
    return txId;
  };
  paid = await send({ to, value: '0x16345785d8a0000' });
  created = await send({ data: tokenCreationCode(10n ** 20n) });
  token = String((await running.node.receipt(created)).contractAddress);
});
afterAll(() => running.close());

describe('questions about chains of the Ethereum family', () => {
  test.each(['ethereum', 'polygon', 'bsc', 'klaytn', 'base'])('a balance of %s is in whole coins', async (slug) => {
    expect(await running.get(`/v3/${slug}/account/balance/${to}`)).toEqual({ status: 200, body: { balance: '0.1' } });
  });

  test('a balance of Celo has the name of its coin', async () => {
    expect((await running.get(`/v3/celo/account/balance/${to}`)).body).toEqual({ celo: '0.1' });
  });

  test('a balance of XDC is asked by its own form of addresses', async () => {
    const { body } = await running.get(`/v3/xdc/account/balance/xdc${to.slice(2)}`);
    expect(body).toEqual({ balance: '0.1' });
  });

  test('the current block is a number, and a block is found by its number and its hash', async () => {
    const { body: current } = await running.get('/v3/ethereum/block/current');
    expect(current).toBe(Number(await running.node.rpc('eth_blockNumber', [])));
    const { body: block } = await running.get(`/v3/ethereum/block/${current}`);
    expect(block).toMatchObject({ number: current, timestamp: expect.any(Number), gasUsed: expect.any(Number) });
    expect(block.transactions).toMatchObject([{ transactionHash: created, blockNumber: current, value: '0' }]);
    expect((await running.get(`/v3/ethereum/block/${block.hash}`)).body).toEqual(block);
    expect(await running.get('/v3/ethereum/block/99999')).toMatchObject({ status: 404 });
  });

  test('a transaction has its receipt, with decimal numbers', async () => {
    const { body } = await running.get(`/v3/ethereum/transaction/${paid}`);
    expect(body).toMatchObject({
      ...{ transactionHash: paid, status: true, value: '100000000000000000', to, gasUsed: 21_000, nonce: 0 },
      ...{ blockNumber: 1, logs: [], gasPrice: expect.stringMatching(/^\d+$/), contractAddress: null },
    });
    expect(await running.get(`/v3/ethereum/transaction/0x${'ab'.repeat(32)}`)).toEqual({
      status: 404,
      body: { statusCode: 404, errorCode: 'tx.not.found', message: 'Transaction not found.' },
    });
  });

  test('the contract of a transaction and the balance of a token are told', async () => {
    expect((await running.get(`/v3/blockchain/sc/address/ETH/${created}`)).body).toEqual({ contractAddress: token });
    expect(await running.get(`/v3/blockchain/sc/address/ETH/${paid}`)).toMatchObject({ status: 404 });
    const { body } = await running.get(`/v3/blockchain/token/balance/ETH/${token}/${from}`);
    expect(body).toEqual({ balance: (10n ** 20n).toString() });
  });

  test('the gas of a transfer and of a token transfer is estimated', async () => {
    const estimations = {
      safe: expect.any(String),
      standard: expect.any(String),
      fast: expect.any(String),
      baseFee: expect.stringMatching(/^\d+$/),
    };
    const gas = await running.post('/v3/ethereum/gas', { from, to, amount: '0.5', data: null });
    expect(gas.body).toMatchObject({ gasLimit: '21000', gasPrice: expect.stringMatching(/^\d+$/), estimations });
    const ofOthers = await running.post('/v3/bsc/gas', { from, to, amount: '0.5' });
    expect(ofOthers.body).toMatchObject({ gasLimit: 21_000, gasPrice: expect.stringMatching(/^\d+$/) });
    const wish = { chain: 'ETH', type: 'TRANSFER_ERC20', sender: from, recipient: to, contractAddress: token };
    const { body } = await running.post('/v3/blockchain/estimate', { ...wish, amount: '1.5' });
    expect(body.gasLimit).toBeGreaterThan(21_000);
    expect(body.gasPrice).toBeGreaterThan(0);
    expect(await running.post('/v3/blockchain/estimate', { chain: 'ETH', type: 'DEPLOY_NFT' })).toMatchObject({
      status: 501,
    });
  });

  test.each([
    ['GET', '/v3/ethereum/account/balance/0x12', undefined],
    ['GET', '/v3/ethereum/transaction/abc', undefined],
    ['GET', '/v3/blockchain/token/balance/DOT/0x1/0x2', undefined],
    ['POST', '/v3/ethereum/gas', { to, amount: '1,5' }],
    ['POST', '/v3/ethereum/gas', { to: 5 }],
    ['POST', '/v3/ethereum/gas', { to, data: 'xyz' }],
    ['POST', '/v3/blockchain/estimate', { type: 'TRANSFER_ERC20' }],
    ['POST', '/v3/blockchain/estimate', { chain: 'ETH', type: 'TRANSFER_ERC20', contractAddress: null }],
  ])('%s %s with %j is refused as not valid', async (method, path, body) => {
    const answer = method === 'GET' ? await running.get(path) : await running.post(path, body);
    expect(answer).toMatchObject({ status: 400, body: { errorCode: 'validation.failed' } });
  });
});
