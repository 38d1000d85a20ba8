import { CustosError } from '../../core/errors.js';
import { isObject } from '../../core/json.js';
import { blockNumberOf } from './format.js';

/** Reads a block from a node's answer. @throws CustosError NODE_ANSWER_INVALID */
export function readBlock(value: unknown): { readonly id: string; readonly number: number } {
  const id = isObject(value) ? value['id'] : undefined;
  if (typeof id !== 'string' || !/^0x[0-9a-f]{64}$/.test(id)) {
    throw new CustosError('NODE_ANSWER_INVALID', 'the VET node did not answer with a block');
  }
  return { id, number: blockNumberOf(id) };
}
