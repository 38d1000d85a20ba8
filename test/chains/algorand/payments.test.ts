import algosdk from 'algosdk';
import { describe, expect, it } from 'vitest';
import { encodeTransaction, readTransaction } from '../../../src/chains/algorand/format.js';
import { algoPayments, answers, from, to } from '../../support/payment-nodes/algo.js';
import { buildCase, nodeOf, type PaymentCase } from '../../support/payment-nodes/node.js';

const [coins] = algoPayments as [PaymentCase];

async function built(request: object, changed: object = {}): Promise<string> {
  const node = nodeOf({ ...answers, ...changed });
  return (await buildCase({ ...coins, request: { ...coins.request, ...request } }, node)).completed;
}

const suggestedParams = {
  fee: 1000n,
  flatFee: true,
  minFee: 1000n,
  firstValid: 55_000_000n,
  lastValid: 55_001_000n,
  genesisHash: new Uint8Array(Buffer.from('wGHE2Pwdvd7S12BL5FaOP20EGYesN73ktiC1qzkkit8=', 'base64')),
};

/** The bytes that are signed, by our codec and by the official library. */
function bytesOf(completed: string): string {
  return Buffer.from(encodeTransaction(readTransaction(completed, { network: 'mainnet' }))).toString('hex');
}

describe('payments of ALGO', () => {
  it('are those of the official library', async () => {
    const pay = (amount: bigint, note?: Uint8Array) =>
      algosdk.makePaymentTxnWithSuggestedParamsFromObject({
        ...{ sender: from, receiver: to, amount, suggestedParams },
        ...(note && { note }),
      });
    const asset = algosdk.makeAssetTransferTxnWithSuggestedParamsFromObject({
      ...{ sender: from, receiver: to, amount: 12_500_000n, assetIndex: 31566704n, suggestedParams },
    });
    const digits = (one: algosdk.Transaction) => Buffer.from(one.toByte()).toString('hex');
    expect(bytesOf(await built({}))).toBe(digits(pay(12_500_000n)));
    expect(bytesOf(await built({ memo: 'Miete für May' }))).toBe(
      digits(pay(12_500_000n, new TextEncoder().encode('Miete für May'))),
    );
    expect(bytesOf(await built({ amount: '18446744073709.551615' }))).toBe(digits(pay(2n ** 64n - 1n)));
    expect(bytesOf(await built({ token: '31566704', decimals: 6 }))).toBe(digits(asset));
  });

  it('pay for their bytes where the network asks for it', async () => {
    const busy = { '/v2/transactions/params': { ...(answers['/v2/transactions/params'] as object), fee: 100 } };
    expect(JSON.parse(await built({}, busy))).toMatchObject({ fee: '35000', flatFee: true });
  });

  it.each([
    [{ amount: '0.0000001' }, 'AMOUNT_INVALID'],
    [{ amount: '18446744073709.551616' }, 'AMOUNT_INVALID'],
    [{ token: '31566704' }, 'DECIMALS_UNKNOWN'],
    [{ token: '31566704', decimals: 2 }, 'AMOUNT_INVALID'],
    [{ token: 'USDC', decimals: 6 }, 'PAYMENT_UNSUPPORTED'],
    [{ token: '1', decimals: 6 }, 'NODE_REFUSED'],
    [{ to: from, token: '31566704', decimals: 6 }, 'RECEIVER_UNFIT'],
    [{ tag: '1' }, 'PAYMENT_UNSUPPORTED'],
    [{ memo: 'x'.repeat(1025) }, 'PAYMENT_UNSUPPORTED'],
    [{ to: `${to.slice(0, -1)}A` }, 'ADDRESS_INVALID'],
    [{ maxFee: '0.0009' }, 'FEE_INVALID'],
  ])('refuse %j (%s)', async (request, code) => {
    await expect(built(request)).rejects.toMatchObject({ code });
  });
});
