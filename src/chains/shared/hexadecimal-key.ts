import { CustosError } from '../../core/errors.js';
import { isPrivateKey } from '../../crypto/secp256k1.js';
import { hexToBytes } from './hexadecimal.js';

/**
 * Reads a private key of secp256k1 from 64 hexadecimal digits, with or without 0x. No message repeats the key, not even its
 * first digits.
 * @throws CustosError PRIVATE_KEY_INVALID: length, foreign characters, zero, at or above the curve order
 */
export function decodePrivateKey(text: string): Uint8Array {
  const digits = /^0x/i.test(text) ? text.slice(2) : text;
  if (!/^[0-9a-fA-F]*$/.test(digits)) {
    throw new CustosError('PRIVATE_KEY_INVALID', 'the private key has characters that are not hexadecimal digits');
  }
  if (digits.length !== 64) {
    throw new CustosError('PRIVATE_KEY_INVALID', `the private key has ${digits.length} hexadecimal digits, not 64`);
  }
  const key = hexToBytes(`0x${digits}`) ?? new Uint8Array(0);
  if (isPrivateKey(key)) return key;
  const isZero = key.every((byte) => byte === 0);
  key.fill(0);
  throw new CustosError(
    'PRIVATE_KEY_INVALID',
    `the private key is ${isZero ? 'zero' : 'not below the order of the curve'}`,
  );
}
