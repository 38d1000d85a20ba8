import { concatBytes } from '@noble/hashes/utils.js';
import { base32nopad } from '@scure/base';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { sha512t256 } from '../../crypto/hash.js';
import { tryDecode } from '../shared/try-decode.js';

const CHECKSUM_BYTES = 4;

/** Address of a public key of 32 bytes: the key and the last four bytes of its hash in base 32, 58 characters; the same on all networks. */
export function showAddress(bytes: Uint8Array): string {
  return base32nopad.encode(concatBytes(bytes, checksumOf(bytes)));
}

/** Last four bytes of SHA-512/256. */
export function checksumOf(bytes: Uint8Array): Uint8Array {
  return sha512t256(bytes).subarray(-CHECKSUM_BYTES);
}

/** @returns the public key, 32 bytes. @throws CustosError ADDRESS_INVALID: letters, length, checksum */
export function readAddress(text: string): Uint8Array {
  const bytes = /^[A-Z2-7]{58}$/.test(text) ? tryDecode(text, base32nopad) : undefined;
  const key = bytes?.subarray(0, 32);
  if (key !== undefined && showAddress(key) === text) return key;
  throw new CustosError('ADDRESS_INVALID', `${quote(text)} is no Algorand address, or its checksum does not match`);
}

/** The address as it is shown: upper case. @throws CustosError ADDRESS_INVALID */
export function normalizeAddress(text: string): string {
  return showAddress(readAddress(text));
}
