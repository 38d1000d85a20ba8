import type { Transaction } from '@multiversx/sdk-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { multiversx } from '../../../src/chains/multiversx/index.js';
import { keyOf } from '../../chains/signing.js';
import { signatureId } from '../running.js';
import { type Carrying, expectStrict, startCarrying } from './carrying.js';
import { multiversxLedger } from './ledgers.js';

const key = keyOf(multiversx);
const from = key.address;
const to = keyOf(multiversx, 0x22).address;
const ledger = multiversxLedger(key);
const { taken } = ledger;

let carrying: Carrying;
beforeAll(async () => {
  carrying = await startCarrying('EGLD', ledger.says);
});
afterAll(() => carrying.close());
beforeEach(() => {
  ledger.chainId = 'D';
});

const path = '/v3/egld/transaction';
const form = { from, to, amount: '1.5', signatureId };

async function carried(change: object): Promise<Transaction> {
  await carrying.queued(await carrying.ask.post(path, { ...form, ...change }));
  await carrying.carry(key);
  return taken.at(-1)!;
}

describe('forms of MultiversX', () => {
  test('coins are sent, and tokens by their data', async () => {
    const coins = await carried({});
    expect([coins.value, String(coins.receiver), String(coins.sender)]).toEqual([15n * 10n ** 17n, to, from]);
    const data = `ESDTTransfer@${Buffer.from('USDC-c76f1f').toString('hex')}@0f4240`;
    const tokens = await carried({ amount: '0', data });
    expect([tokens.value, Buffer.from(tokens.data).toString()]).toEqual([0n, data]);
  });

  test('a hundred payments of one account get a hundred numbers, and all take effect', async () => {
    const before = taken.length;
    for (let count = 0; count < 100; count += 1) await carrying.queued(await carrying.ask.post(path, form));
    expect(new Set(await carrying.carry(key)).size).toBe(100);
    expect(taken.length - before).toBe(100);
  });

  test('it is queued in the form that Tatum KMS reads', async () => {
    const fee = { gasLimit: '60000', gasPrice: '1000000000' };
    const queued = JSON.parse(await carrying.queued(await carrying.ask.post(path, { ...form, fee, data: 'note' })));
    expect(queued).toEqual({ from, to, value: '1.5', data: 'note', ...fee });
    await carrying.carry(key);
  });

  test('it names the member that is missing or wrong', async () => {
    await expectStrict(carrying, path, { form, members: ['from', 'to', 'amount', 'signatureId'] });
  });

  test.each<[object, string]>([
    [{ to: `${to.slice(0, -1)}${to.endsWith('q') ? 'p' : 'q'}` }, 'to'],
    [{ amount: '1.0000000000000000001' }, 'amount'],
    [{ fee: { gasLimit: 'many' } }, 'fee.gasLimit'],
  ])('it refuses %j', async (change, property) => {
    const { status, body } = await carrying.ask.post(path, { ...form, ...change });
    expect([status, body.data?.[0]?.property]).toEqual([400, property]);
  });

  test('it is not queued for a node of another network', async () => {
    ledger.chainId = '1';
    expect((await carrying.ask.post(path, form)).body.errorCode).toBe('NETWORK_MISMATCH');
  });
});
