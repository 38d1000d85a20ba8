import type { NodeClient } from '../../../core/chain/node.js';
import { CustosError } from '../../../core/errors.js';
import { bytesToBigInt, bytesToHex } from '../../shared/hexadecimal.js';
import { knownMethods } from './methods.js';

/** Contracts that are part of a network have the lowest addresses; some of them show no code. */
const FIRST_FREE = 0x10000n;

/** True for a call that means something to a contract only: one of a method that is known. */
export function needsCode({ to, data }: { readonly to?: Uint8Array; readonly data?: Uint8Array }): boolean {
  if (to === undefined || data === undefined || bytesToBigInt(to) < FIRST_FREE) return false;
  return knownMethods.has(bytesToHex(data.subarray(0, 4)));
}

/**
 * Refuses a call to an address without code: it would move nothing, yet the chain would record a success.
 * @throws CustosError RECEIVER_UNFIT; NODE_*
 */
export async function checkCode(to: Uint8Array, node: NodeClient): Promise<void> {
  const address = bytesToHex(to);
  const code = await node.rpc('eth_getCode', [address, 'latest']);
  if (typeof code !== 'string' || !/^0x([0-9a-f]{2})*$/i.test(code)) {
    throw new CustosError('NODE_ANSWER_INVALID', `the node answered with something other than the code of ${address}`);
  }
  if (code === '0x') throw withoutCode(address);
}

export function withoutCode(address: string): CustosError {
  return new CustosError('RECEIVER_UNFIT', `there is no contract at ${address}, so this call would move nothing`);
}
