import { hex } from '@scure/base';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { decodeKey, encodeKey } from './strkey.js';

/** Address of a public key of 32 bytes: G… */
export function showAccount(publicKey: Uint8Array): string {
  return encodeKey('account', publicKey);
}

/** The account without its number: M… and its G… name the same key. */
export function plainAccount(account: string): string {
  const muxed = decodeKey('muxed', account, 40);
  return muxed === undefined ? account : showAccount(muxed.subarray(0, 32));
}

/** The number inside an M… address (CAP-27). */
export function muxedId(account: string): bigint | undefined {
  const muxed = decodeKey('muxed', account, 40);
  return muxed === undefined ? undefined : BigInt(`0x${hex.encode(muxed.subarray(32))}`);
}

/** Brings an address into the form that is shown: G…, or M… for an account with a number of its own. @throws CustosError ADDRESS_INVALID */
export function normalizeAddress(text: string): string {
  if (decodeKey('account', text, 32) !== undefined || decodeKey('muxed', text, 40) !== undefined) return text;
  throw new CustosError('ADDRESS_INVALID', `${quote(text)} is no Stellar address, or its checksum does not match`);
}
