import { TronWeb } from 'tronweb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { keyOf } from '../../chains/signing.js';
import { tronLedger } from '../../support/account-ledgers.js';
import { to, usdt } from '../../support/payment-nodes/tron.js';
import { signatureId } from '../running.js';
import { type AccountGateway, faultsOf, membersAtFault, registry, startAccountGateway } from './account-gateway.js';

const tron = registry.get('TRON');
const key = keyOf(tron);
const from = key.address;
const { taken, says } = tronLedger();
let gateway: AccountGateway;

beforeAll(async () => {
  gateway = await startAccountGateway(says);
});
afterAll(() => gateway.close());
beforeEach(() => {
  gateway.says = says;
  taken.clear();
});

const hex = (address: string) => TronWeb.address.toHex(address).toLowerCase();
const signed = { from, signatureId };
const transfer = { ...signed, to, amount: '12.5' };
const issue = {
  ...signed,
  ...{ recipient: from, name: 'Coin', abbreviation: 'CN', description: 'a coin', url: 'https://example.org' },
  ...{ totalSupply: 1000, decimals: 2 },
};
/** Path, form, what the network gets of it, and the members that must be there. */
const forms: readonly (readonly [string, object, object, readonly string[]])[] = [
  [
    'transaction',
    transfer,
    { type: 'TransferContract', to_address: hex(to), amount: 12_500_000 },
    ['from', 'to', 'amount', 'signatureId'],
  ],
  [
    'trc10/transaction',
    { ...transfer, tokenId: '1002000' },
    { type: 'TransferAssetContract', to_address: hex(to), amount: 12_500_000, asset_name: '31303032303030' },
    ['from', 'to', 'amount', 'signatureId', 'tokenId'],
  ],
  [
    'trc20/transaction',
    { ...transfer, tokenAddress: usdt, feeLimit: 15.5 },
    { type: 'TriggerSmartContract', contract_address: hex(usdt), data: expect.stringMatching(/^a9059cbb.*bebc20$/) },
    ['from', 'to', 'amount', 'signatureId', 'tokenAddress', 'feeLimit'],
  ],
  [
    'freezeBalance',
    { ...signed, amount: '10', resource: 'ENERGY' },
    { type: 'FreezeBalanceV2Contract', frozen_balance: 10_000_000, resource: 'ENERGY' },
    ['from', 'amount', 'signatureId', 'resource'],
  ],
  [
    'unfreezeBalance',
    { ...signed, amount: '10', resource: 'BANDWIDTH' },
    { type: 'UnfreezeBalanceV2Contract', unfreeze_balance: 10_000_000 },
    ['from', 'amount', 'signatureId', 'resource'],
  ],
  [
    'trc10/deploy',
    issue,
    { type: 'AssetIssueContract', total_supply: 100_000, precision: 2, name: '436f696e' },
    ['from', 'signatureId', 'recipient', 'name', 'abbreviation', 'description', 'url', 'totalSupply', 'decimals'],
  ],
];

describe('forms of TRON', () => {
  test.each(forms)('POST tron/%s is queued, signed, and taken by the network', async (path, form, expected) => {
    const answer = await gateway.post(`/v3/tron/${path}`, form);
    expect(answer).toEqual({ status: 200, body: { signatureId: expect.stringMatching(/^[0-9a-f]{24}$/) } });
    const [txId] = await gateway.carry(tron, key);
    expect(taken.get(String(txId))).toMatchObject({ owner_address: hex(from), ...expected });
  });

  test.each(forms)(
    'POST tron/%s names the members that are missing or wrong',
    async (path, form, _expected, required) => {
      for (const [name, body] of faultsOf(form, required)) {
        const answer = membersAtFault(await gateway.post(`/v3/tron/${path}`, body));
        expect([name, answer]).toEqual([name, { status: 400, code: 'validation.failed', members: [name] }]);
      }
    },
  );

  test.each(forms)(
    'POST tron/%s takes null for absent, members that it does not know, and an index',
    async (path, form) => {
      const body = { ...form, index: 3, digits: null, currency: 'TRON', nonce: null };
      const answer = await gateway.post(`/v3/tron/${path}`, body);
      expect(answer.status).toBe(200);
      expect((await gateway.get(`/v3/kms/${answer.body.signatureId}`)).body).toMatchObject({ index: 3, chain: 'TRON' });
      await gateway.call('DELETE', `/v3/kms/${answer.body.signatureId}`);
    },
  );

  test.each([
    ['transaction', { ...transfer, amount: '.5' }, { amount: 500_000 }],
    ['transaction', { ...transfer, amount: '+5.' }, { amount: 5_000_000 }],
    ['trc20/transaction', { ...transfer, tokenAddress: usdt, feeLimit: 1, digits: 6 }, {}],
  ])('POST tron/%s reads amounts as the documented form writes them', async (path, form, expected) => {
    expect((await gateway.post(`/v3/tron/${path}`, form)).status).toBe(200);
    const [txId] = await gateway.carry(tron, key);
    expect(taken.get(String(txId))).toMatchObject(expected);
  });

  test.each([
    ['transaction', { ...transfer, amount: '0.0000001' }, 'amount'],
    ['transaction', { ...transfer, amount: '1e3' }, 'amount'],
    ['transaction', { ...transfer, to: `${to.slice(0, -1)}9` }, 'to'],
    ['transaction', { ...transfer, to: 'TLsV52sRDL79HXGGm9yzwKibb6BeruhUzy' }, 'to'],
    ['trc10/transaction', { ...transfer, tokenId: 'USDT' }, 'tokenId'],
    ['trc20/transaction', { ...transfer, tokenAddress: usdt, feeLimit: 1, digits: 18 }, 'amount'],
    ['trc20/transaction', { ...transfer, to: usdt, tokenAddress: usdt, feeLimit: 1 }, 'to'],
    ['trc20/transaction', { ...transfer, tokenAddress: usdt, feeLimit: 0 }, 'feeLimit'],
    ['trc20/transaction', { ...transfer, tokenAddress: usdt, feeLimit: 1e-7 }, 'feeLimit'],
    ['trc10/deploy', { ...issue, recipient: to }, 'recipient'],
    ['trc10/deploy', { ...issue, decimals: 6 }, 'decimals'],
  ])('POST tron/%s refuses %j', async (path, form, member) => {
    const answer = membersAtFault(await gateway.post(`/v3/tron/${path}`, form));
    expect(answer).toEqual({ status: 400, code: 'validation.failed', members: [member] });
  });

  test('a limit above the ceiling is refused', async () => {
    const { status, body } = await gateway.post('/v3/tron/trc20/transaction', {
      ...transfer,
      tokenAddress: usdt,
      feeLimit: 16_000,
    });
    expect([status, body.errorCode]).toEqual([400, 'FEE_INVALID']);
  });

  test('a node without the token, and one that is away, are told apart from a wrong request', async () => {
    gateway.says = (name, asked) => (name === '/wallet/getassetissuebyid' ? {} : says(name, asked));
    const { body } = await gateway.post('/v3/tron/trc10/transaction', { ...transfer, tokenId: '1002000' });
    expect(body.errorCode).toBe('NODE_ANSWER_INVALID');
  });

  test('a hundred equal payments are a hundred transactions that all take effect, however late', async () => {
    const all = await Promise.all(Array.from({ length: 100 }, () => gateway.post('/v3/tron/transaction', transfer)));
    expect(all.every(({ status }) => status === 200)).toBe(true);
    const ends = await Promise.all(all.map(async (one) => JSON.parse(await gateway.queued(one)).raw_data.expiration));
    expect(Math.min(...ends)).toBeGreaterThan(Date.now() + 23 * 3_600_000);
    expect(new Set(await gateway.carry(tron, key)).size).toBe(100);
    expect(taken.size).toBe(100);
  });

  test('a repeated request with one idempotency key is queued once', async () => {
    const headers = { 'idempotency-key': 'tron-1' };
    const [first, second] = [
      await gateway.post('/v3/tron/transaction', transfer, headers),
      await gateway.post('/v3/tron/transaction', transfer, headers),
    ];
    expect(second).toEqual(first);
    expect(await gateway.carry(tron, key)).toHaveLength(1);
  });
});
