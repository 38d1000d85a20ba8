import type { NodeClient } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { bytesToHex } from '../shared/hexadecimal.js';
import { askFeeAdvice, askQuantity, type MethodNames } from './rpc.js';

/** What a gas price is found with. */
interface PriceQuestion {
  readonly node: NodeClient;
  readonly methods: MethodNames;
  readonly feeCurrency?: Uint8Array;
}

/** Finds the gas price of a transaction that names none, in the smallest unit. */
export type PriceSource = (question: PriceQuestion) => Promise<bigint>;

const GWEI = 10n ** 9n;
const polygonGasStation = 'https://gasstation.polygon.technology/v2';

/** The node's own gas price; in the fee currency where there is one. */
export const nodePrice: PriceSource = ({ node, methods, feeCurrency }) =>
  askQuantity(node, methods.gasPrice, feeCurrency === undefined ? [] : [bytesToHex(feeCurrency)]);

/** The cloud's medium fee, or the node's gas price where no cloud is between. */
export const advisedPrice: PriceSource = async (question) => (await askFeeAdvice(question.node)) ?? nodePrice(question);

/** The same price always. */
export function constantPrice(gwei: bigint): PriceSource {
  return async () => gwei * GWEI;
}

/** Polygon's gas station: its fast fee, rounded up, at least 30 gwei (the least that Polygon's validators take); else the node's price. */
export const gasStationPrice: PriceSource = async (question) => {
  const { node } = question;
  if (node.publicService === undefined) return nodePrice(question);
  try {
    return readGasStation(await node.publicService(polygonGasStation));
  } catch (error) {
    // A public service without any promise of being there must not hold up a withdrawal.
    if (error instanceof CustosError) return nodePrice(question);
    throw error;
  }
};

function readGasStation(answer: unknown): bigint {
  const fast: unknown = typeof answer === 'object' && answer !== null && 'fast' in answer ? answer.fast : undefined;
  const fee: unknown = typeof fast === 'object' && fast !== null && 'maxFee' in fast ? fast.maxFee : undefined;
  if (typeof fee !== 'number' || !(fee > 0) || fee > 1e6) {
    throw new CustosError('NODE_ANSWER_INVALID', `the gas station's fast fee is ${quote(fee)}`);
  }
  return BigInt(Math.max(30, Math.ceil(fee))) * GWEI;
}
