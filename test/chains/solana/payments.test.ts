import { Message } from '@solana/web3.js';
import { describe, expect, it } from 'vitest';
import { buildCase, nodeOf, type PaymentCase } from '../../support/payment-nodes/node.js';
import { answers, from, mint, other, solPayments, to } from '../../support/payment-nodes/sol.js';

const [coins] = solPayments as [PaymentCase];

function built(request: object, changed: object = {}) {
  return buildCase({ ...coins, request: { ...coins.request, ...request } }, nodeOf({ ...answers, ...changed }));
}

describe('payments of SOL', () => {
  it.each(solPayments.map((one) => [one.name, one] as const))('%s are read by the official library', async (_, one) => {
    const { unsigned } = await built(one.request);
    const message = Message.from(Buffer.from(JSON.parse(unsigned).txData, 'hex'));
    expect(message.accountKeys[0]?.toBase58()).toBe(from);
    expect(message.header.numRequiredSignatures).toBe(1);
  });

  it('carry a memo', async () => {
    const { summary } = await built({ memo: 'Miete für May' });
    expect(summary).toMatchObject({ value: { amount: 12_500_000_000n }, hazards: [] });
    expect(summary.text).toContain('Miete für May');
  });

  it('open an account of the token for a receiver who has none, and pay its rent', async () => {
    const { effects } = await built({ to: other, token: mint });
    expect(effects.map(({ op, to: receiver, amount }) => [op, receiver, amount])).toEqual([
      ['transfer', other, 2_039_280n],
      ['account', other, undefined],
      ['token-transfer', other, 12_500_000n],
      ['fee', undefined, 5_000n],
    ]);
  });

  it('need no decimals, because the signed bytes hold them and the network checks them', async () => {
    const { effects } = await built({ token: mint });
    expect(effects[0]?.args).toContainEqual({ name: 'decimals', value: '6' });
  });

  it.each([
    [{ amount: '0.0000000001' }, {}, 'AMOUNT_INVALID'],
    [{ token: mint, decimals: 9 }, {}, 'AMOUNT_INVALID'],
    [{ token: to }, {}, 'TRANSACTION_UNSUPPORTED'],
    [{ tag: '1' }, {}, 'PAYMENT_UNSUPPORTED'],
    [{ memo: 'x'.repeat(501) }, {}, 'PAYMENT_UNSUPPORTED'],
    [{ to: mint }, {}, 'ADDRESS_INVALID'],
    [{ maxFee: '0.000004' }, {}, 'FEE_INVALID'],
    [{}, { getGenesisHash: 'EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG' }, 'NETWORK_MISMATCH'],
  ])('refuse what cannot be paid (%#)', async (request, changed, code) => {
    await expect(built(request, changed)).rejects.toMatchObject({ code });
  });
});
