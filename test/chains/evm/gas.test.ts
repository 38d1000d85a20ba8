import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ethereum } from '../../../src/chains/evm/chains/ethereum.js';
import { flooredGas, intrinsicGas } from '../../../src/chains/evm/gas.js';
import { createRegistry } from '../../../src/chains/registry.js';
import { type Anvil, startAnvil } from '../../support/anvil.js';
import { evmChainIds } from '../../support/vectors.js';
import { complete, usual } from '../asking.js';
import { alice, contract } from '../calls.js';
import { codeOf } from '../codes.js';
import { contextOf, keyOf, legacyJson } from '../signing.js';

const registry = createRegistry();
const data = `0x${'ff'.repeat(100)}${'00'.repeat(100)}`;
const input = { to: Buffer.alloc(20, 1), data: Buffer.from(data.slice(2), 'hex'), accessList: [] };
const [intrinsic, floored] = [intrinsicGas(input), flooredGas(input)];
const CAP = 2n ** 24n;
/** What becomes of a call with this gas limit. */
function outcome(id: string, gas: bigint, change: { chainId?: number; developmentChainId?: bigint } = {}): string {
  const chain = registry.get(id);
  const ids = chain.builder?.kind === 'evm' ? chain.builder.chainIds.mainnet : [];
  const { chainId = Number(ids[0]), ...context } = change;
  const text = legacyJson({ to: contract, value: 0, gas: gas.toString(), data, chainId });
  return codeOf(() => chain.codec.parse(text, contextOf(keyOf(chain), context)));
}

describe('data', () => {
  it.each(['ETH', 'OPTIMISM', 'BASE', 'CELO'])('data on %s have a floor, below which nothing is signed', (id) => {
    expect(floored).toBeGreaterThan(intrinsic);
    expect(outcome(id, floored - 1n)).toBe('GAS_TOO_LOW');
    expect(outcome(id, floored)).toBe('nothing');
  });

  it.each(evmChainIds.filter((id) => !['ETH', 'OPTIMISM', 'BASE', 'CELO', 'KLAY'].includes(id)))(
    'data on %s need the intrinsic gas',
    (id) => {
      expect(outcome(id, intrinsic - 1n)).toBe('GAS_TOO_LOW');
      expect(outcome(id, intrinsic)).toBe('nothing');
    },
  );

  it('data on a development chain need the intrinsic gas, because its version is unknown', () => {
    const development = { chainId: 31337, developmentChainId: 31337n };
    expect(outcome('ETH', intrinsic, development)).toBe('nothing');
    expect(outcome('ETH', intrinsic - 1n, development)).toBe('GAS_TOO_LOW');
    expect(outcome('ETH', intrinsic, { developmentChainId: 31337n })).toBe('GAS_TOO_LOW');
  });

  it('data are checked against the floor before the node is asked, and so is its estimate', async () => {
    const request = { data, value: '0' };
    const given = complete(ethereum, { ...request, gas: intrinsic.toString() }, { answers: usual });
    await expect(given).rejects.toMatchObject({ code: 'GAS_TOO_LOW', asked: [] });
    const answers = { ...usual, eth_estimateGas: `0x${intrinsic.toString(16)}` };
    await expect(complete(ethereum, request, { answers })).rejects.toMatchObject({ code: 'GAS_TOO_LOW' });
  });
});

describe('a gas limit', () => {
  it('a gas limit above 2^24 is refused on Ethereum, and nowhere else', () => {
    expect(outcome('ETH', CAP)).toBe('nothing');
    expect(outcome('ETH', CAP + 1n)).toBe('TRANSACTION_INVALID');
    expect(outcome('ETH', CAP + 1n, { chainId: 31337, developmentChainId: 31337n })).toBe('nothing');
    for (const id of evmChainIds.filter((one) => one !== 'ETH')) expect(outcome(id, CAP + 1n), id).toBe('nothing');
  });
});

describe('a node of Ethereum', () => {
  let node: Anvil;
  beforeAll(async () => {
    node = await startAnvil({ chainId: 1 });
  });
  afterAll(() => node.close());

  it('a node of Ethereum estimates the floor for data that no code reads', async () => {
    const [{ address: from } = { address: '' }] = node.accounts;
    const estimate = await node.rpc('eth_estimateGas', [{ from, to: alice, data }]);
    expect(BigInt(String(estimate))).toBe(floored);
  });
});
