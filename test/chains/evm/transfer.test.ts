import { parseTransaction } from 'viem';
import { parseTransaction as parseCeloTransaction } from 'viem/celo';
import { describe, expect, it } from 'vitest';
import { celo } from '../../../src/chains/evm/chains/celo/index.js';
import { ethereum } from '../../../src/chains/evm/chains/ethereum.js';
import { one } from '../../../src/chains/evm/chains/one.js';
import { xdc } from '../../../src/chains/evm/chains/xdc.js';
import { createRegistry } from '../../../src/chains/registry.js';
import type { EvmTransfer } from '../../../src/core/chain/builders/evm.js';
import type { Chain } from '../../../src/core/chain/chain.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import { evmChainIds } from '../../support/vectors.js';
import { contextOf, keyOf } from '../signing.js';

const to = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8';

function transferText({ builder }: Chain, request: EvmTransfer): string | undefined {
  return builder?.kind === 'evm' ? builder.transfer(request, 'mainnet') : undefined;
}

function form(chain: Chain, request: EvmTransfer): unknown {
  const text = transferText(chain, request);
  return text === undefined ? undefined : JSON.parse(text);
}

/** Completes and signs what the gateway would queue. */
async function signTransfer(chain: Chain, request: EvmTransfer): Promise<`0x${string}`> {
  const key = keyOf(chain);
  const serializedTransaction = transferText(chain, request);
  const pending = parsePending({ id: 'a', chain: chain.id, serializedTransaction }, chain.id, 'mainnet');
  const rpc = async (method: string) => (method.endsWith('chainId') ? '0x7a69' : '0x186a0');
  const context = {
    ...contextOf(key, { developmentChainId: 31337n }),
    node: { rpc, http: async () => undefined },
    nextNonce: async (count: bigint) => count,
  };
  const { raw } = await chain.codec.parse(await chain.node.complete(pending, context), context).sign([key]);
  return raw as `0x${string}`;
}

describe('the transfer of the gateway', () => {
  it('a transfer has the form that clients of the cloud know, and omits optional fields', () => {
    expect(form(ethereum, { to, value: 5n })).toEqual({ from: 0, to, value: '5' });
    const request = { to, value: 0n, data: '0xab', nonce: 0n, gasLimit: 50000n, gasPrice: 7n, chainId: 31337n };
    expect(form(ethereum, request)).toEqual({
      ...{ from: 0, to, value: '0', data: '0xab', nonce: 0, gas: '50000', gasPrice: '7', chainId: 31337 },
    });
  });

  it('a transfer turns the own address forms of a chain into the common one', () => {
    expect(form(xdc, { to: to.replace('0x', 'xdc'), value: 1n })).toMatchObject({ to });
    expect(form(one, { to: 'one1pdv9lrdwl0rg5vglh4xtyrv3wjk3wsqket7zxy', value: 1n })).toMatchObject({
      to: '0x0b585f8daefbc68a311fbd4cb20d9174ad174016',
    });
    expect(() => form(ethereum, { to: 'nobody', value: 1n })).toThrow(
      expect.objectContaining({ code: 'ADDRESS_INVALID' }),
    );
  });

  it('a transfer keeps fee caps and access lists', () => {
    const accessList = [{ address: to, storageKeys: [] }];
    const request = { to, value: 1n, type: '0x2', maxFeePerGas: 9n, maxPriorityFeePerGas: 2n, accessList } as const;
    expect(form(ethereum, request)).toMatchObject({
      type: '0x2',
      maxFeePerGas: '9',
      maxPriorityFeePerGas: '2',
      accessList,
    });
  });

  it('a transfer of every chain can be completed and signed', async () => {
    const registry = createRegistry();
    for (const id of evmChainIds) {
      const raw = await signTransfer(registry.get(id), { to, value: 5n });
      expect(parseTransaction(raw)).toMatchObject({ to, value: 5n, chainId: 31337 });
    }
  });

  it('a transfer on Celo has fee caps, because the old form is no longer taken', async () => {
    expect(form(celo, { to, value: 1n, gasPrice: 5n })).toEqual({
      ...{ from: 0, to, value: '1', type: '0x2', maxFeePerGas: '5', maxPriorityFeePerGas: '5' },
    });
    expect(form(celo, { to, value: 1n, feeCurrency: 'CELO' })).toEqual({ from: 0, to, value: '1', type: '0x2' });
    expect(form(celo, { to, value: 1n, type: '0x1', gasPrice: 5n })).toMatchObject({ type: '0x1', gasPrice: '5' });
  });

  it('a transfer on Celo names the contract of the token that pays the fee', async () => {
    const feeCurrency = '0x765de816845861e75a25fca122bb6898b8b1282a';
    expect(form(celo, { to, value: 1n, feeCurrency: 'CUSD' })).toEqual({
      from: 0,
      to,
      value: '1',
      type: '0x7b',
      feeCurrency,
    });
    expect(form(celo, { to, value: 1n, feeCurrency })).toMatchObject({ type: '0x7b', feeCurrency });
    const raw = await signTransfer(celo, { to, value: 1n, feeCurrency: 'cusd' });
    expect(parseCeloTransaction(raw as `0x7b${string}`)).toMatchObject({ type: 'cip64', feeCurrency, to });
  });

  it('a transfer refuses a fee currency that is unknown, or on a chain that has none', () => {
    expect(() => form(celo, { to, value: 1n, feeCurrency: 'DOGE' })).toThrow(
      expect.objectContaining({ code: 'ADDRESS_INVALID' }),
    );
    expect(() => form(ethereum, { to, value: 1n, feeCurrency: 'CUSD' })).toThrow(
      expect.objectContaining({ code: 'TRANSACTION_UNSUPPORTED' }),
    );
  });
});
