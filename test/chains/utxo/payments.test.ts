import { describe, expect, it } from 'vitest';
import { buildCase, nodeOf, type PaymentCase } from '../../support/payment-nodes/node.js';
import { answers, made, utxoPayments } from '../../support/payment-nodes/utxo.js';
import { madeBy, scripts } from './making.js';

const [coins] = utxoPayments as [PaymentCase];
const [script = ''] = scripts;

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
    [{}, { estimatesmartfee: { feerate: 1e305 } }, 'NODE_ANSWER_INVALID'],
    [{}, { getblockchaininfo: { chain: 'test' } }, 'NETWORK_MISMATCH'],
    [{}, { getrawtransaction: new Error('No such transaction (code -5)') }, 'PREVIOUS_UNKNOWN'],
  ])('refuse what cannot be paid (%#)', async (request, changed, code) => {
    await expect(built(coins, request, changed)).rejects.toMatchObject({ code });
  });

  it('leave outputs with tokens of Bitcoin Cash where they are', async () => {
    const [, , , bch] = utxoPayments as [PaymentCase, PaymentCase, PaymentCase, PaymentCase];
    const [plain, large] = made;
    // A token stands in front of the script (CHIP-2022-02): its category, and an amount of 1.
    const held = madeBy([{ satoshis: 3_000_000_000, script: `ef${'cc'.repeat(32)}1001${script}` }], 2);
    const told = answers['gettxout'] as (asked: readonly [string]) => object | null;
    const changed = {
      scantxoutset: {
        success: true,
        unspents: [held, plain].map(({ txId }, at) => ({
          txid: txId,
          vout: 0,
          amount: 30 - at * 10,
          scriptPubKey: script,
        })),
      },
      gettxout: ([txId]: readonly [string]) =>
        txId === held.txId
          ? { ...told([large.txId]), tokenData: { category: 'cc'.repeat(32), amount: '1' } }
          : told([txId]),
      getrawtransaction: ([txId]: readonly [string]) => [held, plain].find((one) => one.txId === txId)?.hex,
    };
    expect((await built(bch, {}, changed)).spends).toEqual([`${plain.txId}:0`]);
  });

  it('refuse an output of which a node claims less than it has', async () => {
    const claimed = { gettxout: { value: 13, confirmations: 6, coinbase: false, scriptPubKey: answers['gettxout'] } };
    const lying = { gettxout: { ...claimed.gettxout, scriptPubKey: { hex: script } } };
    await expect(built(coins, {}, lying)).rejects.toMatchObject({ code: 'AMOUNT_INVALID' });
  });
});
