import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { invalid, listOf, objectOf, onlyMembers, textOf } from '../shared/fields.js';
import { smallestUnits } from '../shared/units.js';

/** A value in JSON-Cadence; the order of the members is that of the signed bytes. */
export interface CadenceArgument {
  readonly type: string;
  readonly value: string | boolean | readonly CadenceArgument[];
}

const UFIX64_MOST = 2n ** 64n - 1n;
const FIX64_LEAST = 2n ** 63n;
const DECIMALS = 8;
const UNIT = 10n ** 8n;
const MOST_ARGUMENTS = 1000;

interface WholeType {
  /** Absent: no bounds. */
  readonly bits?: number;
  readonly signed: boolean;
}

const sizes = [8, 16, 32, 64, 128, 256];
const wholeTypes: ReadonlyMap<string, WholeType> = new Map<string, WholeType>([
  ...sizes.map((bits): [string, WholeType] => [`Int${bits}`, { bits, signed: true }]),
  ...sizes.map((bits): [string, WholeType] => [`UInt${bits}`, { bits, signed: false }]),
  ...sizes.map((bits): [string, WholeType] => [`Word${bits}`, { bits, signed: false }]),
  ['Int', { signed: true }],
  ['UInt', { signed: false }],
]);

/** @param address - 16 hexadecimal digits, with or without 0x   @throws CustosError TRANSACTION_INVALID */
export function flowAddress(value: unknown, name: string): string {
  const digits = /^(?:0x)?([0-9a-f]{16})$/i.exec(textOf(value, name))?.[1];
  if (digits === undefined) throw invalid(`${name} is ${quote(value)}, not an address of 16 hexadecimal digits`);
  return digits.toLowerCase();
}

/** Address argument. The digits keep their case, because they are signed as text. */
export function addressArgument(value: unknown, name: string): CadenceArgument {
  flowAddress(value, name);
  const text = textOf(value, name);
  return { type: 'Address', value: /^0x/i.test(text) ? `0x${text.slice(2)}` : `0x${text}` };
}

/** @param amount - in 1/10^8 */
export function ufix64(amount: bigint): CadenceArgument {
  return { type: 'UFix64', value: decimal(amount) };
}

/** Writes 1/10^8 with all eight decimals. */
export function decimal(amount: bigint): string {
  return `${amount / UNIT}.${(amount % UNIT).toString().padStart(8, '0')}`;
}

/**
 * Reads an amount in coins, exactly.
 * @returns in 1/10^8
 * @throws CustosError AMOUNT_INVALID: no plain decimal number, more than 8 decimals, zero, or above the largest UFix64
 */
export function amountOf(value: unknown, name: string): bigint {
  const text = typeof value === 'number' ? String(value) : value;
  const [, whole, fraction] = typeof text === 'string' ? (/^\+?(\d{0,38})(?:\.(\d{0,38}))?$/.exec(text) ?? []) : [];
  const isNumber = whole !== undefined && `${whole}${fraction ?? ''}` !== '';
  const amount = isNumber ? smallestUnits(whole, fraction ?? '', DECIMALS) : undefined;
  if (amount === undefined) {
    throw new CustosError('AMOUNT_INVALID', `${name} is ${quote(value)}, not an amount with at most 8 decimals`);
  }
  if (amount === 0n || amount > UFIX64_MOST) {
    throw new CustosError(
      'AMOUNT_INVALID',
      `${name} is ${quote(value)}, which is not above 0 and at most 184467440737`,
    );
  }
  return amount;
}

/**
 * Reads the arguments of a custom transaction: `{type, value, subType?}` each, `subType` being that of an array's members.
 * @throws CustosError TRANSACTION_INVALID; TRANSACTION_UNSUPPORTED: a type that is not written as plain text
 */
export function readArguments(value: unknown): CadenceArgument[] {
  const list = listOf(value ?? [], 'args');
  if (list.length > MOST_ARGUMENTS) throw invalid(`args has more than ${MOST_ARGUMENTS} members`);
  return list.map((entry, position) => {
    const name = `args[${position}]`;
    const fields = objectOf(entry, name);
    onlyMembers(fields, ['type', 'value', 'subType'], name);
    const type = textOf(fields['type'], `${name}.type`);
    if (type !== 'Array') return simple(type, fields['value'], name);
    const subType = textOf(fields['subType'], `${name}.subType`);
    const members = listOf(fields['value'], `${name}.value`);
    if (members.length > MOST_ARGUMENTS) throw invalid(`${name} has more than ${MOST_ARGUMENTS} members`);
    return { type, value: members.map((member, at) => simple(subType, member, `${name}.value[${at}]`)) };
  });
}

function simple(type: string, value: unknown, name: string): CadenceArgument {
  const whole = wholeTypes.get(type);
  if (whole !== undefined) return { type, value: wholeText(value, { type, ...whole }, name) };
  switch (type) {
    case 'String':
      return { type, value: textOf(value, name) };
    case 'Character':
      return { type, value: character(value, name) };
    case 'Bool':
      if (typeof value !== 'boolean') throw invalid(`${name} is ${quote(value)}, not true or false`);
      return { type, value };
    case 'Address':
      return addressArgument(value, name);
    case 'UFix64':
    case 'Fix64':
      return { type, value: fixedText(type, value, name) };
    default:
      throw new CustosError('TRANSACTION_UNSUPPORTED', `${name} has the type ${quote(type)}`);
  }
}

function wholeText(value: unknown, kind: WholeType & { readonly type: string }, name: string): string {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== 'string' || !/^-?\d{1,100}$/.test(text)) {
    throw invalid(`${name} is ${quote(value)}, not a whole number of type ${kind.type}`);
  }
  const number = BigInt(text);
  const { bits, signed } = kind;
  const least = signed ? (bits === undefined ? undefined : -(2n ** BigInt(bits - 1))) : 0n;
  const most = bits === undefined ? undefined : 2n ** BigInt(signed ? bits - 1 : bits) - 1n;
  if ((least !== undefined && number < least) || (most !== undefined && number > most)) {
    throw invalid(`${name} is ${quote(value)}, which does not fit ${kind.type}`);
  }
  return number.toString();
}

function fixedText(type: 'UFix64' | 'Fix64', value: unknown, name: string): string {
  const [, sign = '', whole, decimals] = /^(-?)(\d{1,12})\.(\d{1,8})$/.exec(textOf(value, name)) ?? [];
  const isNumber = whole !== undefined && decimals !== undefined && (sign === '' || type === 'Fix64');
  const amount = isNumber ? smallestUnits(whole, decimals, DECIMALS) : undefined;
  if (amount === undefined || decimals === undefined) {
    throw invalid(`${name} is ${quote(value)}, not a number with one to eight decimals`);
  }
  const most = type === 'UFix64' ? UFIX64_MOST : sign === '-' ? FIX64_LEAST : FIX64_LEAST - 1n;
  if (amount > most) throw invalid(`${name} is ${quote(value)}, which does not fit ${type}`);
  return `${sign}${whole}.${decimals.padEnd(8, '0')}`;
}

function character(value: unknown, name: string): string {
  const text = textOf(value, name);
  if ([...new Intl.Segmenter().segment(text)].length !== 1)
    throw invalid(`${name} is ${quote(value)}, not one character`);
  return text;
}
