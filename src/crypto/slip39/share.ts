import { CustosError } from '../../core/errors.js';
import { shareWords } from './words.js';

/** One share, as its words say it. */
export interface Share {
  /** 15 random bits, the same in all shares of a secret. */
  readonly id: number;
  /** Whether the id is left out of the encryption, as in shares of today. */
  readonly isExtendable: boolean;
  /** Exponent of the work of the encryption. */
  readonly exponent: number;
  readonly group: number;
  readonly groupThreshold: number;
  readonly groups: number;
  /** Number of the share in its group, from 0. */
  readonly member: number;
  /** Shares of its group that are needed. */
  readonly threshold: number;
  readonly value: Uint8Array;
}

/** Words before the value, and of the checksum. */
const HEAD = 4;
const CHECKSUM = 3;
/** Words of a share of 128 bits, which is the shortest secret. */
const SHORTEST = 20;
const RADIX_BITS = 10;
const GENERATOR = [
  0xe0e040, 0x1c1c080, 0x3838100, 0x7070200, 0xe0e0009, 0x1c0c2412, 0x38086c24, 0x3090fc48, 0x21b1f890, 0x3f3f120,
];

/** @returns the words with blanks between them; the caller treats them as secret */
export function formatShare(share: Share): string {
  const { id, isExtendable, exponent, group, groupThreshold, groups, member, threshold, value } = share;
  const fields: readonly (readonly [number, number])[] = [
    [id, 15],
    [isExtendable ? 1 : 0, 1],
    [exponent, 4],
    [group, 4],
    [groupThreshold - 1, 4],
    [groups - 1, 4],
    [member, 4],
    [threshold - 1, 4],
  ];
  let head = 0n;
  for (const [field, bits] of fields) head = (head << BigInt(bits)) | BigInt(field);
  const words = [...digitsOf(head, HEAD), ...digitsOf(numberOf(value), Math.ceil((value.length * 8) / RADIX_BITS))];
  const checked = [...words, ...checksumOf(words, isExtendable)];
  return checked.map((index) => shareWords[index]).join(' ');
}

/**
 * Reads the words of a share. Case and further blanks do not matter, and neither does what follows the first four letters.
 * @throws CustosError RECOVERY_SHARE_INVALID: a word is foreign, there are too few words, or the checksum or another part is wrong
 */
export function parseShare(text: string): Share {
  const given = text.trim().toLowerCase().split(/\s+/);
  const indexes = given.map((word, at) => indexOf(word, at));
  if (indexes.length < SHORTEST)
    throw invalid(`it has ${given[0] === '' ? 0 : given.length} words, and a share has ${SHORTEST} or more`);
  const head = indexes.slice(0, HEAD).reduce((sum, index) => (sum << 10n) | BigInt(index), 0n);
  const field = (below: number, bits: number) => Number((head >> BigInt(below)) & ((1n << BigInt(bits)) - 1n));
  const isExtendable = field(24, 1) === 1;
  if (polymod([...customization(isExtendable), ...indexes]) !== 1)
    throw invalid('its checksum does not match: a word is mistyped, or two are exchanged');
  const [groups, groupThreshold] = [field(8, 4) + 1, field(12, 4) + 1];
  if (groupThreshold > groups) throw invalid('it needs more groups than there are');
  return {
    ...{ id: field(25, 15), isExtendable, exponent: field(20, 4), group: field(16, 4), groupThreshold, groups },
    ...{ member: field(4, 4), threshold: field(0, 4) + 1 },
    value: shareValueOf(indexes.slice(HEAD, -CHECKSUM)),
  };
}

/** The bits before the value fill its first word: at most eight, and zero. */
function shareValueOf(words: readonly number[]): Uint8Array {
  const bits = words.length * RADIX_BITS;
  const padding = bits % 16;
  if (padding > 8) throw invalid('it has an impossible number of words');
  const number = words.reduce((sum, index) => (sum << 10n) | BigInt(index), 0n);
  if (number >> BigInt(bits - padding) !== 0n) throw invalid('its padding is not zero');
  const bytes = new Uint8Array((bits - padding) / 8);
  let rest = number;
  for (let at = bytes.length - 1; at >= 0; at--) {
    bytes[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

/** The number of a word of which the first four letters are there. */
const byLetters = new Map(shareWords.map((word, index) => [word.slice(0, 4), index]));

function indexOf(word: string, at: number): number {
  const index = byLetters.get(word.slice(0, 4));
  const whole = index === undefined ? undefined : shareWords[index];
  if (index === undefined || whole === undefined || !whole.startsWith(word))
    throw invalid(`word ${at + 1} is not a word of a share`);
  return index;
}

function numberOf(bytes: Uint8Array): bigint {
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function digitsOf(number: bigint, count: number): number[] {
  return Array.from({ length: count }, (_, at) => Number((number >> BigInt((count - 1 - at) * RADIX_BITS)) & 0x3ffn));
}

function customization(isExtendable: boolean): readonly number[] {
  return [...Buffer.from(isExtendable ? 'shamir_extendable' : 'shamir')];
}

/** The Reed-Solomon code over GF(1024) of SLIP-39. */
function polymod(values: readonly number[]): number {
  let check = 1;
  for (const value of values) {
    const top = check >>> 20;
    check = ((check & 0xfffff) << 10) ^ value;
    for (const [bit, generator] of GENERATOR.entries()) if ((top >>> bit) & 1) check ^= generator;
  }
  return check;
}

function checksumOf(words: readonly number[], isExtendable: boolean): readonly number[] {
  const check = polymod([...customization(isExtendable), ...words, 0, 0, 0]) ^ 1;
  return [(check >>> 20) & 0x3ff, (check >>> 10) & 0x3ff, check & 0x3ff];
}

function invalid(why: string): CustosError {
  return new CustosError('RECOVERY_SHARE_INVALID', `the share is not valid: ${why}`);
}
