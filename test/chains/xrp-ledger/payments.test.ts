import { describe, expect, it } from 'vitest';
import { decode, encode, validate } from 'xrpl';
import { createRegistry } from '../../../src/chains/registry.js';
import { buildCase, nodeOf, type PaymentCase } from '../../support/payment-nodes/node.js';
import { issuer, xrpPayments } from '../../support/payment-nodes/xrp.js';

const [coins, tagged] = xrpPayments as [PaymentCase, PaymentCase];
const { payments } = createRegistry().get('XRP');

function built(one: PaymentCase, request: object) {
  return buildCase({ ...one, request: { ...one.request, ...request } }, nodeOf(one.answers));
}

describe('payments of XRP', () => {
  it.each(xrpPayments.map((one) => [one.name, one] as const))(
    '%s are what the official library reads',
    async (_, one) => {
      const { completed } = await built(one, {});
      const fields = JSON.parse(completed);
      validate(fields);
      expect(decode(encode(fields))).toEqual(fields);
      expect(fields).toMatchObject({ Account: one.request.from.address, Destination: one.request.to, Sequence: 4711 });
    },
  );

  it('leave number and last ledger to the way of the transaction', async () => {
    const fields = JSON.parse((await built(coins, {})).unsigned);
    expect(fields).toEqual({
      TransactionType: 'Payment',
      Account: coins.request.from.address,
      Destination: coins.request.to,
      Amount: '12500000',
      Flags: 0,
      Fee: '10',
    });
  });

  it('carry a tag and a memo', async () => {
    const { summary } = await built(tagged, {});
    expect(summary).toMatchObject({ memo: '4711', value: { asset: 'XRP', amount: 1n } });
    expect(summary.notes).toContainEqual({ name: 'Memo', value: 'rent für May' });
  });

  it('take the tag from an X-address, and no other one beside it', async () => {
    const to = 'XVfC9CTCJh6GN2x8bnrw3LtdbqiVCUvtU3HnooQDgBnUpQT';
    await expect(built(coins, { to, tag: '1' })).rejects.toMatchObject({ code: 'PAYMENT_UNSUPPORTED' });
    const { summary } = await built(coins, { to });
    expect(summary.memo).toMatch(/^\d+$/);
  });

  it.each([
    ['0', 'AMOUNT_INVALID'],
    ['-1', 'AMOUNT_INVALID'],
    ['1e3', 'AMOUNT_INVALID'],
    ['0.0000001', 'AMOUNT_INVALID'],
    ['100000000001', 'AMOUNT_INVALID'],
    ['', 'AMOUNT_INVALID'],
  ])('refuse %j coins (%s)', async (amount, code) => {
    await expect(built(coins, { amount })).rejects.toMatchObject({ code });
  });

  it.each([
    [{ token: 'USD' }, 'PAYMENT_UNSUPPORTED'],
    [{ token: `XRP.${issuer}` }, 'PAYMENT_UNSUPPORTED'],
    [{ token: `USD.${issuer}`, decimals: 2 }, 'AMOUNT_INVALID'],
    [{ token: `USD.${issuer}`, amount: '1234567890.1234567' }, 'AMOUNT_INVALID'],
    [{ token: '00'.repeat(24) }, 'DECIMALS_UNKNOWN'],
    [{ tag: '4294967296' }, 'TRANSACTION_INVALID'],
    [{ memo: '' }, 'PAYMENT_UNSUPPORTED'],
    [{ to: 'rPT1Sjq2YGrBMTttX4GZHjKu9dyfzbpAYf' }, 'ADDRESS_INVALID'],
    [{ maxFee: '0.000009' }, 'FEE_INVALID'],
    [{ maxFee: 'much' }, 'FEE_INVALID'],
  ])('refuse %j (%s)', async (request, code) => {
    await expect(built(coins, request)).rejects.toMatchObject({ code });
  });

  it('are planned without a node', () => {
    expect(payments?.plan(coins.request, 'mainnet').moves).toHaveLength(1);
  });
});
