import type { ParseContext } from '../../core/chain/codec.js';
import { CustosError } from '../../core/errors.js';
import type { Network } from '../../core/ids.js';
import type { AccessEntry } from './format.js';
import { AUTHORIZATION_GAS, type Authorization } from './forms/authorizations.js';

/** What the gas of a transaction depends on before any code runs. */
export interface GasInput {
  readonly to?: Uint8Array;
  readonly data: Uint8Array;
  readonly accessList: readonly AccessEntry[];
  readonly authorizations?: readonly Authorization[];
}

/**
 * The gas that a transaction costs before any code runs: 21000, 4 or 16 for a byte of data (EIP-2028), 32000 and 2 for each word
 * of code for a contract creation (EIP-2, EIP-3860), 2400 for an address and 1900 for a storage key named in advance (EIP-2930), and 25000 for
 * each account that gets code (EIP-7702).
 */
export function intrinsicGas({ to, data, accessList, authorizations = [] }: GasInput): bigint {
  let gas = 21000;
  for (const byte of data) gas += byte === 0 ? 4 : 16;
  if (to === undefined) gas += 32000 + 2 * Math.ceil(data.length / 32);
  for (const { storageKeys } of accessList) gas += 2400 + 1900 * storageKeys.length;
  return BigInt(gas) + AUTHORIZATION_GAS * BigInt(authorizations.length);
}

/** What a chain has taken over of Ethereum's later rules. */
export interface GasRules {
  /** A transaction costs at least 10 for a zero byte of data and 40 for any other one, whatever its code does (EIP-7623). */
  readonly dataFloor?: true;
  /** The highest gas limit of a transaction (EIP-7825). */
  readonly cap?: bigint;
}

/** The least that a gas limit may be where data has a floor: 21000, and 10 or 40 for a byte of data (EIP-7623). */
export function flooredGas({ data }: Pick<GasInput, 'data'>): bigint {
  return BigInt(data.reduce((gas, byte) => gas + (byte === 0 ? 10 : 40), 21000));
}

/** @throws CustosError GAS_TOO_LOW; TRANSACTION_INVALID: above the highest limit that the network takes */
export function checkGas(gas: bigint, input: GasInput, { dataFloor, cap }: GasRules): void {
  const intrinsic = intrinsicGas(input);
  const floored = dataFloor === true ? flooredGas(input) : 0n;
  const needed = floored > intrinsic ? floored : intrinsic;
  if (gas < needed) {
    throw new CustosError('GAS_TOO_LOW', `the gas limit is ${gas}, the transaction needs at least ${needed}`);
  }
  if (cap !== undefined && gas > cap) {
    throw new CustosError('TRANSACTION_INVALID', `the gas limit is ${gas}, a transaction may have ${cap} at the most`);
  }
}

/**
 * The rules of a chain id. A development chain runs whatever version it was started with, so there only the oldest rules hold,
 * which all have; the same while the node has not said yet which of the two it is.
 */
export function gasRulesFor(
  {
    gasRules,
    chainIds,
  }: { readonly gasRules: GasRules; readonly chainIds: Readonly<Record<Network, readonly bigint[]>> },
  chainId: bigint | undefined,
  { network, developmentChainId }: Pick<ParseContext, 'network' | 'developmentChainId'>,
): GasRules {
  if (chainId === undefined) return developmentChainId === undefined ? gasRules : {};
  return chainIds[network].includes(chainId) ? gasRules : {};
}
