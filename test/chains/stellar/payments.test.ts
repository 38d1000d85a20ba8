import {
  Account,
  Asset,
  Memo,
  MuxedAccount,
  Networks,
  Operation,
  type Transaction,
  TransactionBuilder,
} from '@stellar/stellar-sdk';
import { describe, expect, it } from 'vitest';
import { buildCase, NOW, nodeOf, type PaymentCase } from '../../support/payment-nodes/node.js';
import { absent, answers, from, issuer, to, xlmPayments } from '../../support/payment-nodes/xlm.js';

const [coins] = xlmPayments as [PaymentCase];
const muxed = new MuxedAccount(new Account(to, '0'), '4711').accountId();

async function built(request: object): Promise<string> {
  return (await buildCase({ ...coins, request: { ...coins.request, ...request } }, nodeOf(answers))).unsigned;
}

/** The same payment by the official library. */
function expected(operation: Parameters<TransactionBuilder['addOperation']>[0], memo: Memo = Memo.none()): string {
  return new TransactionBuilder(new Account(from, '103420918407103888'), {
    fee: '300',
    networkPassphrase: Networks.PUBLIC,
    timebounds: { minTime: 0, maxTime: NOW / 1000 + 3600 },
    memo: memo,
  })
    .addOperation(operation)
    .build()
    .toXDR();
}

describe('payments of XLM', () => {
  it('are those of the official library', async () => {
    const usdc = new Asset('USDC', issuer);
    const long = new Asset('LONGERCODE', to);
    const pay = (asset: Asset, amount: string, destination = to) => Operation.payment({ destination, asset, amount });
    expect(await built({})).toBe(expected(pay(Asset.native(), '12.5')));
    expect(await built({ memo: 'Miete' })).toBe(expected(pay(Asset.native(), '12.5'), Memo.text('Miete')));
    expect(await built({ to: absent, tag: '7' })).toBe(
      expected(Operation.createAccount({ destination: absent, startingBalance: '12.5' }), Memo.id('7')),
    );
    expect(await built({ token: `USDC:${issuer}`, tag: '18446744073709551615' })).toBe(
      expected(pay(usdc, '12.5'), Memo.id('18446744073709551615')),
    );
    expect(await built({ to: muxed })).toBe(expected(pay(Asset.native(), '12.5', muxed)));
    expect(await built({ token: `LONGERCODE:${to}`, amount: '922337203685.4775807' })).toBe(
      expected(pay(long, '922337203685.4775807')),
    );
  });

  it('end when the request ends', async () => {
    const context = { ...coins, request: coins.request };
    const { unsigned } = await buildCase(context, nodeOf(answers), { expiresAt: NOW + 60_000 });
    const read = TransactionBuilder.fromXDR(unsigned, Networks.PUBLIC) as Transaction;
    expect(read.timeBounds?.maxTime).toBe(String(NOW / 1000 + 60));
  });

  it.each([
    [{ amount: '0.00000001' }, 'AMOUNT_INVALID'],
    [{ amount: '922337203685.4775808' }, 'AMOUNT_INVALID'],
    [{ token: 'USDC' }, 'PAYMENT_UNSUPPORTED'],
    [{ token: `USDC:${issuer}`, decimals: 6 }, 'AMOUNT_INVALID'],
    [{ memo: 'x'.repeat(29) }, 'PAYMENT_UNSUPPORTED'],
    [{ memo: 'x', tag: '1' }, 'PAYMENT_UNSUPPORTED'],
    [{ tag: '18446744073709551616' }, 'PAYMENT_UNSUPPORTED'],
    [{ to: absent, amount: '0.5' }, 'RECEIVER_UNFIT'],
    [{ to: absent, token: `USDC:${issuer}` }, 'RECEIVER_UNFIT'],
    [{ token: `EUR:${issuer}` }, 'RECEIVER_UNFIT'],
    [{ from: { address: absent } }, 'NODE_ANSWER_INVALID'],
    [{ maxFee: '0.00002' }, 'FEE_INVALID'],
  ])('refuse %j (%s)', async (request, code) => {
    await expect(built(request)).rejects.toMatchObject({ code });
  });
});
