import type { NodeClient } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import { isCount, isObject } from '../../core/json.js';

/** What algod says that transactions need. */
export interface Parameters {
  /** Smallest units that the network asks for each byte now; mostly 0. */
  readonly feeOfByte: bigint;
  /** The least fee of a transaction. */
  readonly leastFee: bigint;
  readonly latestRound: bigint;
  /** Base 64. */
  readonly genesisHash: string;
}

/** @throws CustosError NODE_* */
export async function askParameters(node: NodeClient): Promise<Parameters> {
  const answer = await node.http({ path: '/v2/transactions/params' });
  const { fee, 'min-fee': least, 'last-round': latest, 'genesis-hash': hash } = isObject(answer) ? answer : {};
  if (!isCount(fee) || !isCount(least) || !isCount(latest) || typeof hash !== 'string') {
    throw new CustosError('NODE_ANSWER_INVALID', 'the ALGO node answered with no parameters for transactions');
  }
  return { feeOfByte: BigInt(fee), leastFee: BigInt(least), latestRound: BigInt(latest), genesisHash: hash };
}
