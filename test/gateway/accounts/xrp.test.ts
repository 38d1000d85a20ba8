import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fromSecp256k1 } from '../../../src/chains/xrp-ledger/key.js';
import { xrpLedger } from '../../support/account-ledgers.js';
import { testKey } from '../../support/test-key.js';
import { signatureId } from '../running.js';
import { type AccountGateway, faultsOf, membersAtFault, registry, startAccountGateway } from './account-gateway.js';

const xrp = registry.get('XRP');
const key = testKey(xrp, fromSecp256k1(new Uint8Array(32).fill(0x11)));
const fromAccount = key.address;
const to = 'rPT1Sjq2YGrBMTttX4GZHjKu9dyfzbpAYe';
const issuerAccount = 'rhub8VRN55s94qWKDv6jmDy1pUykJzF3wq';
const token = 'DA39A3EE5E6B4B0D3255BFEF95601890AFD80709';
const { taken, says, next } = xrpLedger(fromAccount);
let gateway: AccountGateway;

beforeAll(async () => {
  gateway = await startAccountGateway(says);
});
afterAll(() => gateway.close());
beforeEach(() => {
  gateway.says = says;
  taken.clear();
});

const payment = { fromAccount, signatureId, to, amount: '12.5' };
const trust = { fromAccount, signatureId, token, issuerAccount, limit: '1000' };
const settings = { fromAccount, signatureId };
const required = ['fromAccount', 'signatureId', 'to', 'amount'];
/** Path, form, what the network gets of it, and the members that must be there. */
const forms: readonly (readonly [string, object, object, readonly string[]])[] = [
  ['transaction', payment, { TransactionType: 'Payment', Destination: to, Amount: '12500000', Fee: '10' }, required],
  [
    'transaction',
    { ...payment, token, issuerAccount, sourceTag: 1, destinationTag: 2, fee: '0.001' },
    { Amount: { currency: token, issuer: issuerAccount, value: '12.5' }, SourceTag: 1, DestinationTag: 2, Fee: '1000' },
    required,
  ],
  [
    'trust',
    trust,
    { TransactionType: 'TrustSet', LimitAmount: { currency: token, issuer: issuerAccount, value: '1000' } },
    ['fromAccount', 'signatureId', 'token', 'issuerAccount', 'limit'],
  ],
  [
    'account/settings',
    { ...settings, rippling: true },
    { TransactionType: 'AccountSet', SetFlag: 8 },
    ['fromAccount', 'signatureId', 'rippling'],
  ],
  ['account/settings', { ...settings, requireDestinationTag: false }, { ClearFlag: 1 }, ['fromAccount', 'signatureId']],
];

describe('forms of XRP', () => {
  test.each(forms)('POST xrp/%s with %j is queued, signed, and taken by the network', async (path, form, expected) => {
    const answer = await gateway.post(`/v3/xrp/${path}`, form);
    expect(answer).toEqual({ status: 200, body: { signatureId: expect.stringMatching(/^[0-9a-f]{24}$/) } });
    const [txId] = await gateway.carry(xrp, key);
    expect(taken.get(String(txId))).toMatchObject({
      Account: fromAccount,
      LastLedgerSequence: 93_000_900,
      ...expected,
    });
  });

  test.each(forms)(
    'POST xrp/%s with %j names the members that are missing or wrong',
    async (path, form, _expected, names) => {
      for (const [name, body] of faultsOf(form, names)) {
        const answer = membersAtFault(await gateway.post(`/v3/xrp/${path}`, body));
        expect([name, answer]).toEqual([name, { status: 400, code: 'validation.failed', members: [name] }]);
      }
    },
  );

  test.each(forms)(
    'POST xrp/%s with %j takes null for absent, and members that it does not know',
    async (path, form) => {
      const body = { destinationTag: null, fee: null, ...form, currency: 'XRP' };
      expect((await gateway.post(`/v3/xrp/${path}`, body)).status).toBe(200);
      expect(await gateway.carry(xrp, key)).toHaveLength(1);
    },
  );

  test('POST xrp/account/settings refuses two settings at once in the words of the documented API', async () => {
    const form = { ...settings, rippling: true, requireDestinationTag: false };
    const { status, body } = await gateway.post('/v3/xrp/account/settings', form);
    expect({ status, body }).toMatchObject({
      status: 403,
      body: { errorCode: 'xrp.settings.multiple', statusCode: 403 },
    });
    expect((await gateway.post('/v3/xrp/account/settings', { ...form, requireDestinationTag: null })).status).toBe(200);
    await gateway.carry(xrp, key);
  });

  test.each([
    ['transaction', { ...payment, amount: '0.0000001' }, 'amount'],
    ['transaction', { ...payment, to: `${to}1` }, 'to'],
    ['transaction', { ...payment, to: 'rrrrrrrrrrrrrrrrrrrrrhoLvTp' }, 'to'],
    ['transaction', { ...payment, token }, 'issuerAccount'],
    ['transaction', { ...payment, token: 'USD', issuerAccount }, 'token'],
    ['transaction', { ...payment, destinationTag: 2 ** 32 }, 'destinationTag'],
    ['transaction', { ...payment, fee: '0' }, 'fee'],
    ['trust', { ...trust, limit: '1234567890.1234567' }, 'limit'],
    ['trust', { ...trust, issuerAccount: fromAccount }, 'issuerAccount'],
  ])('POST xrp/%s refuses %j', async (path, form, member) => {
    const answer = membersAtFault(await gateway.post(`/v3/xrp/${path}`, form));
    expect(answer).toEqual({ status: 400, code: 'validation.failed', members: [member] });
  });

  test('a receiver that demands a tag gets no payment without one', async () => {
    const account_data = { Flags: 0x20000, Sequence: Number(next()) };
    gateway.says = (name, params) =>
      name === 'account_info' ? { account_data, ledger_current_index: 93_000_000 } : says(name, params);
    const answer = membersAtFault(await gateway.post('/v3/xrp/transaction', payment));
    expect(answer).toEqual({ status: 400, code: 'validation.failed', members: ['destinationTag'] });
  });

  test('a fee above the ceiling is refused', async () => {
    const { status, body } = await gateway.post('/v3/xrp/transaction', { ...payment, fee: '11' });
    expect([status, body.errorCode]).toEqual([400, 'FEE_INVALID']);
  });

  test('a hundred payments of one account have a hundred numbers, and all take effect', async () => {
    const all = await Promise.all(Array.from({ length: 100 }, () => gateway.post('/v3/xrp/transaction', payment)));
    expect(all.map(({ status }) => status)).toEqual(all.map(() => 200));
    expect(new Set(await gateway.carry(xrp, key)).size).toBe(100);
    expect(taken.size).toBe(100);
  });

  test('the number of a withdrawn payment goes to the next one', async () => {
    const numberOf = async (answer: Awaited<ReturnType<typeof gateway.post>>) =>
      JSON.parse(await gateway.queued(answer)).Sequence;
    const [first, second] = [
      await gateway.post('/v3/xrp/transaction', payment),
      await gateway.post('/v3/xrp/transaction', payment),
    ];
    const free = await numberOf(first);
    expect(await numberOf(second)).toBe(free + 1);
    await gateway.call('DELETE', `/v3/kms/${first.body.signatureId}`);
    expect(await numberOf(await gateway.post('/v3/xrp/transaction', payment))).toBe(free);
  });

  test('what the ledger does not take yet stays in the queue, and what it never takes is refused', async () => {
    const left = next();
    gateway.says = (name, params) => (name === 'submit' ? { engine_result: 'terPRE_SEQ' } : says(name, params));
    await expect(gateway.carry(xrp, key)).rejects.toThrowError('BROADCAST_DEFERRED');
    gateway.says = (name, params) => (name === 'submit' ? { engine_result: 'temREDUNDANT' } : says(name, params));
    await expect(gateway.carry(xrp, key)).rejects.toThrowError('xrp.broadcast.failed');
    gateway.says = says;
    // The one that was handed in last has the lowest number.
    await expect(gateway.carry(xrp, key)).rejects.toThrowError('BROADCAST_DEFERRED');
    expect(next()).toBe(left);
  });
});
