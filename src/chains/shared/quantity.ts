import { CustosError, type ErrorCode } from '../../core/errors.js';
import { quote } from '../../core/ids.js';

/** How messages name a quantity, which code its errors have, and the largest that is allowed. */
export interface QuantityRule {
  readonly name: string;
  readonly code: ErrorCode;
  readonly max: bigint;
}

/**
 * Reads a quantity from JSON: a whole number up to 2^53-1, a decimal text, or 0x and hexadecimal digits.
 * @throws CustosError with the code of the rule
 */
export function readQuantity(value: unknown, rule: QuantityRule): bigint {
  const number = toBigInt(value);
  if (number === undefined) throw new CustosError(rule.code, `${rule.name} is ${quote(value)}, not a whole number`);
  if (number > rule.max) throw new CustosError(rule.code, `${rule.name} is ${quote(value)}, more than ${rule.max}`);
  return number;
}

function toBigInt(value: unknown): bigint | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined;
  if (typeof value !== 'string' || value.length > 78) return undefined;
  return /^(0|[1-9][0-9]*|0x[0-9a-fA-F]+)$/.test(value) ? BigInt(value) : undefined;
}
