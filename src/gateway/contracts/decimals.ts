import { CustosError } from '../../core/errors.js';
import { checkField, requestInvalid } from '../../http/problems.js';
import { toSmallestUnit } from '../amounts.js';
import { bareAddress } from '../ethereum/bare-address.js';
import { tokenDecimals } from '../ethereum/destination.js';
import type { Place } from './operation.js';

/** An amount of a token in a request. */
export interface TokenAmount {
  readonly contract: string;
  readonly amount: string;
  /** Decimals that the request names; they are compared with those of the contract before the request is queued. */
  readonly digits?: number | undefined;
  /** Field with the amount. */
  readonly property: string;
}

/**
 * The amount in the token's smallest unit. Without decimals in the request the contract is asked.
 * @throws CustosError REQUEST_INVALID, NODE_*
 */
export async function scaled(place: Place, { contract, amount, digits, property }: TokenAmount): Promise<bigint> {
  const decimals = digits ?? (await decimalsOf(place, contract));
  return checkField(property, () => toSmallestUnit(amount, decimals));
}

/**
 * The decimals of a token: those that the operator has listed, with which the contract's have to agree, or the contract's.
 * @throws CustosError REQUEST_INVALID: the contract does not tell; CONFIG_INVALID: it tells others than the operator; NODE_*
 */
export async function decimalsOf({ gateway, chain }: Place, contract: string): Promise<number> {
  const read = bareAddress(gateway, chain);
  const tokens = [...(gateway.contracts.tokens.get(chain.id)?.values() ?? [])];
  const address = checkField('contractAddress', () => read(contract));
  const listed = tokens.find((token) => read(token.address) === address);
  const told = await tokenDecimals(gateway, chain, contract);
  if (listed !== undefined && told !== undefined && told !== listed.decimals) {
    const text = `--currency says that ${contract} has ${listed.decimals} decimals, and the contract says ${told}`;
    throw new CustosError('CONFIG_INVALID', text);
  }
  const known = listed?.decimals ?? told;
  if (known !== undefined) return known;
  const text = 'the contract does not tell its decimals: send digits with the request';
  throw requestInvalid([{ property: 'contractAddress', rule: 'decimals', text }]);
}
