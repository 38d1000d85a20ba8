import { base58, bech32, hex } from '@scure/base';
import { decode, Tagged } from 'cborg';
import type { HdScheme } from '../../core/chain/keys.js';
import { CustosError } from '../../core/errors.js';
import { type Network, quote } from '../../core/ids.js';
import { childNode, childPublicKey, deriveIcarusNode, publicKeyOf } from '../../crypto/bip32-ed25519.js';
import { blake2b, sha512 } from '../../crypto/hash.js';

/** Longer than BIP-173 allows, as Cardano's addresses are (CIP-19). */
const MAX_BECH32 = 150;
const addressPrefixes: Readonly<Record<Network, string>> = { mainnet: 'addr', testnet: 'addr_test' };
const networkIds: Readonly<Record<Network, number>> = { mainnet: 1, testnet: 0 };

/** BIP32-Ed25519 below the Icarus master key; the xpub is public key ‖ chain code in hexadecimal digits. */
export function cardanoScheme(path: string): HdScheme {
  return {
    source: 'entropy',
    path: () => path,
    account(entropy) {
      const node = deriveIcarusNode(entropy, path);
      return { node, xpub: hex.encode(Uint8Array.from([...publicKeyOf(node.subarray(0, 64)), ...node.subarray(64)])) };
    },
    privateKey(node, index) {
      const child = childNode(node, index);
      const key = child.slice(0, 64);
      child.fill(0);
      return key;
    },
    publicKey(xpub, index) {
      if (!/^[0-9a-f]{128}$/.test(xpub))
        throw new CustosError('XPUB_INVALID', 'the extended key does not have 128 hexadecimal digits');
      return childPublicKey(hex.decode(xpub), index);
    },
  };
}

/** Enterprise address of a public key of 32 bytes: no stake part (CIP-19, types 6 and 7). */
export function showAddress(publicKey: Uint8Array, network: Network): string {
  return bech32.encodeFromBytes(
    addressPrefixes[network],
    Uint8Array.from([0x60 | networkIds[network], ...blake2b(publicKey, 28)]),
  );
}

/** Bytes of a Shelley address of this network, or of one of the Byron era. @throws CustosError ADDRESS_INVALID */
export function readAddress(text: string, network: Network): Uint8Array {
  const prefix = addressPrefixes[network];
  const decoded = text.length <= MAX_BECH32 ? bech32.decodeUnsafe(text, MAX_BECH32) : undefined;
  const bytes = decoded?.prefix === prefix ? bech32.fromWordsUnsafe(decoded.words) : readByron(text, network);
  const [header = 0xff] = bytes ?? [];
  // Type 8 in the upper half is Byron's; stake addresses (14, 15) receive nothing.
  const isShelley = decoded !== undefined && (header & 0x0f) === networkIds[network] && header >> 4 <= 7;
  if (bytes !== undefined && (isShelley || decoded === undefined)) return bytes;
  throw new CustosError(
    'ADDRESS_INVALID',
    `${quote(text)} is no Cardano address of this network, or its checksum does not match`,
  );
}

export function normalizeAddress(text: string, network: Network): string {
  readAddress(text, network);
  return text;
}

/** The text form of an address that stands in a transaction, or its digits. */
export function showBytes(bytes: Uint8Array, network: Network): string {
  const type = (bytes[0] ?? 0) >> 4;
  return type === 8 ? base58.encode(bytes) : bech32.encode(addressPrefixes[network], bech32.toWords(bytes), MAX_BECH32);
}

/** Byron addresses are base58 over CBOR of payload and CRC-32. */
function readByron(text: string, network: Network): Uint8Array | undefined {
  if (!/^[1-9A-HJ-NP-Za-km-z]{40,130}$/.test(text)) return undefined;
  try {
    const bytes = base58.decode(text);
    const value: unknown = decode(bytes, { tags: { 24: (read: () => unknown) => new Tagged(24, read()) } } as never);
    const [payload, sum]: readonly unknown[] = Array.isArray(value) ? value : [];
    const inner = payload instanceof Tagged ? payload.value : payload;
    return inner instanceof Uint8Array && sum === crc32(inner) && isOfNetwork(inner, network) ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** Attribute of Byron addresses that holds the number of a test network; those of mainnet have none. */
const NETWORK_MAGIC = 2;

function isOfNetwork(payload: Uint8Array, network: Network): boolean {
  const [, attributes]: readonly unknown[] = decode(payload, { useMaps: true }) as unknown[];
  return attributes instanceof Map && attributes.has(NETWORK_MAGIC) === (network === 'testnet');
}

/** True where the hash of the key that may spend is all zeros. */
export function isNobodys(address: string): boolean {
  const decoded = bech32.decodeUnsafe(address, MAX_BECH32);
  const bytes = decoded === undefined ? undefined : bech32.fromWordsUnsafe(decoded.words);
  return bytes !== undefined && bytes.length >= 29 && bytes.subarray(1, 29).every((byte) => byte === 0);
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0xedb88320;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** 128 hexadecimal digits: kL ‖ kR. */
export function encodePrivateKey(privateKey: Uint8Array): string {
  return hex.encode(privateKey);
}

/**
 * Reads an extended key: 128 hexadecimal digits, or 256 with public key and chain code behind (the older form); `addr_xsk1…`,
 * `ed25519e_sk1…`; or a plain seed `addr_sk1…`, `ed25519_sk1…`.
 * @returns 64 bytes: kL ‖ kR
 * @throws CustosError PRIVATE_KEY_INVALID
 */
export function decodePrivateKey(text: string): Uint8Array {
  const key = /^[0-9a-fA-F]+$/.test(text) ? fromHex(text) : fromBech32(text);
  // A scalar of this curve is a multiple of eight; anything else was not made by the scheme.
  if (key !== undefined && ((key[0] ?? 1) & 7) === 0 && key.subarray(0, 32).some((byte) => byte !== 0)) return key;
  key?.fill(0);
  throw new CustosError(
    'PRIVATE_KEY_INVALID',
    'the private key is no extended key of Cardano, or its parts do not fit together',
  );
}

function fromHex(text: string): Uint8Array | undefined {
  if (text.length !== 128 && text.length !== 256) return undefined;
  const bytes = hex.decode(text.toLowerCase());
  const key = bytes.slice(0, 64);
  const stated = bytes.subarray(64, 96);
  const fits = stated.length === 0 || publicKeyOf(key).every((byte, at) => byte === stated[at]);
  bytes.fill(0);
  return fits ? key : undefined;
}

function fromBech32(text: string): Uint8Array | undefined {
  const decoded = text.length <= 250 ? bech32.decodeUnsafe(text, 250) : undefined;
  const bytes = decoded === undefined ? undefined : bech32.fromWordsUnsafe(decoded.words);
  const prefix = decoded?.prefix ?? '';
  if (bytes === undefined) return undefined;
  if (/^(addr_xsk|ed25519e_sk|addr_xvk)$/.test(prefix) && (bytes.length === 96 || bytes.length === 64))
    return bytes.slice(0, 64);
  if (!/^(addr_sk|ed25519_sk)$/.test(prefix) || bytes.length !== 32) return undefined;
  const key = sha512(bytes);
  key[0] = (key[0] ?? 0) & 0xf8;
  key[31] = ((key[31] ?? 0) & 0x7f) | 0x40;
  return key;
}
