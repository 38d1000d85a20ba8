import { describe, expect, it } from 'vitest';
import { buildCase, nodeOf, type PaymentCase } from '../../support/payment-nodes/node.js';
import { answers, made, utxoPayments } from '../../support/payment-nodes/utxo.js';

const [coins] = utxoPayments as [PaymentCase];

function built(one: PaymentCase, request: object, changed: object = {}) {
  return buildCase({ ...one, request: { ...one.request, ...request } }, nodeOf({ ...answers, ...changed }));
}

describe('payments of the Bitcoin family', () => {
  it.each(utxoPayments.map((one) => [one.chain, one] as const))(
    'on %s take the largest output and give change back',
    async (_chain, one) => {
      const { summary, spends } = await built(one, {});
      expect(spends).toEqual([`${made[1].txId}:0`]);
      const [paid, change] = summary.outputs ?? [];
      expect(paid).toMatchObject({ amount: 1_250_000_000n, change: false });
      expect(change).toMatchObject({ amount: 1_750_000_000n - summary.fee.amount, change: true });
    },
  );

  it('keep to outputs that no other pending transaction spends', async () => {
    const { request } = coins;
    const taken = `${made[1].txId}:0`;
    const context = { spent: async (outputs: readonly string[]) => new Set(outputs.filter((one) => one === taken)) };
    const { spends } = await buildCase({ ...coins, request }, nodeOf(answers), context);
    expect(spends).toEqual([`${made[0].txId}:0`]);
  });

  it.each([
    [{ amount: '0.000000001' }, {}, 'AMOUNT_INVALID'],
    [{ amount: '50.1' }, {}, 'AMOUNT_INVALID'],
    [{ token: 'x' }, {}, 'PAYMENT_UNSUPPORTED'],
    [{ memo: 'x' }, {}, 'PAYMENT_UNSUPPORTED'],
    [{ tag: '1' }, {}, 'PAYMENT_UNSUPPORTED'],
    [{ maxFee: '0.00000001' }, {}, 'FEE_INVALID'],
    [{}, { estimatesmartfee: { feerate: 100 } }, 'FEE_INVALID'],
    [{}, { getblockchaininfo: { chain: 'test' } }, 'NETWORK_MISMATCH'],
    [{}, { getrawtransaction: new Error('No such transaction (code -5)') }, 'PREVIOUS_UNKNOWN'],
  ])('refuse what cannot be paid (%#)', async (request, changed, code) => {
    await expect(built(coins, request, changed)).rejects.toMatchObject({ code });
  });

  it('refuse an output of which a node claims less than it has', async () => {
    const claimed = { gettxout: { value: 13, confirmations: 6, coinbase: false, scriptPubKey: answers['gettxout'] } };
    const script = (answers['scantxoutset'] as { unspents: { scriptPubKey: string }[] }).unspents[0]?.scriptPubKey;
    const lying = { gettxout: { ...claimed.gettxout, scriptPubKey: { hex: script } } };
    await expect(built(coins, {}, lying)).rejects.toMatchObject({ code: 'AMOUNT_INVALID' });
  });
});
