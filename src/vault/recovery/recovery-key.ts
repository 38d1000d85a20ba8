import { createHash } from 'node:crypto';
import { CustosError } from '../../core/errors.js';

/** Crockford's base 32: no I, L, O, U, so that a handwritten key can be read. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const KEY_DIGITS = 52;
const CHECK_DIGITS = 4;

/**
 * Writes 32 bytes as 14 groups of four digits: 52 digits of the key (260 bits, the last four zero) and 4 check digits
 * (the first 20 bits of SHA-256 over the key).
 */
export function formatRecoveryKey(bytes: Uint8Array): string {
  const digits = toDigits(bytes, KEY_DIGITS) + checkDigits(bytes);
  return (digits.match(/.{4}/g) ?? []).join('-');
}

/**
 * Brings a typed recovery key into the one form that is stretched: upper case, no spaces or dashes, O read as 0, I and L as 1.
 * @throws CustosError RECOVERY_KEY_INVALID: length, a foreign character, or a typing error (check digits)
 */
export function normalizeRecoveryKey(text: string): string {
  const typed = text
    .toUpperCase()
    .replace(/[\s-]+/g, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1');
  if (typed.length !== KEY_DIGITS + CHECK_DIGITS) {
    const expected = KEY_DIGITS + CHECK_DIGITS;
    throw new CustosError(
      'RECOVERY_KEY_INVALID',
      `a recovery key has ${expected} characters, this one has ${typed.length}`,
    );
  }
  const bytes = fromDigits(typed.slice(0, KEY_DIGITS));
  if (bytes === undefined || checkDigits(bytes) !== typed.slice(KEY_DIGITS)) {
    throw new CustosError('RECOVERY_KEY_INVALID', 'the recovery key is mistyped: its check digits do not match');
  }
  bytes.fill(0);
  return typed;
}

/** The 32 bytes of a recovery key, which the caller wipes. @throws CustosError RECOVERY_KEY_INVALID */
export function recoveryKeyBytes(text: string): Uint8Array {
  return fromDigits(normalizeRecoveryKey(text).slice(0, KEY_DIGITS)) ?? new Uint8Array();
}

function checkDigits(bytes: Uint8Array): string {
  return toDigits(createHash('sha256').update(bytes).digest(), CHECK_DIGITS);
}

function toDigits(bytes: Uint8Array, count: number): string {
  let bits = 0;
  let held = 0;
  let digits = '';
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5 && digits.length < count) {
      bits -= 5;
      digits += alphabet[(held >> bits) & 31];
    }
  }
  return digits.length < count ? digits + alphabet[(held << (5 - bits)) & 31] : digits;
}

function fromDigits(digits: string): Uint8Array | undefined {
  const bytes = new Uint8Array(32);
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const digit of digits) {
    const value = alphabet.indexOf(digit);
    if (value < 0) return undefined;
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8 && at < 32) {
      bits -= 8;
      bytes[at++] = (held >> bits) & 0xff;
    }
  }
  // The four remaining bits are zero in every printed key.
  return (held & ((1 << bits) - 1)) === 0 ? bytes : undefined;
}
