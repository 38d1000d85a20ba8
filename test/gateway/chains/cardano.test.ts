import type { Transaction } from '@emurgo/cardano-serialization-lib-nodejs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { key, other, second } from '../../chains/cardano/completed.js';
import { token } from '../../support/payment-nodes/ada.js';
import { signatureId } from '../running.js';
import { type Carrying, expectStrict, startCarrying } from './carrying.js';
import { cardanoLedger } from './ledgers.js';

const from = key.address;
const to = other.address;
/** Every test has outputs of its own: the queue never forgets what is spent. */
let round = 0;
const id = (byte: string) => `${byte.repeat(30)}${round.toString(16).padStart(4, '0')}`;
const secondId = '6d78dad2-518f-4e76-8255-8f1df0de6884';

const ledger = cardanoLedger();

let carrying: Carrying;
beforeAll(async () => {
  carrying = await startCarrying('ADA', ledger.says);
});
afterAll(() => carrying.close());
beforeEach(() => {
  round += 1;
  ledger.taken = [];
  ledger.outputs = [
    { address: from, txId: id('a1'), amount: 40_000_000n },
    { address: from, txId: id('b2'), index: 1, amount: 5_000_000n },
    { address: second.address, txId: id('c3'), amount: 3_000_000n },
  ];
});

const path = '/v3/ada/transaction';
const fromAddress = [{ address: from, signatureId }];
const form = { fromAddress, to: [{ address: to, value: 12.5 }], fee: 0.2, changeAddress: from };
const held = (address: string) => ledger.outputs.filter((one) => one.address === address).map(({ amount }) => amount);

async function carried(change: object, keys = [key]): Promise<Transaction> {
  await carrying.queued(await carrying.ask.post(path, { ...form, ...change }));
  await carrying.carry(...keys);
  return ledger.taken.at(-1)!;
}

describe('forms of Cardano', () => {
  test('a transfer from an address pays the fee of the request, and gives change back', async () => {
    const body = (await carried({})).body();
    expect(body.fee().to_str()).toBe('200000');
    expect(held(to)).toEqual([12_500_000n]);
    expect(held(from)).toEqual([5_000_000n, 27_300_000n]);
  });

  test('a transfer without a fee pays what the network asks, to several receivers', async () => {
    const several = [
      { address: to, value: '2' },
      { address: second.address, value: 1.000001 },
    ];
    const transaction = await carried({ to: several, fee: null, changeAddress: null });
    const fee = BigInt(transaction.body().fee().to_str());
    const least = 44n * BigInt(transaction.to_bytes().length) + 155_381n;
    expect(fee >= least && fee < least + 44n * 60n).toBe(true);
    expect([held(to), held(second.address)]).toEqual([[2_000_000n], [3_000_000n, 1_000_001n]]);
  });

  test('a transfer from several addresses is signed by each of their keys', async () => {
    const sources = [...fromAddress, { address: second.address, signatureId: secondId }];
    const transaction = await carried({ fromAddress: sources, to: [{ address: to, value: 46 }] }, [key, second]);
    expect(transaction.witness_set().vkeys()?.len()).toBe(2);
    expect(held(to)).toEqual([46_000_000n]);
  });

  test('named outputs are all spent', async () => {
    const fromUTXO = [
      { txHash: id('a1'), index: 0, signatureId, amount: 1, address: to },
      { txHash: id('b2'), index: 1, signatureId },
    ];
    const transaction = await carried({ fromAddress: null, fromUTXO, to: [{ address: to, value: 1.5 }] });
    expect(transaction.body().inputs().len()).toBe(2);
    expect(held(from)).toEqual([43_300_000n]);
  });

  test('tokens that lie in spent outputs go back with the change', async () => {
    ledger.outputs = [{ address: from, txId: id('a1'), amount: 40_000_000n, tokens: { [token]: 900n } }];
    const transaction = await carried({});
    const change = transaction.body().outputs().get(1);
    const [policy = '', name = ''] = token.split('.');
    expect(JSON.parse(change.amount().multiasset()?.to_json() ?? '{}')).toEqual({ [policy]: { [name]: '900' } });
  });

  test('payments that are queued together spend different outputs, and all take effect', async () => {
    ledger.outputs = Array.from({ length: 25 }, (_, at) => {
      return { address: from, txId: at.toString(16).padStart(64, '0'), amount: 3_000_000n };
    });
    const small = { ...form, to: [{ address: to, value: 1.5 }] };
    for (let count = 0; count < 25; count += 1) await carrying.queued(await carrying.ask.post(path, small));
    expect(new Set(await carrying.carry(key)).size).toBe(25);
    expect(held(to)).toHaveLength(25);
  });

  test('it is queued as the operations that Tatum KMS reads', async () => {
    ledger.outputs = [{ address: from, txId: id('d4'), index: 2, amount: 40_000_000n }];
    const given = await carrying.ask.post(path, { ...form, to: [{ address: to, value: 12.5 }] });
    const currency = { symbol: 'ADA', decimals: 6 };
    const common = { related_operations: [], status: 'success', metadata: {} };
    expect(JSON.parse(await carrying.queued(given))).toEqual([
      {
        ...{ operation_identifier: { index: 0, network_index: 2 }, ...common, type: 'input' },
        ...{ account: { address: from, metadata: {} }, amount: { value: '-40000000', currency } },
        coin_change: { coin_identifier: { identifier: `${id('d4')}:2` }, coin_action: 'coin_created' },
      },
      {
        ...{ operation_identifier: { index: 1, network_index: 0 }, ...common, type: 'output' },
        ...{ account: { address: to, metadata: {} }, amount: { value: '12500000', currency, metadata: {} } },
      },
      {
        ...{ operation_identifier: { index: 2, network_index: 1 }, ...common, type: 'output' },
        ...{ account: { address: from, metadata: {} }, amount: { value: '27300000', currency, metadata: {} } },
      },
    ]);
    await carrying.carry(key);
  });

  test('it names the member that is missing or wrong', async () => {
    await expectStrict(carrying, path, { form, members: ['to'] });
    for (const fromAddress of [undefined, null]) {
      const { status, body } = await carrying.ask.post(path, { ...form, fromAddress });
      expect([status, body.errorCode]).toEqual([403, 'transaction.invalid.body']);
    }
  });

  const fromUTXO = [{ txHash: 'e5'.repeat(32), index: 0, signatureId }];
  test.each<[object, string, string?]>([
    [{ fromUTXO }, 'transaction.invalid.body'],
    [{ to: [{ address: `${to.slice(0, -1)}x`, value: 2 }] }, 'validation.failed', 'to.0.address'],
    [{ changeAddress: to.replace('addr_test', 'addr') }, 'validation.failed', 'changeAddress'],
    [{ to: [{ address: to, value: 0.5 }] }, 'AMOUNT_INVALID'],
    [{ to: [{ address: to, value: 2.0000001 }] }, 'AMOUNT_INVALID'],
    [{ to: [{ address: to, value: 44.9 }] }, 'transaction.failed'],
    [{ fee: 0.1 }, 'FEE_INVALID'],
    [{ fee: 7 }, 'FEE_INVALID'],
    [{ fromAddress: null, fromUTXO }, 'tx.hash.index.spent'],
  ])('it refuses %j', async (change, code, property) => {
    const { status, body } = await carrying.ask.post(path, { ...form, ...change });
    expect([status >= 400, body.errorCode, body.data?.[0]?.property]).toEqual([true, code, property]);
  });
});
