import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import { isRecord } from '../../http/json.js';
import { type GatewayNode, quantity, safeNumber } from '../nodes/node.js';

/** Number of recent blocks that the advice uses, and the percentiles of their priority fees for slow, medium and fast. */
const BLOCKS = 10;
const PERCENTILES = [10, 50, 90];

interface FeeHistory {
  /** Base fee of the next block. */
  readonly baseFee: bigint;
  /** Priority fee for slow, medium and fast. */
  readonly rewards: readonly [bigint, bigint, bigint];
}

/**
 * The API's fee advice: gas prices in wei as JSON numbers, `time` as ISO text.
 * @throws CustosError NODE_*
 */
export async function feeAdvice(node: GatewayNode, clock: Clock): Promise<Readonly<Record<string, unknown>>> {
  const block = safeNumber(await node.rpc('eth_blockNumber', []), 'eth_blockNumber');
  const gasPrice = quantity(await node.rpc('eth_gasPrice', []), 'eth_gasPrice');
  const history = await feeHistory(node);
  const time = new Date(clock.now()).toISOString();
  if (!history) {
    const price = toNumber(gasPrice);
    return { slow: price, medium: price, fast: toNumber((gasPrice * 5n) / 4n), time, block };
  }
  const { baseFee, rewards } = history;
  // A base fee grows by at most an eighth per block (EIP-1559): medium survives one full block, fast two.
  const slow = baseFee + rewards[0];
  const medium = larger((baseFee * 9n) / 8n + rewards[1], gasPrice);
  const fast = larger((baseFee * 81n) / 64n + rewards[2], (medium * 9n) / 8n);
  return {
    slow: toNumber(slow),
    medium: toNumber(medium),
    fast: toNumber(fast),
    baseFee: toNumber(baseFee),
    time,
    block,
  };
}

/** Fee advice in the form of Polygon's gas station: Gwei as JSON numbers. @throws CustosError NODE_* */
export async function gasStation(node: GatewayNode): Promise<Readonly<Record<string, unknown>>> {
  const blockNumber = safeNumber(await node.rpc('eth_blockNumber', []), 'eth_blockNumber');
  const history = await feeHistory(node);
  const price = quantity(await node.rpc('eth_gasPrice', []), 'eth_gasPrice');
  const { baseFee, rewards } = history ?? { baseFee: price, rewards: [0n, 0n, 0n] };
  const [safeLow, standard, fast] = rewards.map((reward) => ({
    maxPriorityFee: toGwei(reward),
    maxFee: toGwei(larger(baseFee * 2n + reward, price)),
  }));
  return { safeLow, standard, fast, estimatedBaseFee: toGwei(baseFee), blockTime: 2, blockNumber };
}

/** Absent when the node or the chain has no fee market. */
async function feeHistory(node: GatewayNode): Promise<FeeHistory | undefined> {
  try {
    return parseHistory(await node.rpc('eth_feeHistory', [`0x${BLOCKS.toString(16)}`, 'latest', PERCENTILES]));
  } catch (error) {
    if (error instanceof CustosError && error.code === 'NODE_REFUSED') return undefined;
    throw error;
  }
}

function parseHistory(answer: unknown): FeeHistory | undefined {
  if (!isRecord(answer) || !Array.isArray(answer['baseFeePerGas'])) return undefined;
  const next: unknown = answer['baseFeePerGas'].at(-1);
  if (next === undefined || next === null) return undefined;
  const rows: readonly unknown[] = Array.isArray(answer['reward']) ? answer['reward'] : [];
  const median = (column: number) => {
    const values = rows
      .flatMap((row) => (Array.isArray(row) ? [quantity(row[column], 'eth_feeHistory')] : []))
      .sort((one, other) => (one < other ? -1 : 1));
    return values[values.length >> 1] ?? 0n;
  };
  return { baseFee: quantity(next, 'eth_feeHistory'), rewards: [median(0), median(1), median(2)] };
}

function larger(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

function toNumber(wei: bigint): number {
  return safeNumber(`0x${wei.toString(16)}`, 'fees');
}

function toGwei(wei: bigint): number {
  return toNumber(wei) / 1e9;
}
