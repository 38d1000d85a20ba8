import type { NodeClient } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';

/** Methods of one chain's nodes: `eth_…`, or `klay_…` for nodes that know no other. */
export type RpcPrefix = 'eth' | 'klay';

/** The JSON-RPC methods that completing needs, under the names of one node. */
export interface MethodNames {
  readonly chainId: string;
  readonly gasPrice: string;
  readonly priorityFee: string;
  readonly estimateGas: string;
  readonly transactionCount: string;
}

/** The names of Ethereum's execution API. */
export const ethMethods: MethodNames = {
  chainId: 'eth_chainId',
  gasPrice: 'eth_gasPrice',
  priorityFee: 'eth_maxPriorityFeePerGas',
  estimateGas: 'eth_estimateGas',
  transactionCount: 'eth_getTransactionCount',
};

/** The names of Klaytn's own API; note the capitals of chainID. */
export const klayMethods: MethodNames = {
  chainId: 'klay_chainID',
  gasPrice: 'klay_gasPrice',
  priorityFee: 'klay_maxPriorityFeePerGas',
  estimateGas: 'klay_estimateGas',
  transactionCount: 'klay_getTransactionCount',
};

/** True for a node that is asked directly: none of the cloud's own operations are there. */
export function isDirect(node: NodeClient): boolean {
  return node.transactionCount === undefined && node.feeAdvice === undefined && node.publicService === undefined;
}

/**
 * Asks a JSON-RPC method whose answer is a quantity.
 * @throws CustosError NODE_ANSWER_INVALID, and whatever the node client throws
 */
export async function askQuantity(node: NodeClient, method: string, params: readonly unknown[]): Promise<bigint> {
  return readHexAnswer(await node.rpc(method, params), method);
}

/**
 * Asks the cloud how many transactions the sender has sent.
 * @param address - 0x form with checksum   @returns undefined where the client has no such operation
 * @throws CustosError NODE_ANSWER_INVALID, and whatever the node client throws
 */
export async function askCloudCount(node: NodeClient, address: string): Promise<bigint | undefined> {
  if (node.transactionCount === undefined) return undefined;
  return readPlainAnswer(await node.transactionCount(address), 'the transaction count');
}

/**
 * Asks the cloud for its medium gas price.
 * @returns the smallest unit; undefined where the client has no such operation
 * @throws CustosError NODE_ANSWER_INVALID, and whatever the node client throws
 */
export async function askFeeAdvice(node: NodeClient): Promise<bigint | undefined> {
  if (node.feeAdvice === undefined) return undefined;
  const advice = await node.feeAdvice();
  const medium: unknown =
    typeof advice === 'object' && advice !== null && 'medium' in advice ? advice.medium : undefined;
  return readPlainAnswer(medium, 'the medium fee');
}

function readHexAnswer(answer: unknown, method: string): bigint {
  if (typeof answer === 'string' && /^0x[0-9a-fA-F]{1,64}$/.test(answer)) return BigInt(answer);
  throw new CustosError(
    'NODE_ANSWER_INVALID',
    `the node answered ${method} with ${quote(answer)}, not with a quantity`,
  );
}

function readPlainAnswer(answer: unknown, what: string): bigint {
  if (typeof answer === 'number' && Number.isSafeInteger(answer) && answer >= 0) return BigInt(answer);
  if (typeof answer === 'string' && /^[0-9]{1,30}$/.test(answer)) return BigInt(answer);
  throw new CustosError('NODE_ANSWER_INVALID', `${what} is ${quote(answer)}, not a whole number`);
}
