import { hex } from '@scure/base';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { flow } from '../../../src/chains/flow/index.js';
import { FlowNetwork, voucherOf } from '../../chains/flow/network.js';
import { keyOf } from '../../chains/signing.js';
import { signatureId } from '../running.js';
import { type Carrying, expectStrict, startCarrying } from './carrying.js';

const key = keyOf(flow);
const account = '0xf8d6e0586b0a20c7';
const to = '0x01cf0e2f2f715450';
const publicKey = keyOf(flow, 0x22).address;

const network = new FlowNetwork();
let carrying: Carrying;
beforeAll(async () => {
  carrying = await startCarrying('FLOW', ({ path, body }) =>
    network.node('own').http({ path, ...(body !== undefined && { body }) }),
  );
});
afterAll(() => carrying.close());
network.accounts.set(account.slice(2), [{ publicKey: key.address, sequence: 0 }]);
network.accounts.set(to.slice(2), []);

const contractAddress = '2d103773-50e2-4a37-ac3d-61bc6af8faee';
const acting = { account, signatureId };
const transfer = { ...acting, currency: 'FLOW', to, amount: '1.5' };
const unique = { ...acting, chain: 'FLOW', contractAddress };
const script = 'transaction(n: UInt64, to: [Address]) { prepare(signer: &Account) {} }';
const args = [
  { type: 'UInt64', value: '7' },
  { type: 'Array', subType: 'Address', value: [to] },
];

/** What the network executed, as the official encoder reads it. */
async function carried(method: 'POST' | 'PUT', path: string, form: object) {
  const given = method === 'POST' ? await carrying.ask.post(path, form) : await carrying.put(path, form);
  await carrying.queued(given);
  const [id] = await carrying.carry(key);
  expect(network.results.get(id ?? '')).toMatchObject({ status: 'Sealed', error_message: '' });
  const voucher = voucherOf(network.posted.at(-1)!);
  expect([voucher.payer, voucher.proposalKey.address]).toEqual([account.slice(2), account.slice(2)]);
  return { script: voucher.script, values: voucher.arguments.map((one) => (one as { value: unknown }).value) };
}

describe('forms of Flow', () => {
  test('coins are sent', async () => {
    const { values, script: text } = await carried('POST', '/v3/flow/transaction', transfer);
    expect(values).toEqual(['1.50000000', to]);
    expect(text).toContain('FlowToken');
  });

  test('accounts and keys are made, with the weight that the documentation names', async () => {
    const made = await carried('POST', '/v3/flow/account', { ...acting, publicKey });
    expect(made.values).toEqual([publicKey, '1000.00000000']);
    expect(made.script).toContain('Account(payer: signer)');
    const added = await carried('PUT', '/v3/flow/account', { ...acting, publicKey, weight: 500 });
    expect(added.values).toEqual([publicKey, '500.00000000']);
    expect(added.script).toContain('signer.keys.add');
  });

  test('a text of Cadence is sent with its arguments', async () => {
    const sent = await carried('POST', '/v3/flow/transaction/custom', { ...acting, transaction: script, args });
    expect(sent.script).toBe(script);
    expect(sent.values).toEqual(['7', [{ type: 'Address', value: to }]]);
  });

  test('unique tokens are minted, sent and burned', async () => {
    const url = 'ipfs://one';
    expect((await carried('POST', '/v3/nft/mint', { ...unique, to, url })).values).toEqual([to, url, contractAddress]);
    const several = await carried('POST', '/v3/nft/mint/batch', { ...unique, to: [to, account], url: [url, url] });
    expect(several.values[0]).toEqual([to, account].map((value) => ({ type: 'Address', value })));
    const sent = await carried('POST', '/v3/nft/transaction', { ...unique, to, tokenId: '9' });
    expect(sent.values).toEqual([to, '9']);
    expect((await carried('POST', '/v3/nft/burn', { ...unique, tokenId: '9' })).values).toEqual(['9', contractAddress]);
  });

  test('a hundred equal payments get a hundred numbers, and all take effect', async () => {
    for (let count = 0; count < 100; count += 1)
      await carrying.queued(await carrying.ask.post('/v3/flow/transaction', transfer));
    const ids = await carrying.carry(key);
    expect(new Set(ids).size).toBe(100);
    expect(ids.every((id) => network.results.get(id)?.error_message === '')).toBe(true);
  });

  test('it is queued as the type and the body that Tatum KMS reads', async () => {
    const queued = JSON.parse(await carrying.queued(await carrying.ask.post('/v3/flow/transaction', transfer)));
    expect(queued).toEqual({ type: 2, body: { account, to, amount: '1.5', currency: 'FLOW' } });
    await carrying.carry(key);
  });

  test.each([
    ['/v3/flow/transaction', transfer, ['account', 'currency', 'to', 'amount', 'signatureId']],
    ['/v3/flow/account', { ...acting, publicKey }, ['account', 'publicKey', 'signatureId']],
    [
      '/v3/flow/transaction/custom',
      { ...acting, transaction: script, args },
      ['account', 'transaction', 'args', 'signatureId'],
    ],
    ['/v3/nft/mint', { ...unique, to, url: 'a' }, ['account', 'contractAddress', 'to', 'url', 'signatureId']],
    ['/v3/nft/mint/batch', { ...unique, to: [to], url: ['a'] }, ['account', 'contractAddress', 'to', 'url']],
    ['/v3/nft/transaction', { ...unique, to, tokenId: '9' }, ['account', 'contractAddress', 'to', 'tokenId']],
    ['/v3/nft/burn', { ...unique, tokenId: '9' }, ['account', 'contractAddress', 'tokenId', 'signatureId']],
  ])('%s names the member that is missing or wrong', async (path, form, members) => {
    await expectStrict(carrying, path, { form, members });
  });

  test.each<[string, object, string]>([
    ['/v3/flow/transaction', { ...transfer, currency: 'FUSD' }, 'NOT_OFFERED'],
    ['/v3/flow/transaction', { ...transfer, to: '0x0000000000000001' }, 'RECEIVER_UNFIT'],
    ['/v3/flow/account', { ...acting, publicKey: hex.encode(new Uint8Array(64)) }, 'TRANSACTION_INVALID'],
    [
      '/v3/flow/transaction/custom',
      { ...acting, transaction: script, args: [{ type: 'UInt8', value: '256' }] },
      'TRANSACTION_INVALID',
    ],
  ])('%s refuses what could not be signed or spent (%#)', async (path, form, code) => {
    const { status, body } = await carrying.ask.post(path, form);
    expect([status >= 400, body.errorCode], JSON.stringify(body)).toEqual([true, code]);
  });

  test('nothing is queued for a node of another network', async () => {
    network.chainId = 'flow-mainnet';
    const { body } = await carrying.ask.post('/v3/flow/transaction', transfer);
    network.chainId = 'flow-testnet';
    expect(body.errorCode).toBe('NETWORK_MISMATCH');
  });
});
