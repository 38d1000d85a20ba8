import { base32nopad, base64, hex } from '@scure/base';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { CustosError } from '../../core/errors.js';
import { publicKey } from '../../crypto/ed25519.js';
import { sha512t256 } from '../../crypto/hash.js';
import { seedOf } from '../shared/seed-of.js';
import { tryDecode } from '../shared/try-decode.js';

/** Words of Algorand's own mnemonic: 24 for the seed, one for its checksum. */
const WORDS = 25;
const BITS_OF_WORD = 11;
const places: ReadonlyMap<string, number> = new Map(wordlist.map((word, place) => [word, place]));

/** The secret as Tatum KMS keeps it: seed and public key in base 32 without padding, 103 characters. */
export function encodeSecret(seed: Uint8Array): string {
  const both = Uint8Array.from([...seed, ...publicKey(seed)]);
  const text = base32nopad.encode(both);
  both.fill(0);
  return text;
}

/**
 * Reads a secret: seed and public key (64 bytes) or the seed alone (32 bytes) in base 32, base 64 or hexadecimal digits, or
 * Algorand's 25 words.
 * @returns the seed, 32 bytes
 * @throws CustosError PRIVATE_KEY_INVALID: form, length, a public key that does not belong to the seed; MNEMONIC_INVALID
 */
export function decodeSecret(text: string): Uint8Array {
  const words = decodeMnemonic(text);
  if (words !== undefined) return words;
  const bytes = bytesOfSecret(text);
  if (bytes === undefined) {
    const forms = '103 characters of base 32, 128 hexadecimal digits, base 64 of 64 bytes, or the seed alone';
    throw new CustosError('PRIVATE_KEY_INVALID', `the secret is no Algorand key: ${forms}`);
  }
  const seed = seedOf(bytes);
  if (seed !== undefined) return seed;
  throw new CustosError('PRIVATE_KEY_INVALID', 'the second half of the secret is not its public key');
}

/**
 * Reads Algorand's own mnemonic: 25 words of the BIP-39 list that spell the seed, lowest bits first, and its checksum.
 * @returns the seed, 32 bytes; undefined when the text has another number of words
 * @throws CustosError MNEMONIC_INVALID: a word that is not in the list, the checksum; the message never repeats a word
 */
export function decodeMnemonic(text: string): Uint8Array | undefined {
  const words = text.normalize('NFKD').toLowerCase().trim().split(/\s+/u);
  if (words.length !== WORDS) return undefined;
  const numbers = words.map((word) => places.get(word));
  const position = numbers.indexOf(undefined) + 1;
  if (position > 0) throw new CustosError('MNEMONIC_INVALID', `word ${position} is not in the English list`);
  const known = numbers.filter((number) => number !== undefined);
  const bytes = bytesOfWords(known.slice(0, -1));
  const seed = bytes.slice(0, 32);
  // 24 words have eight bits more than the seed; a mnemonic with any of them set would not be the one of its key.
  const isWhole = bytes[32] === 0 && checkWord(seed) === known.at(-1);
  bytes.fill(0);
  if (isWhole) return seed;
  seed.fill(0);
  throw new CustosError('MNEMONIC_INVALID', 'the checksum does not match: a word or the order is wrong');
}

/** First eleven bits of SHA-512/256, lowest first. */
function checkWord(seed: Uint8Array): number {
  const [low = 0, high = 0] = sha512t256(seed);
  return (low | (high << 8)) & 0x7ff;
}

function bytesOfWords(numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array((numbers.length * BITS_OF_WORD) / 8);
  let [held, bits, at] = [0, 0, 0];
  for (const number of numbers) {
    held |= number << bits;
    for (bits += BITS_OF_WORD; bits >= 8; bits -= 8) {
      bytes[at++] = held & 0xff;
      held >>>= 8;
    }
  }
  return bytes;
}

/** 64 or 32 bytes; the number of characters says which form it is. */
function bytesOfSecret(text: string): Uint8Array | undefined {
  const digits = text.replace(/^0x/i, '');
  if (/^([0-9a-fA-F]{64}|[0-9a-fA-F]{128})$/.test(digits)) return hex.decode(digits.toLowerCase());
  if (/^([A-Z2-7]{103}|[A-Z2-7]{52})$/.test(text)) return tryDecode(text, base32nopad);
  if (/^([A-Za-z0-9+/]{86}==|[A-Za-z0-9+/]{43}=)$/.test(text)) return tryDecode(text, base64);
  return undefined;
}
