import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import type { Chain } from '../../src/core/chain/chain.js';
import type { NodeClient } from '../../src/core/chain/node.js';
import { parsePending } from '../../src/core/signing/pending.js';
import type { Receipt } from '../support/anvil.js';
import { tokenCalls, tokenCreationCode } from '../support/contracts.js';
import { testKey } from '../support/test-key.js';
import { developmentId, type Running, signatureId, startRunning } from './running.js';

const to = '0x687422eea2cb73b5d3e242ba5456b782919afc85';
const registry = createRegistry();
let running: Running;
let nonce = 0n;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

/** The way that a daemon goes, all of it through the gateway: poll, complete, sign, broadcast. */
async function carry(ticker: string, path: string, form: object): Promise<Receipt> {
  const chain = registry.get(ticker);
  const submitted = await running.post(path, { signatureId, ...form });
  expect(submitted).toMatchObject({ status: 200 });
  const polled = await running.post(`/v3/kms/pending/${ticker}`, { signatureIds: [signatureId] });
  expect(polled.body).toHaveLength(1);
  const pending = parsePending(polled.body[0], chain.id, 'testnet');
  const { address } = privateKeyToAccount(running.node.accounts[0]!.privateKey);
  const context = { network: 'testnet' as const, from: chain.keys.normalizeAddress(address, 'testnet') };
  const signers = [{ address: context.from }];
  const allowed = { ...context, signers, developmentChainId: BigInt(developmentId) };
  const nextNonce = async () => nonce++;
  const completed = await chain.node.complete(pending, { ...allowed, node: through(chain), nextNonce });
  const privateKey = Uint8Array.from(Buffer.from(running.node.accounts[0]!.privateKey.slice(2), 'hex'));
  const key = testKey(chain, privateKey, context.from);
  const signed = await chain.codec.parse(completed, allowed).sign([key]);
  const sent = await running.post(`/v3/${chain.slug}/broadcast`, { txData: signed.raw, signatureId: pending.id });
  expect(sent).toEqual({ status: 200, body: { txId: signed.txId } });
  expect((await running.get(`/v3/kms/${pending.id}`)).body.txId).toBe(signed.txId);
  return running.node.receipt(signed.txId);
}

function through(chain: Chain): NodeClient {
  return {
    http: () => Promise.reject(new Error('not asked here')),
    rpc: async (method, params) => {
      const call = { jsonrpc: '2.0', id: 1, method, params };
      const { body } = await running.post(`/v3/blockchain/node/${chain.id}/x`, call);
      if (body.error) throw new Error(body.error.message);
      return body.result;
    },
  };
}

const coins = { to, amount: '0.25', currency: 'ETH' };
const caps = { maxFeePerGas: '20', maxPriorityFeePerGas: '1' };
const accessList = [{ address: to, storageKeys: [] }];

test.each([
  ['a plain transfer', {}, 0],
  ['a transfer with its fee given', { fee: { gasLimit: '30000', gasPrice: '20' } }, 0],
  ['an EIP-2930 transfer', { type: '0x1', accessList, fee: { gasLimit: '30000', gasPrice: '20' } }, 1],
  ['an EIP-1559 transfer', { type: '0x2', ...caps }, 2],
  ['a transfer with data', { data: '0x4d79' }, 0],
])('%s is mined', async (_name, change, type) => {
  const balance = async () => BigInt(String(await running.node.rpc('eth_getBalance', [to, 'latest'])));
  const before = await balance();
  const receipt = await carry('ETH', '/v3/ethereum/transaction', { ...coins, ...change });
  expect([receipt.status, Number(receipt.type)]).toEqual(['0x1', type]);
  expect((await balance()) - before).toBe(25n * 10n ** 16n);
});

test.each(
  registry.ids
    .map((id) => registry.get(id))
    .filter(({ builder }) => builder?.kind === 'evm')
    .map(({ id, slug }) => [id, slug]),
)('a transfer of %s is mined', async (currency, slug) => {
  expect((await carry(currency, `/v3/${slug}/transaction`, { ...coins, currency })).status).toBe('0x1');
});

test('a token is created, transferred, released and asked', async () => {
  const created = await carry('ETH', '/v3/ethereum/transaction', { data: tokenCreationCode(10n ** 20n) });
  expect(created.status).toBe('0x1');
  const contractAddress = String(created.contractAddress);
  const token = { chain: 'ETH', contractAddress };
  const transfer = { ...token, to, amount: '1.5', digits: 18 };
  expect((await carry('ETH', '/v3/blockchain/token/transaction', transfer)).status).toBe('0x1');
  const release = { ...token, spender: to, amount: '2' };
  expect((await carry('ETH', '/v3/blockchain/token/approve', release)).status).toBe('0x1');
  const inputs = [{ type: 'address' }, { type: 'uint256' }];
  const call = { contractAddress, methodName: 'transfer', methodABI: { inputs }, params: [to, '5'] };
  expect((await carry('ETH', '/v3/ethereum/smartcontract', call)).status).toBe('0x1');
  const methodABI = { inputs: [{ type: 'address' }], outputs: [{ type: 'uint256' }] };
  const question = { contractAddress, methodName: 'balanceOf', methodABI, params: [to] };
  expect((await running.post('/v3/ethereum/smartcontract', question)).body).toEqual({ data: '1500000000000000005' });
  const data = tokenCalls.allowance(running.node.accounts[0]!.address, to);
  const allowance = await running.node.rpc('eth_call', [{ to: contractAddress, data }, 'latest']);
  expect(BigInt(String(allowance))).toBe(2n * 10n ** 18n);
});
