import { createRegistry } from '../../../src/chains/registry.js';
import { keyOf } from '../../chains/signing.js';
import type { NodeAnswers, PaymentCase } from './node.js';

const registry = createRegistry();
/** A token that every chain has in these tests, with six decimals. */
const TOKEN = '0xdac17f958d2ee523a2206206994597c13d831ec7';
const word = (value: number) => `0x${value.toString(16).padStart(64, '0')}`;

/** Answers in the shape of an Ethereum node. */
function answersOf(chainId: bigint): NodeAnswers {
  return {
    eth_chainId: `0x${chainId.toString(16)}`,
    eth_gasPrice: '0x3b9aca00',
    eth_maxPriorityFeePerGas: '0x3b9aca00',
    eth_estimateGas: ([{ data }]: readonly [{ data?: string }]) => (data === undefined ? '0x5208' : '0xfde8'),
    eth_getTransactionCount: '0x2a',
    eth_getCode: '0x6080604052',
    eth_call: word(6),
  };
}

export const evmChains = registry.ids.filter((id) => registry.get(id).builder?.kind === 'evm');

function casesOf(id: string): readonly PaymentCase[] {
  const chain = registry.get(id);
  const [from, to] = [keyOf(chain).address, keyOf(chain, 0x22).address];
  const [chainId = 0n] = chain.builder?.kind === 'evm' ? chain.builder.chainIds.mainnet : [];
  const token = chain.keys.normalizeAddress(TOKEN, 'mainnet');
  const payment = { chain: id, network: 'mainnet', answers: answersOf(chainId) } as const;
  const request = { from: { address: from }, to, amount: '12.5' };
  return [
    { ...payment, name: 'coins', request: { ...request, maxFee: '1' } },
    { ...payment, name: 'an ERC-20 token', request: { ...request, token, decimals: 6 } },
  ];
}

export const evmPayments: readonly PaymentCase[] = evmChains.flatMap(casesOf);
