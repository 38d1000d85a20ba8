import { bech32 } from '@scure/base';

/** A hash with its kind, as an address of Bitcoin Cash holds it. */
export interface CashAddress {
  readonly type: 'pkh' | 'sh';
  /** 20 bytes. */
  readonly hash: Uint8Array;
}

const LETTERS = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATORS = [0x98f2bc8e61n, 0x79b76d99e2n, 0xf33e5fb3c4n, 0xae2eabe2a8n, 0x1e4f43e470n];

/** Writes an address with its prefix (CashAddr specification). */
export function showCashAddress(prefix: string, { type, hash }: CashAddress): string {
  const words = bech32.toWords(Uint8Array.from([type === 'pkh' ? 0 : 8, ...hash]));
  const sum = checksum(prefix, [...words, 0, 0, 0, 0, 0, 0, 0, 0]);
  const tail = Array.from({ length: 8 }, (_, at) => Number((sum >> BigInt(5 * (7 - at))) & 31n));
  return `${prefix}:${[...words, ...tail].map((word) => LETTERS[word]).join('')}`;
}

/** Reads an address, with its prefix or without; undefined for anything else. */
export function readCashAddress(text: string, prefix: string): CashAddress | undefined {
  if (text !== text.toLowerCase() && text !== text.toUpperCase()) return undefined;
  const lower = text.toLowerCase();
  const body = lower.startsWith(`${prefix}:`) ? lower.slice(prefix.length + 1) : lower;
  if (!/^[02-9ac-hj-np-z]{42}$/.test(body)) return undefined;
  const words = [...body].map((letter) => LETTERS.indexOf(letter));
  if (checksum(prefix, words) !== 0n) return undefined;
  const bytes = bech32.fromWordsUnsafe(words.slice(0, -8));
  const version = bytes?.[0];
  if (bytes?.length !== 21 || (version !== 0 && version !== 8)) return undefined;
  return { type: version === 0 ? 'pkh' : 'sh', hash: bytes.slice(1) };
}

function checksum(prefix: string, words: readonly number[]): bigint {
  let sum = 1n;
  for (const word of [...[...prefix].map((letter) => letter.charCodeAt(0) & 31), 0, ...words]) {
    const top = sum >> 35n;
    sum = ((sum & 0x07ffffffffn) << 5n) ^ BigInt(word);
    GENERATORS.forEach((generator, bit) => {
      if ((top >> BigInt(bit)) & 1n) sum ^= generator;
    });
  }
  return sum ^ 1n;
}
