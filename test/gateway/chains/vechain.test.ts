import type { Transaction } from '@vechain/sdk-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { vechain } from '../../../src/chains/vechain/index.js';
import { keyOf } from '../../chains/signing.js';
import { signatureId } from '../running.js';
import { type Carrying, expectStrict, startCarrying } from './carrying.js';
import { vechainLedger } from './ledgers.js';

const key = keyOf(vechain);
const to = keyOf(vechain, 0x22).address;
const token = '0x0ce6661b4ba86a0ea7ca2bd86a0de87b0b860f14';

const ledger = vechainLedger(token);
const { taken } = ledger;

let carrying: Carrying;
beforeAll(async () => {
  carrying = await startCarrying('VET', ledger.says);
});
afterAll(() => carrying.close());
beforeEach(() => {
  taken.clear();
  ledger.genesis = '27';
});

const path = '/v3/vet/transaction';
const form = { to, amount: '0.25', signatureId };

async function carried(change: object): Promise<Transaction> {
  await carrying.queued(await carrying.ask.post(path, { ...form, ...change }));
  const [id] = await carrying.carry(key);
  return taken.get(id ?? '')!;
}

describe('forms of VeChain', () => {
  test('a transfer is signed, with the gas and the data that the request names', async () => {
    const plain = await carried({});
    expect(plain.origin.toString().toLowerCase()).toBe(key.address);
    expect(plain.body.clauses).toMatchObject([{ to, data: '0x' }]);
    expect(BigInt(plain.body.clauses[0]!.value)).toBe(25n * 10n ** 16n);
    const called = `0xa9059cbb${to.slice(2).padStart(64, '0')}${'1'.padStart(64, '0')}`;
    const call = await carried({ to: token, amount: '0', data: called, fee: { gasLimit: '70000' } });
    expect(call.body.clauses).toMatchObject([{ to: token, data: called }]);
    const noted = await carried({ data: 'Miete für May' });
    expect(noted.body.clauses[0]!.data).toBe(`0x${Buffer.from('Miete für May').toString('hex')}`);
  });

  test('a hundred equal payments are all different, and all take effect', async () => {
    for (let count = 0; count < 100; count += 1) await carrying.queued(await carrying.ask.post(path, form));
    expect(new Set(await carrying.carry(key)).size).toBe(100);
    expect(taken.size).toBe(100);
  });

  test('it is queued in the form that Tatum KMS reads', async () => {
    const given = await carrying.ask.post(path, { ...form, fee: { gasLimit: '40000' } });
    const value = '250000000000000000';
    expect(JSON.parse(await carrying.queued(given))).toEqual({ from: 0, to, value, gas: '40000' });
    await carrying.carry(key);
  });

  test('it names the member that is missing or wrong', async () => {
    await expectStrict(carrying, path, { form, members: ['to', 'amount', 'signatureId'] });
  });

  test.each<[object, string, string?]>([
    [{ to: to.replace(/[a-f]/, (letter) => letter.toUpperCase()) }, 'validation.failed', 'to'],
    [{ amount: '1.0000000000000000001' }, 'validation.failed', 'amount'],
    [{ data: '0xabc' }, 'validation.failed', 'data'],
    [{ fee: { gasLimit: '1.5' } }, 'validation.failed', 'fee.gasLimit'],
    [{ fee: { gasLimit: '20000' } }, 'GAS_TOO_LOW'],
    [{ to: `0x${'0'.repeat(40)}` }, 'RECEIVER_UNFIT'],
    [{ data: `0xa9059cbb${to.slice(2).padStart(64, '0')}${'1'.padStart(64, '0')}` }, 'RECEIVER_UNFIT'],
  ])('it refuses %j', async (change, code, property) => {
    const { status, body } = await carrying.ask.post(path, { ...form, ...change });
    expect([status >= 400, body.errorCode, body.data?.[0]?.property]).toEqual([true, code, property]);
  });

  test('it is not queued for a node of another network', async () => {
    ledger.genesis = '4a';
    expect((await carrying.ask.post(path, form)).body.errorCode).toBe('NETWORK_MISMATCH');
  });
});
