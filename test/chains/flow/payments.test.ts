import { describe, expect, it } from 'vitest';
import { account, answers, flowPayments, to, token } from '../../support/payment-nodes/flow.js';
import { buildCase, nodeOf, type PaymentCase } from '../../support/payment-nodes/node.js';

const [coins] = flowPayments as [PaymentCase];
const { from } = coins.request;

function built(request: object, changed: object = {}) {
  return buildCase({ ...coins, request: { ...coins.request, ...request } }, nodeOf({ ...answers, ...changed }));
}

describe('payments of FLOW', () => {
  it('are the transfer that the codec knows', async () => {
    const { unsigned, summary } = await built({});
    const body = { account, to, amount: '12.50000000', currency: 'FLOW' };
    expect(JSON.parse(unsigned)).toEqual({ type: 2, body });
    expect(summary).toMatchObject({
      kind: 'transfer',
      to,
      value: { asset: 'FLOW', amount: 1_250_000_000n },
      nonce: 42n,
    });
  });

  it('move a fungible token by our own text, which is understood and not opaque', async () => {
    const { summary } = await built({ token });
    expect(summary).toMatchObject({
      kind: 'token-transfer',
      opaque: false,
      hazards: [],
      tokens: [{ contract: token, to, amount: 1_250_000_000n, action: 'transfer' }],
    });
    expect(summary.text).toContain(`sends 12.50000000 of ${token} to ${to}`);
  });

  it('are of the coin where the token is the contract of the coin', async () => {
    const { summary } = await built({ token: 'A.1654653399040a61.FlowToken' });
    expect(summary).toMatchObject({ kind: 'transfer', value: { asset: 'FLOW', amount: 1_250_000_000n }, tokens: [] });
    const { tokens } = (await built({ token: `A.${account.slice(2)}.FlowToken` })).summary;
    expect(tokens).toMatchObject([{ contract: `A.${account.slice(2)}.FlowToken` }]);
  });

  it('do not understand a text of which one letter is changed, or with other arguments', async () => {
    const { completed } = await built({ token });
    const { type, body, filled } = JSON.parse(completed);
    const { createRegistry } = await import('../../../src/chains/registry.js');
    const { codec } = createRegistry().get('FLOW');
    const context = { network: 'mainnet', from: from.address, signers: [{ address: from.address }] } as const;
    const kindOf = (changed: object) =>
      codec.parse(JSON.stringify({ type, body: { ...body, ...changed }, filled }), context).summary.kind;
    expect(kindOf({})).toBe('token-transfer');
    expect(kindOf({ transaction: body.transaction.replace('payment', 'payments') })).toBe('contract-call');
    expect(kindOf({ transaction: `${body.transaction} ` })).toBe('contract-call');
    expect(kindOf({ args: [...body.args, body.args[0]] })).toBe('contract-call');
    expect(kindOf({ args: [{ type: 'Fix64', value: '1.0' }, body.args[1]] })).toBe('contract-call');
  });

  it.each([
    [{ amount: '0.000000001' }, 'AMOUNT_INVALID'],
    [{ amount: '184467440737.09551616' }, 'AMOUNT_INVALID'],
    [{ token: 'USDC' }, 'PAYMENT_UNSUPPORTED'],
    [{ token, decimals: 6 }, 'AMOUNT_INVALID'],
    [{ memo: 'x' }, 'PAYMENT_UNSUPPORTED'],
    [{ tag: '1' }, 'PAYMENT_UNSUPPORTED'],
    [{ from: { address: from.address } }, 'ADDRESS_INVALID'],
    [{ to: '0x1234' }, 'ADDRESS_INVALID'],
    [{ to: '0x0000000000000001' }, 'RECEIVER_UNFIT'],
    [{ maxFee: '0.3' }, 'FEE_INVALID'],
  ])('refuse %j (%s)', async (request, code) => {
    await expect(built(request)).rejects.toMatchObject({ code });
  });
});
