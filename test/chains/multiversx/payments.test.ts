import {
  Address,
  Token,
  TokenTransfer,
  TransactionsFactoryConfig,
  TransferTransactionsFactory,
} from '@multiversx/sdk-core';
import { describe, expect, it } from 'vitest';
import { answers, egldPayments, from, to, token } from '../../support/payment-nodes/egld.js';
import { buildCase, nodeOf, type PaymentCase } from '../../support/payment-nodes/node.js';

const [coins] = egldPayments as [PaymentCase];
const factory = new TransferTransactionsFactory({ config: new TransactionsFactoryConfig({ chainID: '1' }) });
const ends = { sender: Address.newFromBech32(from), receiver: Address.newFromBech32(to) };

async function built(request: object, changed: object = {}): Promise<string> {
  const node = nodeOf({ ...answers, ...changed });
  return (await buildCase({ ...coins, request: { ...coins.request, ...request } }, node)).completed;
}

describe('payments of EGLD', () => {
  it('are those of the official library', async () => {
    const memo = 'Miete für May';
    const tokenTransfers = [new TokenTransfer({ token: new Token({ identifier: token }), amount: 12_500_000n })];
    const expected = [
      [{}, factory.createTransactionForNativeTokenTransfer({ ...ends, nativeAmount: 12_500_000_000_000_000_000n })],
      [
        { amount: '0.000000000000000001', memo },
        factory.createTransactionForNativeTokenTransfer({
          ...ends,
          nativeAmount: 1n,
          data: new TextEncoder().encode(memo),
        }),
      ],
      [{ token, decimals: 6 }, factory.createTransactionForESDTTokenTransfer({ ...ends, tokenTransfers })],
    ] as const;
    for (const [request, { value, data, receiver }] of expected) {
      const made = JSON.parse(await built(request));
      expect(made).toMatchObject({ value: value.toString(), receiver, sender: from, nonce: 42, chainID: '1' });
      expect(made.data ?? '').toBe(Buffer.from(data).toString('base64'));
    }
  });

  it.each([
    [{ amount: '0.0000000000000000001' }, 'AMOUNT_INVALID'],
    [{ token }, 'DECIMALS_UNKNOWN'],
    [{ token, decimals: 18 }, 'AMOUNT_INVALID'],
    [{ token: 'USDC', decimals: 6 }, 'PAYMENT_UNSUPPORTED'],
    [{ token, decimals: 6, memo: 'x' }, 'PAYMENT_UNSUPPORTED'],
    [{ memo: 'ESDTTransfer@00@00' }, 'PAYMENT_UNSUPPORTED'],
    [{ memo: 'ClaimDeveloperRewards' }, 'PAYMENT_UNSUPPORTED'],
    [{ memo: '\u0000' }, 'PAYMENT_UNSUPPORTED'],
    [{ tag: '1' }, 'PAYMENT_UNSUPPORTED'],
    [{ to: 'erd1qqqqqqqqqqqqqqqpqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqzllls8a5w6u' }, 'RECEIVER_UNFIT'],
    [{ to: `${to.slice(0, -1)}y` }, 'ADDRESS_INVALID'],
    [{ maxFee: '0.00004' }, 'FEE_INVALID'],
  ])('refuse %j (%s)', async (request, code) => {
    await expect(built(request)).rejects.toMatchObject({ code });
  });
});
