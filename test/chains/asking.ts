import type { Chain } from '../../src/core/chain/chain.js';
import type { NodeClient } from '../../src/core/chain/node.js';
import { CustosError } from '../../src/core/errors.js';
import { parsePending } from '../../src/core/signing/pending.js';
import { keyOf } from './signing.js';

export const to = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8';
/** Chain ids by ticker. */
export const mainnetIds: Record<string, number> = {
  ETH: 1,
  BSC: 56,
  MATIC: 137,
  CELO: 42220,
  KLAY: 8217,
  XDC: 50,
  S: 146,
};

/** A completed transaction and what was asked for it. */
export interface Asked {
  readonly completed: Record<string, unknown>;
  /** Names of the questions, in order. */
  readonly questions: string[];
  readonly params: Record<string, unknown>;
}

/** Answers of a node under the names of its methods; an Error is thrown, a function is asked with the parameters. */
export type Answers = Record<string, unknown>;

function node(
  answers: Answers,
  log: { questions: string[]; params: Record<string, unknown> },
  isCloud = true,
): NodeClient {
  const answer = async (name: string, params?: unknown) => {
    log.questions.push(name);
    log.params[name] = params;
    const found = answers[name];
    if (found instanceof Error) throw found;
    if (found === undefined) throw new CustosError('NODE_REFUSED', `no answer to ${name}`);
    return typeof found === 'function' ? found(params) : found;
  };
  const rpc = (method: string, params: readonly unknown[]) => answer(method, params);
  const http = () => Promise.reject(new CustosError('NODE_REFUSED', 'this node has no HTTP interface'));
  if (!isCloud) return { rpc, http };
  return {
    rpc,
    http,
    transactionCount: (address) => answer('count', address),
    feeAdvice: () => answer('fee'),
    publicService: (url) => answer(url),
  };
}

/** Completes a transfer of one smallest unit with these changes; an error carries the questions as `asked`. */
export async function complete(
  chain: Chain,
  request: Record<string, unknown>,
  setting: {
    answers?: Answers;
    isCloud?: boolean;
    withdrawalId?: string;
    nextNonce?: (latest: bigint, waiting?: bigint) => Promise<bigint>;
  } = {},
): Promise<Asked> {
  const key = keyOf(chain);
  const log = { questions: [] as string[], params: {} as Record<string, unknown> };
  const received = {
    id: '5'.repeat(24),
    chain: chain.id,
    hashes: ['26d3883e-4e17-48b3-a0ee-09a3e484ac83'],
    serializedTransaction: JSON.stringify({ from: 0, to, value: '1', ...request }),
    ...(setting.withdrawalId && { withdrawalId: setting.withdrawalId }),
  };
  try {
    const text = await chain.node.complete(parsePending(received, chain.id, 'mainnet'), {
      network: 'mainnet',
      from: key.address,
      signers: [key],
      node: node(setting.answers ?? {}, log, setting.isCloud),
      nextNonce: setting.nextNonce ?? (async (count) => count),
    });
    return { completed: JSON.parse(text) as Record<string, unknown>, ...log };
  } catch (error) {
    if (error instanceof CustosError) Object.assign(error, { asked: log.questions });
    throw error;
  }
}

/** All that can be missing. */
export const all = { nonce: 3, gas: 21000, gasPrice: 5, chainId: 1 };
/** Answers of a node of Ethereum. */
export const usual: Answers = {
  ...{ eth_chainId: '0x1', eth_gasPrice: '0x64', eth_estimateGas: '0xc350', eth_getTransactionCount: '0x9' },
  ...{ eth_maxPriorityFeePerGas: '0x7', count: 9, fee: { slow: 1, medium: 50, fast: 60 } },
};
