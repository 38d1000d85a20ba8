import { bech32 } from '@scure/base';

/** A hash with its kind, as an address of Bitcoin Cash holds it. */
export interface CashAddress {
  readonly type: 'pkh' | 'sh' | 'sh32';
  /** 20 bytes; 32 of `sh32`. */
  readonly hash: Uint8Array;
}

const LETTERS = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATORS = [0x98f2bc8e61n, 0x79b76d99e2n, 0xf33e5fb3c4n, 0xae2eabe2a8n, 0x1e4f43e470n];

/** Version byte of each kind: the kind in the higher bits, the length of the hash in the lower three. */
const VERSIONS = { pkh: 0x00, sh: 0x08, sh32: 0x0b } as const;
/** The same receivers in the forms that say they can hold tokens, too. */
const TOKEN_BIT = 0x10;

/** Writes an address with its prefix (CashAddr specification). */
export function showCashAddress(prefix: string, { type, hash }: CashAddress): string {
  const words = bech32.toWords(Uint8Array.from([VERSIONS[type], ...hash]));
  const sum = checksum(prefix, [...words, 0, 0, 0, 0, 0, 0, 0, 0]);
  const tail = Array.from({ length: 8 }, (_, at) => Number((sum >> BigInt(5 * (7 - at))) & 31n));
  return `${prefix}:${[...words, ...tail].map((word) => LETTERS[word]).join('')}`;
}

/** Reads an address, with its prefix or without; undefined for anything else. */
export function readCashAddress(text: string, prefix: string): CashAddress | undefined {
  if (text !== text.toLowerCase() && text !== text.toUpperCase()) return undefined;
  const lower = text.toLowerCase();
  const body = lower.startsWith(`${prefix}:`) ? lower.slice(prefix.length + 1) : lower;
  if (!/^([02-9ac-hj-np-z]{42}|[02-9ac-hj-np-z]{61})$/.test(body)) return undefined;
  const words = [...body].map((letter) => LETTERS.indexOf(letter));
  if (checksum(prefix, words) !== 0n) return undefined;
  const bytes = bech32.fromWordsUnsafe(words.slice(0, -8));
  const [version = 0xff] = bytes ?? [];
  const type = kinds.find((kind) => VERSIONS[kind] === (version & ~TOKEN_BIT));
  if (type === undefined || bytes?.length !== (type === 'sh32' ? 33 : 21)) return undefined;
  return { type, hash: bytes.slice(1) };
}

const kinds = ['pkh', 'sh', 'sh32'] as const;

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
