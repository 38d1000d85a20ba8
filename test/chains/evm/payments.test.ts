import { decodeFunctionData, erc20Abi, parseUnits } from 'viem';
import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../../src/chains/registry.js';
import { evmChains, evmPayments } from '../../support/payment-nodes/evm.js';
import { buildCase, nodeOf, type PaymentCase } from '../../support/payment-nodes/node.js';

const registry = createRegistry();
const [coins, tokens] = evmPayments.filter(({ chain }) => chain === 'ETH') as [PaymentCase, PaymentCase];

function built(one: PaymentCase, request: object, changed: object = {}) {
  const node = nodeOf({ ...one.answers, ...changed });
  return buildCase({ ...one, request: { ...one.request, ...request } }, node);
}

describe('payments of the Ethereum family', () => {
  it.each(evmPayments.map((one) => [one.chain, one.name, one] as const))('on %s: %s', async (_chain, name, one) => {
    const { summary, completed } = await built(one, {});
    const { keys, coin } = registry.get(one.chain);
    const to = keys.normalizeAddress(one.request.to, 'mainnet');
    if (name === 'coins') {
      expect(summary).toMatchObject({ kind: 'transfer', to, value: { asset: coin, amount: parseUnits('12.5', 18) } });
      return;
    }
    expect(summary.tokens).toMatchObject([{ to, amount: 12_500_000n, action: 'transfer' }]);
    const { data } = JSON.parse(completed);
    const { functionName, args } = decodeFunctionData({ abi: erc20Abi, data });
    expect([functionName, args?.[1]]).toEqual(['transfer', 12_500_000n]);
  });

  it('cover every chain of the family', () => {
    expect(evmChains.length).toBeGreaterThanOrEqual(15);
    expect(evmChains.every((id) => registry.get(id).payments !== undefined)).toBe(true);
  });

  it('settle gas and price where the request limits the fee, and leave them to the way where it does not', async () => {
    const limited = JSON.parse((await built(coins, { maxFee: '0.000021' })).unsigned);
    expect(limited).toMatchObject({ gas: '21000', gasPrice: '1000000000', chainId: 1 });
    const { maxFee: _none, ...request } = coins.request;
    const open = JSON.parse((await buildCase({ ...coins, request }, nodeOf(coins.answers))).unsigned);
    expect(open).toEqual({ from: 0, to: request.to, value: '12500000000000000000', chainId: 1 });
    await expect(built(coins, { maxFee: '0.000020999' })).rejects.toMatchObject({ code: 'FEE_INVALID' });
  });

  it.each([
    [coins, { amount: '0.0000000000000000001' }, {}, 'AMOUNT_INVALID'],
    [coins, { memo: 'x' }, {}, 'PAYMENT_UNSUPPORTED'],
    [coins, { tag: '1' }, {}, 'PAYMENT_UNSUPPORTED'],
    [coins, {}, { eth_chainId: '0x38' }, 'CHAIN_ID_MISMATCH'],
    [coins, { to: '0x0000000000000000000000000000000000000000' }, {}, 'RECEIVER_UNFIT'],
    [coins, {}, { eth_gasPrice: '0xde0b6b3a7640000' }, 'FEE_INVALID'],
    [tokens, { decimals: 18 }, {}, 'AMOUNT_INVALID'],
    [tokens, { to: tokens.request.token }, {}, 'RECEIVER_UNFIT'],
    [tokens, {}, { eth_getCode: '0x' }, 'RECEIVER_UNFIT'],
  ])('refuse what cannot be paid (%#)', async (one, request, changed, code) => {
    await expect(built(one, request, changed)).rejects.toMatchObject({ code });
  });

  it('need the decimals of a token, whatever a node says', async () => {
    const { decimals: _none, ...request } = tokens.request;
    const unsaid = buildCase({ ...tokens, request }, nodeOf(tokens.answers));
    await expect(unsaid).rejects.toMatchObject({ code: 'DECIMALS_UNKNOWN' });
  });

  it('take the declared decimals where the contract says none', async () => {
    const { summary } = await built(tokens, {}, { eth_call: '0x' });
    expect(summary.tokens).toMatchObject([{ amount: 12_500_000n }]);
  });
});
