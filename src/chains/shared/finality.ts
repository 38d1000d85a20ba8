import type { Inclusion } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import { isCount } from '../../core/json.js';

/** Depth of what its network never takes back, on chains that say so by themselves: more than any that can be asked for. */
const FINAL = Number.MAX_SAFE_INTEGER;

/**
 * A transaction in a block. @param head - number of the newest block that the node knew before it answered about this one
 * @returns depth 1 at least: several nodes can serve one address, and the one that lags has still named this block
 */
export function includedAt(
  { block, number, reverted }: { readonly block: string; readonly number: number; readonly reverted: boolean },
  head: number,
): Inclusion {
  return { kind: 'included', depth: Math.max(1, head - number + 1), block, ...(reverted && { reverted }) };
}

/** A transaction that the network never takes back. */
export function finalIn(block: string, reverted: boolean): Inclusion {
  return { kind: 'included', depth: FINAL, block, ...(reverted && { reverted }) };
}

/** A whole number of a node's answer, as a JSON number. @throws CustosError NODE_ANSWER_INVALID */
export function countIn(value: unknown, what: string): number {
  if (isCount(value)) return value;
  throw new CustosError('NODE_ANSWER_INVALID', `the node answered with no ${what}`);
}

/** A name of a block: hexadecimal digits, with or without 0x. @throws CustosError NODE_ANSWER_INVALID */
export function blockNameIn(value: unknown): string {
  if (typeof value === 'string' && /^(0x)?[0-9a-fA-F]{64}$/.test(value)) return value;
  throw new CustosError('NODE_ANSWER_INVALID', 'the node answered with no hash of a block');
}
