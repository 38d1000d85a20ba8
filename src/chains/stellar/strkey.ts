import { base32nopad, hex } from '@scure/base';
import { CustosError } from '../../core/errors.js';
import { tryDecode } from '../shared/try-decode.js';

/** First byte of each kind of text form (SEP-23). */
const versions = {
  account: 6 << 3,
  muxed: 12 << 3,
  seed: 18 << 3,
  contract: 2 << 3,
  pool: 11 << 3,
  balance: 1 << 3,
} as const;

/** Writes bytes in the text form of Stellar: version, bytes and CRC-16 in base 32 (SEP-23). */
export function encodeKey(kind: keyof typeof versions, bytes: Uint8Array): string {
  const body = Uint8Array.from([versions[kind], ...bytes]);
  return base32nopad.encode(Uint8Array.from([...body, ...checksum(body)]));
}

/** The bytes of a text form of this kind, or undefined. */
export function decodeKey(kind: keyof typeof versions, text: string, length: number): Uint8Array | undefined {
  if (!/^[A-Z2-7]{50,80}$/.test(text)) return undefined;
  const bytes = tryDecode(text, base32nopad);
  if (bytes === undefined) return undefined;
  const body = bytes.subarray(0, -2);
  const sum = bytes.subarray(-2);
  const fits = bytes.length === length + 3 && body[0] === versions[kind];
  return fits && checksum(body).every((byte, at) => byte === sum[at]) ? body.slice(1) : undefined;
}

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

/** CRC-16/XModem, low byte first. */
function checksum(bytes: Uint8Array): Uint8Array {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? (crc << 1) & 0xffff : ((crc << 1) ^ 0x1021) & 0xffff;
  }
  return Uint8Array.from([crc & 0xff, crc >> 8]);
}
