import { hex } from '@scure/base';
import { CustosError } from '../../core/errors.js';
import { decodeKey, encodeKey } from './strkey.js';

/** Writes a seed of 32 bytes: S… */
export function encodeSeed(seed: Uint8Array): string {
  return encodeKey('seed', seed);
}

/** Reads a seed: S…, or 64 hexadecimal digits. @returns 32 bytes. @throws CustosError PRIVATE_KEY_INVALID */
export function decodeSeed(text: string): Uint8Array {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return hex.decode(text.toLowerCase());
  const seed = decodeKey('seed', text, 32);
  if (seed !== undefined) return seed;
  throw new CustosError('PRIVATE_KEY_INVALID', 'the secret is no Stellar seed (S…), or its checksum does not match');
}
