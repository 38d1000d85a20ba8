import { TronWeb, utils } from 'tronweb';
import { describe, expect, it } from 'vitest';
import { buildCase, NOW, nodeOf, type PaymentCase } from '../../support/payment-nodes/node.js';
import { answers, from, to, tronPayments, usdt } from '../../support/payment-nodes/tron.js';

const [coins] = tronPayments as [PaymentCase];

function built(request: object, changed: object = {}, context = {}) {
  const node = nodeOf({ ...answers, ...changed });
  return buildCase({ ...coins, request: { ...coins.request, ...request } }, node, context);
}

describe('payments of TRON', () => {
  it.each(tronPayments.map((one) => [one.name, one] as const))(
    '%s have the bytes and the id that the official library makes of the members',
    async (_, one) => {
      const { unsigned } = await built(one.request);
      const transaction = JSON.parse(unsigned);
      const again = utils.transaction.txJsonToPb(transaction);
      expect(utils.transaction.txPbToTxID(again).replace(/^0x/, '')).toBe(transaction.txID);
      expect(utils.transaction.txPbToRawDataHex(again).toLowerCase()).toBe(transaction.raw_data_hex);
    },
  );

  it('refer to the newest block and end after an hour, or with the request', async () => {
    const { raw_data: raw } = JSON.parse((await built({})).unsigned);
    expect(raw).toMatchObject({ ref_block_bytes: 'f1d4', ref_block_hash: 'c9c8e6f14a0c7d2b', timestamp: NOW });
    expect(raw.expiration).toBe(NOW + 3_600_000);
    const soon = JSON.parse((await built({}, {}, { expiresAt: NOW + 60_000 })).unsigned);
    expect(soon.raw_data.expiration).toBe(NOW + 60_000);
    const late = JSON.parse((await built({}, {}, { expiresAt: NOW + 10 ** 9 })).unsigned);
    expect(late.raw_data.expiration).toBe(NOW + 86_100_000);
  });

  it('call the contract of a TRC-20 token with a limit a fifth above what it takes', async () => {
    const { unsigned, summary } = await built({ token: usdt, decimals: 6 });
    const { raw_data: raw } = JSON.parse(unsigned);
    expect(raw.fee_limit).toBe((64_285 * 100 * 6) / 5);
    const expected = TronWeb.address.toHex(usdt);
    expect(raw.contract[0].parameter.value.contract_address).toBe(expected);
    expect(summary.tokens).toMatchObject([{ contract: usdt, to, amount: 12_500_000n, action: 'transfer' }]);
  });

  it('write numbers above 2^53 exactly', async () => {
    const { summary } = await built({ token: '1002000', decimals: 6, amount: '9223372036854.775807' });
    expect(summary.tokens).toMatchObject([{ contract: '1002000', amount: 2n ** 63n - 1n }]);
  });

  const reverted = {
    '/wallet/triggerconstantcontract': {
      result: { result: true },
      constant_result: [''],
      transaction: { ret: [{ ret: 'FAILED' }] },
    },
  };

  it.each([
    [{ amount: '0.0000001' }, {}, 'AMOUNT_INVALID'],
    [{ token: usdt }, {}, 'DECIMALS_UNKNOWN'],
    [{ token: usdt, decimals: 18 }, {}, 'AMOUNT_INVALID'],
    [{ token: '1002000', decimals: 0 }, {}, 'AMOUNT_INVALID'],
    [{ token: 'USDT', decimals: 6 }, {}, 'ADDRESS_INVALID'],
    [{ token: usdt, decimals: 6 }, reverted, 'NODE_REFUSED'],
    [{ token: usdt, decimals: 6, maxFee: '5' }, {}, 'FEE_INVALID'],
    [{ tag: '1' }, {}, 'PAYMENT_UNSUPPORTED'],
    [{ memo: '' }, {}, 'PAYMENT_UNSUPPORTED'],
    [{ to: usdt, token: usdt, decimals: 6 }, {}, 'RECEIVER_UNFIT'],
    [{ from: { address: `${from.slice(0, -1)}9` } }, {}, 'ADDRESS_INVALID'],
  ])('refuse %j (%#)', async (request, changed, code) => {
    await expect(built(request, changed)).rejects.toMatchObject({ code });
  });
});
