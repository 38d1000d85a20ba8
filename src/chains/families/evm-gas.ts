import { CustosError } from '../../core/errors.js';
import type { AccessEntry } from './evm-format.js';

/** What the gas of a transaction depends on before any code runs. */
export interface GasInput {
  readonly to?: Uint8Array;
  readonly data: Uint8Array;
  readonly accessList: readonly AccessEntry[];
}

/**
 * The gas that a transaction costs before any code runs: 21000, 4 or 16 for a byte of data (EIP-2028), 32000 and 2 for each word
 * of code for a contract creation (EIP-2, EIP-3860), 2400 for an address and 1900 for a storage key named beforehand (EIP-2930).
 */
export function intrinsicGas({ to, data, accessList }: GasInput): bigint {
  let gas = 21000;
  for (const byte of data) gas += byte === 0 ? 4 : 16;
  if (to === undefined) gas += 32000 + 2 * Math.ceil(data.length / 32);
  for (const { storageKeys } of accessList) gas += 2400 + 1900 * storageKeys.length;
  return BigInt(gas);
}

/** @throws CustosError GAS_TOO_LOW */
export function checkGas(gas: bigint, input: GasInput): void {
  const needed = intrinsicGas(input);
  if (gas < needed)
    throw new CustosError('GAS_TOO_LOW', `the gas limit is ${gas}, the transaction needs at least ${needed}`);
}
