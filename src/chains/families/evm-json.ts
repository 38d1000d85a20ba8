import { CustosError, type ErrorCode } from '../../core/errors.js';
import { quote } from '../../core/ids.js';

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

// JSON.parse silently keeps the last of two members with one name, so the (valid) text is walked once more.
function repeatedMember(text: string): string | undefined {
  // Names of each object that is open, and none for a list.
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '{' || sign === '[') open.push(sign === '{' ? new Set() : undefined);
    if (sign === '}' || sign === ']') open.pop();
    if (sign !== '"') continue;
    const end = endOfString(text, at);
    const seen = open.at(-1);
    if (seen !== undefined && isName(text, end)) {
      const name: unknown = JSON.parse(text.slice(at, end + 1));
      if (typeof name !== 'string' || seen.has(name)) return String(name);
      seen.add(name);
    }
    at = end;
  }
  return undefined;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function isName(text: string, end: number): boolean {
  let at = end + 1;
  while (' \t\r\n'.includes(text.charAt(at)) && at < text.length) at += 1;
  return text[at] === ':';
}
