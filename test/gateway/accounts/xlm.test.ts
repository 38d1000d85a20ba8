import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { keyOf } from '../../chains/signing.js';
import { xlmLedger } from '../../support/account-ledgers.js';
import { absent, issuer, to } from '../../support/payment-nodes/xlm.js';
import { signatureId } from '../running.js';
import { type AccountGateway, faultsOf, membersAtFault, registry, startAccountGateway } from './account-gateway.js';

const xlm = registry.get('XLM');
const key = keyOf(xlm);
const fromAccount = key.address;
const { taken, says } = xlmLedger(fromAccount);
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
const trust = { fromAccount, signatureId, token: 'USDC', issuerAccount: issuer };
const required = ['fromAccount', 'signatureId', 'to', 'amount'];
/** Path, form, what the network gets of it, and the members that must be there. */
const forms: readonly (readonly [string, object, object, readonly string[]])[] = [
  ['transaction', payment, { type: 'payment', destination: to, amount: '12.5000000' }, required],
  [
    'transaction',
    { ...payment, message: 'Invoice 7', initialize: false, token: 'USDC', issuerAccount: issuer },
    { type: 'payment', destination: to, amount: '12.5000000', asset: { code: 'USDC', issuer } },
    required,
  ],
  [
    'transaction',
    { ...payment, to: absent, initialize: true },
    { type: 'createAccount', destination: absent, startingBalance: '12.5000000' },
    required,
  ],
  [
    'trust',
    { ...trust, limit: '10000' },
    { type: 'changeTrust', limit: '10000.0000000', line: { code: 'USDC', issuer } },
    ['fromAccount', 'signatureId', 'token', 'issuerAccount'],
  ],
  ['trust', trust, { type: 'changeTrust', limit: '922337203685.4775807' }, ['fromAccount', 'signatureId', 'token']],
];

describe('forms of XLM', () => {
  test.each(forms)('POST xlm/%s with %j is queued, signed, and taken by the network', async (path, form, expected) => {
    const answer = await gateway.post(`/v3/xlm/${path}`, form);
    expect(answer).toEqual({ status: 200, body: { signatureId: expect.stringMatching(/^[0-9a-f]{24}$/) } });
    const [txId] = await gateway.carry(xlm, key);
    expect(taken.get(String(txId))?.operations).toMatchObject([expected]);
  });

  test.each(forms)(
    'POST xlm/%s with %j names the members that are missing or wrong',
    async (path, form, _expected, names) => {
      for (const [name, body] of faultsOf(form, names)) {
        const answer = membersAtFault(await gateway.post(`/v3/xlm/${path}`, body));
        expect([name, answer]).toEqual([name, { status: 400, code: 'validation.failed', members: [name] }]);
      }
    },
  );

  test.each(forms)(
    'POST xlm/%s with %j takes null for absent, and members that it does not know',
    async (path, form) => {
      const body = { message: null, limit: null, ...form, currency: 'XLM' };
      expect((await gateway.post(`/v3/xlm/${path}`, body)).status).toBe(200);
      expect(await gateway.carry(xlm, key)).toHaveLength(1);
    },
  );

  test.each([
    ['Invoice 7', 'text', 'Invoice 7'],
    ['ab'.repeat(32), 'hash', 'ab'.repeat(32)],
    ['', 'none', ''],
  ])('POST xlm/transaction sends the message %j as a memo', async (message, type, value) => {
    await gateway.post('/v3/xlm/transaction', { ...payment, message });
    const [txId] = await gateway.carry(xlm, key);
    const { memo } = taken.get(String(txId)) ?? {};
    const text =
      memo?.value instanceof Uint8Array ? Buffer.from(memo.value).toString(type === 'hash' ? 'hex' : 'utf8') : '';
    expect([memo?.type, text]).toEqual([type, value]);
  });

  test.each([
    ['transaction', { ...payment, amount: '0.00000001' }, 'amount'],
    ['transaction', { ...payment, to: `${to.slice(0, -1)}A` }, 'to'],
    ['transaction', { ...payment, to: absent }, 'to'],
    ['transaction', { ...payment, initialize: true }, 'to'],
    ['transaction', { ...payment, initialize: true, token: 'USDC', issuerAccount: issuer }, 'initialize'],
    ['transaction', { ...payment, token: 'USDC' }, 'issuerAccount'],
    ['transaction', { ...payment, token: 'EUR', issuerAccount: issuer }, 'to'],
    ['transaction', { ...payment, message: 'x'.repeat(29) }, 'message'],
    ['transaction', { ...payment, message: 'Miete für May' }, 'message'],
    ['transaction', { ...payment, initialize: 'yes' }, 'initialize'],
    ['trust', { ...trust, limit: '0.00000001' }, 'limit'],
    ['trust', { ...trust, issuerAccount: fromAccount }, 'issuerAccount'],
  ])('POST xlm/%s refuses %j', async (path, form, member) => {
    const answer = membersAtFault(await gateway.post(`/v3/xlm/${path}`, form));
    expect(answer).toEqual({ status: 400, code: 'validation.failed', members: [member] });
  });

  test('a hundred payments of one account have a hundred numbers, a day of time, and all take effect', async () => {
    const all = await Promise.all(Array.from({ length: 100 }, () => gateway.post('/v3/xlm/transaction', payment)));
    expect(all.map(({ status }) => status)).toEqual(all.map(() => 200));
    expect(new Set(await gateway.carry(xlm, key)).size).toBe(100);
    const ends = [...taken.values()].map(({ timeBounds }) => Number(timeBounds?.maxTime) * 1000);
    expect(Math.min(...ends)).toBeGreaterThan(Date.now() + 23 * 3_600_000);
    expect(taken.size).toBe(100);
  });

  test('a number that comes too early is refused in the words of Horizon, and is taken in its turn', async () => {
    const [first] = [
      await gateway.post('/v3/xlm/transaction', payment),
      await gateway.post('/v3/xlm/transaction', payment),
    ];
    await gateway.call('DELETE', `/v3/kms/${first.body.signatureId}`);
    await expect(gateway.carry(xlm, key)).rejects.toThrowError(/xlm\.failed.*tx_bad_seq/);
    await gateway.post('/v3/xlm/transaction', payment);
    await expect(gateway.carry(xlm, key)).rejects.toThrowError('tx_bad_seq');
    expect(taken.size).toBe(0);
  });
});
