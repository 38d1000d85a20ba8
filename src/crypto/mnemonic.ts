import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { mnemonicToEntropy as entropyOf, generateMnemonic as generate, validateMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { CustosError } from '../core/errors.js';

/** Number of words of a BIP-39 mnemonic. */
export type WordCount = 12 | 15 | 18 | 21 | 24;

const stretch = promisify(pbkdf2);
const listWords: ReadonlySet<string> = new Set(wordlist);
const wordCounts: readonly number[] = [12, 15, 18, 21, 24];

/** Makes a new English mnemonic from the system's random source (BIP-39); 24 words hold 256 bits. */
export function generateMnemonic(words: WordCount = 24): string {
  return generate(wordlist, (words / 3) * 32);
}

/**
 * Checks a mnemonic and normalizes it to the form that is stored and stretched: NFKD, lower case, single spaces.
 * @throws CustosError MNEMONIC_INVALID: the number of words, the position of a word that is not in the English list,
 *   or the checksum (BIP-39); the message never repeats a word
 */
export function parseMnemonic(text: string): string {
  const words = normalize(text).split(' ');
  if (!wordCounts.includes(words.length)) {
    const count = words[0] === '' ? 0 : words.length;
    throw new CustosError('MNEMONIC_INVALID', `a mnemonic has 12, 15, 18, 21 or 24 words, this one has ${count}`);
  }
  const position = words.findIndex((word) => !listWords.has(word)) + 1;
  if (position > 0) throw new CustosError('MNEMONIC_INVALID', `word ${position} is not in the English list`);
  const mnemonic = words.join(' ');
  if (!validateMnemonic(mnemonic, wordlist)) {
    throw new CustosError('MNEMONIC_INVALID', 'the checksum does not match: a word or the order is wrong');
  }
  return mnemonic;
}

/**
 * Stretches a mnemonic into its seed, without a passphrase (BIP-39: PBKDF2-HMAC-SHA512, 2048 rounds).
 * @param mnemonic - as `parseMnemonic` returned it, as text or as its UTF-8 bytes; it is not checked again
 * @returns 64 bytes; the caller wipes them.
 */
export async function mnemonicToSeed(mnemonic: Uint8Array | string): Promise<Uint8Array> {
  const seed = await stretch(mnemonic, 'mnemonic', 2048, 64, 'sha512');
  return new Uint8Array(seed.buffer, seed.byteOffset, seed.length);
}

/**
 * The random bytes that a mnemonic encodes (BIP-39). Some chains derive keys from them directly.
 * @param mnemonic - as `parseMnemonic` returned it
 * @returns 16 to 32 bytes; the caller wipes them.
 */
export function mnemonicToEntropy(mnemonic: string): Uint8Array {
  return entropyOf(mnemonic, wordlist);
}

function normalize(text: string): string {
  return text.normalize('NFKD').toLowerCase().trim().replace(/\s+/gu, ' ');
}
