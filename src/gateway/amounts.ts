import { CustosError } from '../core/errors.js';
import { quote } from '../core/ids.js';

/** Most that an EVM word can hold. */
const MAX_UINT256 = 2n ** 256n - 1n;

/**
 * Turns a decimal text into a whole number of the smallest unit, exactly and without floating point.
 * @param text - digits with at most one point and an optional plus sign, e.g. `0.1`, `.5`, `5.`
 * @param decimals - how many decimals the unit has
 * @throws CustosError AMOUNT_INVALID: not a decimal, more decimals than the unit has, or above 2^256-1
 */
export function toSmallestUnit(text: string, decimals: number): bigint {
  const match = /^\+?(?:(\d+)(?:\.(\d*))?|\.(\d+))$/.exec(text);
  if (!match || text.length > 120) throw new CustosError('AMOUNT_INVALID', `${quote(text)} is not a decimal amount`);
  const fraction = (match[2] ?? match[3] ?? '').replace(/0+$/, '');
  if (fraction.length > decimals) {
    throw new CustosError('AMOUNT_INVALID', `${quote(text)} has more than ${decimals} decimals`);
  }
  const amount = BigInt((match[1] ?? '0') + fraction.padEnd(decimals, '0'));
  if (amount > MAX_UINT256) throw new CustosError('AMOUNT_INVALID', `${quote(text)} is above 2^256-1`);
  return amount;
}
