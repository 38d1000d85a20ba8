import { CustosError } from '../../core/errors.js';

/** Digits of base64 of a sealed part of a record. */
export const LONGEST_BOX = 256 * 1024;

/** Reads one member of what the other side sent. */
export type Members = (name: string) => unknown;

/** Own properties only: an inherited one never came from the other side. */
export function membersOf(value: unknown): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw foreign();
  return (name) => (Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined);
}

export function listOf<T>(value: unknown, most: number, parse: (element: unknown) => T): T[] {
  if (!Array.isArray(value) || value.length > most) throw foreign();
  return value.map((element: unknown) => parse(element));
}

export function textOf(value: unknown, form: RegExp): string {
  if (typeof value !== 'string' || !form.test(value)) throw foreign();
  return value;
}

export function longTextOf(value: unknown, most: number): string {
  if (typeof value !== 'string' || value.length > most) throw foreign();
  return value;
}

export function networkOf(value: unknown): 'mainnet' | 'testnet' {
  if (value !== 'mainnet' && value !== 'testnet') throw foreign();
  return value;
}

export function wholeOf(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw foreign();
  return value;
}

export function bytesOf(value: unknown, most = LONGEST_BOX): Uint8Array {
  const text = longTextOf(value, most);
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw foreign();
  return new Uint8Array(bytes);
}

export function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((member) => isShallow(member, levels - 1));
}

export function foreign(): CustosError {
  return new CustosError('SIGNER_PROTOCOL', 'a member of the question has a wrong form');
}
