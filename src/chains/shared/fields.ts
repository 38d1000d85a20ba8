import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { isObject, type JsonObject } from '../../core/json.js';
import { repeatedMember } from '../../core/text/repeated-member.js';

export { isObject };

/** A JSON object from outside, not checked further. */
export type Fields = JsonObject;

/** Reads the text form of a request that is a JSON object. @throws CustosError TRANSACTION_INVALID */
export function readObject(text: string): Fields {
  return objectOf(readJson(text), 'serializedTransaction');
}

/** Reads JSON in which no object repeats a member, because readers differ about which one counts. @throws CustosError TRANSACTION_INVALID */
export function readJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CustosError('TRANSACTION_INVALID', 'serializedTransaction is not JSON', { cause: error });
  }
  const name = repeatedMember(text);
  if (name === undefined) return value;
  throw new CustosError('TRANSACTION_INVALID', `serializedTransaction has the member ${quote(name)} twice`);
}

/** @throws CustosError TRANSACTION_INVALID */
export function objectOf(value: unknown, name: string): Fields {
  if (isObject(value)) return value;
  throw invalid(`${name} is ${quote(value)}, not an object`);
}

/** @throws CustosError TRANSACTION_INVALID */
export function listOf(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw invalid(`${name} is ${quote(value)}, not a list`);
}

/** @throws CustosError TRANSACTION_INVALID */
export function textOf(value: unknown, name: string): string {
  if (typeof value === 'string') return value;
  throw invalid(`${name} is ${quote(value)}, not a text`);
}

/** A whole number from 0 to `most`: a JSON number that is exact, or decimal digits. @throws CustosError TRANSACTION_INVALID */
export function wholeOf(value: unknown, name: string, most = 2n ** 64n - 1n): bigint {
  const isWhole = typeof value === 'number' ? Number.isSafeInteger(value) && value >= 0 : isDigits(value);
  if (!isWhole) throw invalid(`${name} is ${quote(value)}, not a whole number`);
  const number = BigInt(value as number | string);
  if (number > most) throw invalid(`${name} is ${number}, more than ${most}`);
  return number;
}

/** A whole number that fits a JavaScript number. @throws CustosError TRANSACTION_INVALID */
export function smallOf(value: unknown, name: string, most = 0xffffffff): number {
  return Number(wholeOf(value, name, BigInt(most)));
}

/** Bytes in hexadecimal digits without a prefix. @param length - that they must have   @throws CustosError TRANSACTION_INVALID */
export function hexOf(value: unknown, name: string, length?: number): Uint8Array {
  const text = textOf(value, name);
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) throw invalid(`${name} is not hexadecimal`);
  if (length !== undefined && text.length !== length * 2) {
    throw invalid(`${name} has ${text.length / 2} bytes, not ${length}`);
  }
  return new Uint8Array(Buffer.from(text, 'hex'));
}

/** @throws CustosError TRANSACTION_INVALID: a member that is none of these, so that nothing is signed without being looked at */
export function onlyMembers(fields: Fields, names: readonly string[], where: string): void {
  const foreign = Object.keys(fields).find((name) => !names.includes(name));
  if (foreign !== undefined) throw invalid(`${where} has the unknown member ${quote(foreign)}`);
}

export function invalid(message: string, cause?: unknown): CustosError {
  return new CustosError('TRANSACTION_INVALID', message, cause === undefined ? {} : { cause });
}

function isDigits(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9]{1,40}$/.test(value);
}
