import { bech32, hex } from '@scure/base';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { publicKey } from '../../crypto/ed25519.js';

/**
 * Addresses of the empty mnemonic, whose keys anybody can derive. An older program printed them for every wallet; nothing may
 * be sent there.
 */
export const publiclyKnownAddresses: ReadonlySet<string> = new Set([
  'erd1r45ugr3q9wrtftyv3d6wfz9l42wj553l9x6u39q7mqh0pxl5j9tsnde9hx',
  'erd1ne5patcf98asmalr9ueqxx5vlmy5725pm3p2asckp4wft0xl3ars64gh8s',
  'erd1yqt755wvr33vpr6586smn7mpq4jx365kpd353qfd2xuy5vwaa9ts3r69sj',
  'erd1mdzfn7n8up8ckddaqs7jsg227t6sftt49dqxw6gckc7ry5vdycrsj0ugm5',
]);

/** Bech32 of the 32 bytes of a public key; the same on all networks. */
export function showAddress(bytes: Uint8Array): string {
  return bech32.encodeFromBytes('erd', bytes);
}

/** @returns 32 bytes. @throws CustosError ADDRESS_INVALID: prefix, length, checksum */
export function readAddress(text: string): Uint8Array {
  const decoded = bech32.decodeUnsafe(text, 90);
  const bytes = decoded?.prefix === 'erd' ? bech32.fromWordsUnsafe(decoded.words) : undefined;
  if (bytes?.length === 32) return bytes;
  throw new CustosError('ADDRESS_INVALID', `${quote(text)} is no erd1 address, or its checksum does not match`);
}

/** The address in lower case. @throws CustosError ADDRESS_INVALID; also: an address whose key is publicly known */
export function normalizeAddress(text: string): string {
  const address = showAddress(readAddress(text));
  if (publiclyKnownAddresses.has(address)) {
    throw new CustosError(
      'ADDRESS_INVALID',
      `the key of ${address} is publicly known (it is that of the empty mnemonic)`,
    );
  }
  return address;
}

/** 64 hexadecimal digits, without 0x. */
export function encodePrivateKey(privateKey: Uint8Array): string {
  return hex.encode(privateKey);
}

/**
 * Reads 64 hexadecimal digits (the seed), 128 (seed and public key), or a wallet's PEM file.
 * @returns the seed, 32 bytes
 * @throws CustosError PRIVATE_KEY_INVALID
 */
export function decodePrivateKey(text: string): Uint8Array {
  const digits = /^-----BEGIN/.test(text) ? readPem(text) : text.replace(/^0x/i, '');
  if (!/^[0-9a-fA-F]*$/.test(digits)) {
    throw new CustosError('PRIVATE_KEY_INVALID', 'the private key has characters that are not hexadecimal digits');
  }
  if (digits.length !== 64 && digits.length !== 128) {
    throw new CustosError('PRIVATE_KEY_INVALID', `the private key has ${digits.length} hexadecimal digits, not 64`);
  }
  const bytes = hex.decode(digits.toLowerCase());
  const seed = bytes.slice(0, 32);
  const stated = bytes.subarray(32);
  const fits = stated.length === 0 || publicKey(seed).every((byte, at) => byte === stated[at]);
  bytes.fill(0);
  if (fits) return seed;
  seed.fill(0);
  throw new CustosError('PRIVATE_KEY_INVALID', 'the second half of the private key is not its public key');
}

/** The PEM of this chain holds base64 of the hexadecimal digits of seed and public key. */
function readPem(text: string): string {
  const body = /^-----BEGIN[^\n]*-----\s([A-Za-z0-9+/=\s]+)-----END[^\n]*-----\s*$/.exec(text)?.[1];
  if (body === undefined) throw new CustosError('PRIVATE_KEY_INVALID', 'the PEM of the private key is not whole');
  return Buffer.from(body, 'base64').toString('latin1');
}
