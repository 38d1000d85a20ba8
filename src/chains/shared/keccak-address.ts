import { bech32 } from '@scure/base';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { keccak256 } from '../../crypto/hash.js';
import { uncompress } from '../../crypto/secp256k1.js';
import { bytesToHex, hexToBytes } from './hexadecimal.js';

/** Forms of a chain's addresses other than 0x and 40 hexadecimal digits. */
export interface AddressStyle {
  /** Prefix in place of 0x, in which addresses are shown (XDC). */
  readonly prefix?: string;
  /** Human-readable part of a bech32 form that is read, too (Harmony). */
  readonly bech32?: string;
}

/** The 20 bytes that a public key of 33 bytes owns: the end of Keccak-256 over its two coordinates. */
export function addressOf(publicKey: Uint8Array): Uint8Array {
  return addressOfPoint(uncompress(publicKey));
}

/** As `addressOf`, of a public key of 65 bytes. */
export function addressOfPoint(point: Uint8Array): Uint8Array {
  return keccak256(point.subarray(1)).slice(12);
}

/** Writes 20 bytes as this program shows them: lower case, in the chain's own prefix. */
export function showAddress(bytes: Uint8Array, style: AddressStyle): string {
  const hex = bytesToHex(bytes);
  return style.prefix === undefined ? hex : style.prefix + hex.slice(2);
}

/** Writes 20 bytes as 0x and 40 digits with the checksum in their case (EIP-55). */
export function checksumAddress(bytes: Uint8Array): string {
  const digits = bytesToHex(bytes).slice(2);
  const hash = bytesToHex(keccak256(new TextEncoder().encode(digits))).slice(2);
  return `0x${digits.replace(/[a-f]/g, (digit, at: number) => (Number.parseInt(hash.charAt(at), 16) > 7 ? digit.toUpperCase() : digit))}`;
}

/**
 * Reads an address in any of the chain's forms: one case, or mixed case with a right checksum (EIP-55); bech32 (BIP-173).
 * @returns 20 bytes
 * @throws CustosError ADDRESS_INVALID
 */
export function readAddress(text: unknown, style: AddressStyle): Uint8Array {
  if (typeof text !== 'string') throw new CustosError('ADDRESS_INVALID', `${quote(text)} is not an address`);
  if (style.bech32 !== undefined && text.toLowerCase().startsWith(`${style.bech32}1`))
    return readBech32(text, style.bech32);
  const bytes = hexToBytes(withHexPrefix(text, style));
  if (bytes?.length !== 20) throw new CustosError('ADDRESS_INVALID', `${quote(text)} is not an address of 20 bytes`);
  const digits = text.slice(-40);
  const mixed = digits !== digits.toLowerCase() && digits !== digits.toUpperCase();
  if (mixed && checksumAddress(bytes).slice(2) !== digits) {
    throw new CustosError('ADDRESS_INVALID', `the capitals of ${quote(text)} do not match its checksum`);
  }
  return bytes;
}

function withHexPrefix(text: string, style: AddressStyle): string {
  if (style.prefix !== undefined && text.toLowerCase().startsWith(style.prefix))
    return `0x${text.slice(style.prefix.length)}`;
  return text.startsWith('0X') ? `0x${text.slice(2)}` : text;
}

function readBech32(text: string, humanPart: string): Uint8Array {
  const decoded = bech32.decodeUnsafe(text, 90);
  const bytes = decoded?.prefix === humanPart ? bech32.fromWordsUnsafe(decoded.words) : undefined;
  if (bytes?.length !== 20) {
    throw new CustosError(
      'ADDRESS_INVALID',
      `${quote(text)} is not a bech32 address of 20 bytes, or its checksum does not match`,
    );
  }
  return bytes;
}
