import { createBase58check, hex } from '@scure/base';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { sha256 } from '../../crypto/hash.js';
import { addressOf as bytesOf } from '../shared/keccak-address.js';

const base58check = createBase58check(sha256);
const PREFIX = 0x41;

/** Address of a public key of 33 bytes: T… */
export function addressOf(publicKey: Uint8Array): string {
  return showAddress(Uint8Array.of(PREFIX, ...bytesOf(publicKey)));
}

/** @param bytes - 21, beginning with 0x41 */
export function showAddress(bytes: Uint8Array): string {
  return base58check.encode(bytes);
}

/** Reads T…, 41 and 40 hexadecimal digits, or 0x and 40. @returns 21 bytes. @throws CustosError ADDRESS_INVALID */
export function readAddress(text: string): Uint8Array {
  if (/^(41|0x)[0-9a-fA-F]{40}$/.test(text)) return Uint8Array.of(PREFIX, ...hex.decode(text.slice(2).toLowerCase()));
  try {
    const bytes = text.length <= 40 ? base58check.decode(text) : undefined;
    if (bytes?.length === 21 && bytes[0] === PREFIX) return bytes;
  } catch {
    // The error below covers every form.
  }
  throw new CustosError('ADDRESS_INVALID', `${quote(text)} is not a Tron address, or its checksum does not match`);
}
