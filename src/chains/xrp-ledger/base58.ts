import { base58xrp } from '@scure/base';
import { sha256 } from '../../crypto/hash.js';
import { tryDecode } from '../shared/try-decode.js';

/** Base58 with the alphabet of the XRP Ledger: prefix, bytes and four bytes of checksum. */
export function encodeChecked(prefix: Uint8Array, bytes: Uint8Array): string {
  const body = Uint8Array.of(...prefix, ...bytes);
  return base58xrp.encode(Uint8Array.of(...body, ...sha256(sha256(body)).subarray(0, 4)));
}

/** The bytes before the checksum, or undefined where it does not match. */
export function decodeChecked(text: string): Uint8Array | undefined {
  if (text.length > 60) return undefined;
  const bytes = tryDecode(text, base58xrp);
  if (bytes === undefined) return undefined;
  const body = bytes.slice(0, -4);
  return sha256(sha256(body))
    .subarray(0, 4)
    .every((byte, at) => byte === bytes[body.length + at])
    ? body
    : undefined;
}
