import { CustosError } from '../../core/errors.js';
import { decodeResult, encodeCall } from '../ethereum/abi.js';
import { bareAddress } from '../ethereum/bare-address.js';
import { contractNode } from '../ethereum/contract-node.js';
import { isContractFault } from '../ethereum/destination.js';
import type { AbiParameter } from '../requests.js';
import type { Place } from './operation.js';

/** An argument of a call: addresses as 0x and 40 digits, bytes as 0x and digits. */
export type Argument = string | bigint | boolean | readonly Argument[];

/** The zero address, by which contracts mean that there is no token. */
export const NO_TOKEN = `0x${'0'.repeat(40)}`;

/** The data of a call. @param signature - of the method, e.g. `mint(address,uint256)` */
export function callData(signature: string, values: readonly Argument[]): string {
  const [methodName = ''] = signature.split('(');
  const types = signature.slice(methodName.length + 1, -1);
  const inputs = types === '' ? [] : types.split(',').map((type) => ({ type }));
  return encodeCall({ methodName, methodABI: { inputs }, params: values.map(written) }, (address) => address);
}

/** The data that creates a contract. @param types - of the constructor's arguments */
export function creationData(code: string, types: readonly string[], values: readonly Argument[]): string {
  // Arguments are written as those of a method, whose selector has four bytes.
  return `${code}${callData(`constructor(${types.join(',')})`, values).slice(10)}`;
}

function written(value: Argument): unknown {
  if (typeof value === 'bigint') return value.toString();
  return Array.isArray(value) ? value.map(written) : value;
}

interface Question {
  readonly to: string;
  readonly data: string;
  /** Types of the answer. */
  readonly results: readonly (string | AbiParameter)[];
}

/**
 * Asks a contract.
 * @returns the answer as `decodeResult` gives it, or undefined if the contract has no such method or refuses the question
 * @throws CustosError NODE_UNREACHABLE
 */
export async function askContract({ gateway, chain }: Place, { to, data, results }: Question): Promise<unknown> {
  const address = bareAddress(gateway, chain)(to);
  try {
    const answer = await contractNode(gateway, chain).call(address, data);
    return decodeResult(
      results.map((type) => (typeof type === 'string' ? { type } : type)),
      answer,
    );
  } catch (error) {
    if (isContractFault(error)) return undefined;
    throw error;
  }
}

/** A text that is an address, as contracts see it. @throws CustosError NODE_ANSWER_INVALID */
export function addressAnswer(value: unknown, what: string): string {
  if (typeof value === 'string' && /^0x[0-9a-fA-F]{40}$/.test(value)) return value.toLowerCase();
  throw new CustosError('NODE_ANSWER_INVALID', `the contract's answer to ${what} is not an address`);
}
