import { hex } from '@scure/base';
import type { NodeClient } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import { isCount, isObject, type JsonObject } from '../../core/json.js';
import { decimalsIn } from '../evm/calls/payment.js';

/** Milliseconds before its end in which a transaction is made at the most: the network allows a day, and clocks differ. */
export const MAX_LIFE = 86_100_000;

/** Where a transaction belongs, as nodes write it. */
export interface Place {
  readonly ref_block_bytes: string;
  readonly ref_block_hash: string;
  readonly expiration: number;
  readonly timestamp: number;
}

/** Refers to the newest block, as transactions that a node makes do. @throws CustosError NODE_* */
export async function placeAt(node: NodeClient, times: Pick<Place, 'timestamp' | 'expiration'>): Promise<Place> {
  const { blockID: id } = await ask(node, 'getnowblock');
  if (typeof id !== 'string' || !/^[0-9a-f]{64}$/.test(id)) throw malformed('no block');
  return { ref_block_bytes: id.slice(12, 16), ref_block_hash: id.slice(16, 32), ...times };
}

/** Asks java-tron's HTTP interface. @throws CustosError NODE_* */
export async function ask(node: NodeClient, step: string, body?: JsonObject): Promise<JsonObject> {
  const answer = await node.http({ path: `/wallet/${step}`, ...(body && { body }) });
  if (isObject(answer)) return answer;
  throw malformed('no object');
}

/** @param token - its number   @throws CustosError NODE_*: also where there is no such token */
export async function decimalsOfAsset(node: NodeClient, token: string): Promise<number> {
  const asset = await ask(node, 'getassetissuebyid', { value: token });
  if (asset['id'] !== token) throw malformed(`no token ${token}`);
  const { precision = 0 } = asset;
  if (!isCount(precision)) throw malformed('a token without decimals');
  return precision;
}

/**
 * What a token's contract says of its decimals.
 * @param call - `owner_address` and `contract_address` in hexadecimal digits
 * @returns undefined where the answer is no such number
 * @throws CustosError NODE_REFUSED: the call is reverted; NODE_ANSWER_INVALID
 */
export async function decimalsOfContract(node: NodeClient, call: JsonObject): Promise<number | undefined> {
  return decimalsIn(resultOf(await ask(node, 'triggerconstantcontract', { ...call, data: '313ce567' })));
}

/** What a constant call gives back. @throws CustosError NODE_REFUSED: it is reverted; NODE_ANSWER_INVALID */
export function resultOf(answer: JsonObject): Uint8Array {
  const { result, constant_result: results, transaction } = answer;
  const [first]: readonly unknown[] = Array.isArray(results) ? results : [];
  const outcomes: unknown = isObject(transaction) ? transaction['ret'] : undefined;
  const isReverted = JSON.stringify(outcomes ?? '').includes('FAILED');
  if (!isObject(result) || result['result'] !== true || isReverted) {
    throw new CustosError('NODE_REFUSED', 'the TRON node says that the call of the token is reverted');
  }
  if (typeof first === 'string' && /^([0-9a-f]{2})*$/.test(first)) return hex.decode(first);
  throw malformed('no result of a call');
}

export function malformed(what: string): CustosError {
  return new CustosError('NODE_ANSWER_INVALID', `the TRON node answered with ${what}`);
}
