import { base64 } from '@scure/base';
import { quote } from '../../core/ids.js';
import { isObject } from '../../core/json.js';
import { type Fields, invalid, listOf, textOf } from '../shared/fields.js';
import { checksumOf, readAddress } from './address.js';

/**
 * Reads bytes as JavaScript libraries print them: `{"type":"Buffer","data":[…]}`, `{"0":…,"1":…}`, a list, or base 64.
 * @returns no bytes where the member is missing
 * @throws CustosError TRANSACTION_INVALID
 */
export function bytesOf(value: unknown, name: string): Uint8Array {
  if (value === undefined || value === null) return new Uint8Array(0);
  if (typeof value === 'string') return fromBase64(value, name);
  if (!isObject(value)) return fromList(listOf(value, name), name);
  if (value['type'] === 'Buffer') return fromList(listOf(value['data'], name), name);
  const places = Object.keys(value);
  // Members with these names always come in ascending order (ECMAScript, OrdinaryOwnPropertyKeys).
  if (!places.every((place, at) => place === String(at))) throw invalid(`${name} is not a row of bytes`);
  return fromList(Object.values(value), name);
}

/** Bytes of a fixed length. A missing member and one of zeros alone mean the same: no bytes. @throws CustosError TRANSACTION_INVALID */
export function fixedOf(value: unknown, name: string, length = 32): Uint8Array | undefined {
  const bytes = bytesOf(value, name);
  if (bytes.length !== 0 && bytes.length !== length) {
    throw invalid(`${name} has ${bytes.length} bytes, not ${length}`);
  }
  return bytes.some((byte) => byte !== 0) ? bytes : undefined;
}

/**
 * Reads an account: `{publicKey,checksum}` as a library prints it, or an address.
 * @returns its public key; undefined where the member is missing or is the account of zeros, which stands for no account
 * @throws CustosError TRANSACTION_INVALID, ADDRESS_INVALID
 */
export function accountOf(value: unknown, name: string): Uint8Array | undefined {
  if (value === undefined || value === null) return undefined;
  const key = typeof value === 'string' ? readAddress(value) : keyOf(value, name);
  return key.some((byte) => byte !== 0) ? key : undefined;
}

/** Bytes as JSON prints those of a library. */
export function printedBytes(bytes: Uint8Array): Fields {
  return Object.fromEntries(bytes.entries());
}

/** An account as a library prints it. @throws CustosError ADDRESS_INVALID */
export function printedAccount(address: string): Fields {
  const key = readAddress(address);
  return { publicKey: printedBytes(key), checksum: printedBytes(checksumOf(key)) };
}

/** @throws CustosError TRANSACTION_INVALID */
export function flagOf(value: unknown, name: string): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  throw invalid(`${name} is ${quote(value)}, not true or false`);
}

/** @param most - bytes of UTF-8   @throws CustosError TRANSACTION_INVALID */
export function shortTextOf(value: unknown, name: string, most: number): string {
  if (value === undefined || value === null) return '';
  const text = textOf(value, name);
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > most) throw invalid(`${name} has ${bytes.length} bytes, at most ${most} are allowed`);
  if (new TextDecoder().decode(bytes) !== text) throw invalid(`${name} is not well-formed Unicode`);
  return text;
}

/** True for what libraries print for a member that is not set. */
export function isUnset(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isObject(value)) {
    return value['type'] === 'Buffer' ? isUnset(value['data']) : Object.keys(value).length === 0;
  }
  return value === undefined || value === null || value === false || value === 0 || value === '';
}

function keyOf(value: unknown, name: string): Uint8Array {
  if (!isObject(value)) throw invalid(`${name} is ${quote(value)}, not an account`);
  const { publicKey, checksum, ...rest }: Fields = value;
  const key = bytesOf(publicKey, `${name}.publicKey`);
  if (key.length !== 32) throw invalid(`${name}.publicKey has ${key.length} bytes, not 32`);
  const stated = bytesOf(checksum, `${name}.checksum`);
  const sum = checksumOf(key);
  const fits = stated.length === 0 || (stated.length === sum.length && stated.every((byte, at) => byte === sum[at]));
  if (!fits || Object.keys(rest).length > 0) throw invalid(`${name} is not an account, or its checksum does not match`);
  return key;
}

function fromList(list: readonly unknown[], name: string): Uint8Array {
  const bytes = new Uint8Array(list.length);
  for (const [at, value] of list.entries()) {
    const isByte = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 256;
    if (!isByte) throw invalid(`${name} holds something that is not a byte`);
    bytes[at] = value;
  }
  return bytes;
}

function fromBase64(text: string, name: string): Uint8Array {
  try {
    return base64.decode(text);
  } catch (error) {
    throw invalid(`${name} is not base 64`, error);
  }
}
