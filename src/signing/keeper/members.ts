import { CustosError } from '../../core/errors.js';

/** Digits of base64 in one box. */
const LONGEST_BOX = 256 * 1024;

/** Reads a member by its name. */
export type Members = (name: string) => unknown;

/** Own properties only: an inherited one never came from the other side. */
export function membersOf(value: unknown): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw foreign();
  return (name) => (Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined);
}

/** @throws CustosError SIGNER_PROTOCOL */
export function listOf<T>(value: unknown, most: number, parse: (element: unknown) => T): T[] {
  if (!Array.isArray(value) || value.length > most) throw foreign();
  return value.map((element: unknown) => parse(element));
}

/** @throws CustosError SIGNER_PROTOCOL */
export function textOf(value: unknown, form: RegExp): string {
  if (typeof value !== 'string' || !form.test(value)) throw foreign();
  return value;
}

/** @throws CustosError SIGNER_PROTOCOL */
export function longTextOf(value: unknown, most: number): string {
  if (typeof value !== 'string' || value.length > most) throw foreign();
  return value;
}

/** @throws CustosError SIGNER_PROTOCOL */
export function networkOf(value: unknown): 'mainnet' | 'testnet' {
  if (value !== 'mainnet' && value !== 'testnet') throw foreign();
  return value;
}

/** A whole number from 0 on. @throws CustosError SIGNER_PROTOCOL */
export function wholeOf(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw foreign();
  return value;
}

/** Bytes in their only form of base64. @throws CustosError SIGNER_PROTOCOL */
export function bytesOf(value: unknown, most = LONGEST_BOX): Uint8Array {
  const text = longTextOf(value, most);
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw foreign();
  return new Uint8Array(bytes);
}

/** Whether a value has at most so many levels. */
export function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((member) => isShallow(member, levels - 1));
}

/** What a front gets that does not keep to the protocol. */
export function foreign(): CustosError {
  return new CustosError('SIGNER_PROTOCOL', 'a member of the question has a wrong form');
}

/** The text of a box. @throws CustosError RECORD_DAMAGED: a keeper would end the connection, and with it everything that waits there */
export function boxText(box: Uint8Array, most = LONGEST_BOX): string {
  const text = base64(box);
  if (text.length > most) throw new CustosError('RECORD_DAMAGED', 'a sealed part of the store is too long');
  return text;
}

/** Bytes as text. */
export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
