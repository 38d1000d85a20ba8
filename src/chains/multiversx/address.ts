import { bech32, hex } from '@scure/base';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { publicKey } from '../../crypto/ed25519.js';
import { deriveEd25519Node, ed25519Child } from '../../crypto/slip10.js';

/** Parents of the indexes on mainnet and on the test networks: coin type 508, and 1 (SLIP-44). */
export const paths = { mainnet: "m/44'/508'/0'/0'", testnet: "m/44'/1'/0'/0'" } as const;

/** BIP-39 seed of the mnemonic without words. */
const EMPTY_SEED =
  '4ed8d4b17698ddeaa1f1559f152f87b5d472f725ca86d341bd0276f1b61197e2' +
  '1dd5a391f9f5ed7340ff4d4513aab9cce44f9497a5e7ed85fd818876b6eb402e';
/** An older program printed index 0 and 1 by itself and higher ones on demand. */
const INDEXES = 100;
let known: ReadonlySet<string> | undefined;

/**
 * Addresses of the empty mnemonic, whose keys anybody can derive. An older program printed them for every wallet; nothing
 * may be sent there.
 * @returns those of the first hundred indexes on all networks; derived once, when first asked for
 */
export function publiclyKnownAddresses(): ReadonlySet<string> {
  known ??= new Set(Object.values(paths).flatMap(firstAddresses));
  return known;
}

function firstAddresses(path: string): string[] {
  const parent = deriveEd25519Node(hex.decode(EMPTY_SEED), path);
  return Array.from({ length: INDEXES }, (_, index) =>
    showAddress(publicKey(ed25519Child(parent, index).subarray(0, 32))),
  );
}

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
  if (publiclyKnownAddresses().has(address)) {
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
