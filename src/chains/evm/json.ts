import { CustosError, type ErrorCode } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { repeatedMember } from '../../core/text/repeated-member.js';

/** The members of one JSON object; a member that is null counts as absent. */
export type JsonMembers = ReadonlyMap<string, unknown>;

/**
 * Reads the text of one JSON object, strictly.
 * @throws CustosError TRANSACTION_INVALID: no JSON, no object, or the same member twice (readers disagree about which one counts)
 */
export function readJsonObject(text: string): JsonMembers {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CustosError('TRANSACTION_INVALID', `the transaction is ${quote(value)}, not a JSON object`);
  }
  checkMembersOnce(text);
  return new Map(Object.entries(value).filter(([, member]) => member !== null));
}

/**
 * Holds that no object of a valid JSON text names a member twice, however deep: readers disagree about which one counts.
 * @throws CustosError TRANSACTION_INVALID
 */
export function checkMembersOnce(text: string): void {
  const repeated = repeatedMember(text);
  if (repeated === undefined) return;
  throw new CustosError('TRANSACTION_INVALID', `the transaction names ${quote(repeated)} twice`);
}

/** How a quantity is named in messages, which code its errors have, and the largest that is allowed. */
export interface QuantityRule {
  readonly name: string;
  readonly code: ErrorCode;
  readonly max: bigint;
}

/**
 * Reads a quantity: a whole JSON number up to 2^53-1, a decimal text, or 0x and hexadecimal digits.
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CustosError('TRANSACTION_INVALID', 'the transaction is not JSON', { cause: error });
  }
}
