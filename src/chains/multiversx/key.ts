import { hex } from '@scure/base';
import { CustosError } from '../../core/errors.js';
import { seedOf } from '../shared/seed-of.js';

/** Parents of the indexes: coin type 508 on mainnet, 1 on the test networks (SLIP-44). */
export const paths = { mainnet: "m/44'/508'/0'/0'", testnet: "m/44'/1'/0'/0'" } as const;

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
  const seed = seedOf(hex.decode(digits.toLowerCase()));
  if (seed !== undefined) return seed;
  throw new CustosError('PRIVATE_KEY_INVALID', 'the second half of the private key is not its public key');
}

/** The PEM of this chain holds base64 of the hexadecimal digits of seed and public key. */
function readPem(text: string): string {
  const body = /^-----BEGIN[^\n]*-----\s([A-Za-z0-9+/=\s]+)-----END[^\n]*-----\s*$/.exec(text)?.[1];
  if (body === undefined) throw new CustosError('PRIVATE_KEY_INVALID', 'the PEM of the private key is not whole');
  return Buffer.from(body, 'base64').toString('latin1');
}
