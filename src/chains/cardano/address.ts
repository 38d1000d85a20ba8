import { base58, bech32 } from '@scure/base';
import { decode, Tagged } from 'cborg';
import { CustosError } from '../../core/errors.js';
import { type Network, quote } from '../../core/ids.js';
import { blake2b } from '../../crypto/hash.js';

/** Longer than BIP-173 allows, as Cardano's addresses are (CIP-19). */
const MAX_BECH32 = 150;
const addressPrefixes: Readonly<Record<Network, string>> = { mainnet: 'addr', testnet: 'addr_test' };
const networkIds: Readonly<Record<Network, number>> = { mainnet: 1, testnet: 0 };

/** Enterprise address of a public key of 32 bytes: no stake part (CIP-19, types 6 and 7). */
export function showAddress(publicKey: Uint8Array, network: Network): string {
  return bech32.encodeFromBytes(
    addressPrefixes[network],
    Uint8Array.from([0x60 | networkIds[network], ...blake2b(publicKey, 28)]),
  );
}

/** Bytes of an address of this network, from the Shelley or the Byron era. @throws CustosError ADDRESS_INVALID */
export function readAddress(text: string, network: Network): Uint8Array {
  const prefix = addressPrefixes[network];
  const decoded = text.length <= MAX_BECH32 ? bech32.decodeUnsafe(text, MAX_BECH32) : undefined;
  const bytes = decoded?.prefix === prefix ? bech32.fromWordsUnsafe(decoded.words) : readByron(text, network);
  const [header = 0xff] = bytes ?? [];
  // Type 8 in the upper half means Byron; stake addresses (14, 15) receive nothing.
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

/** The text form of an address that is in a transaction. */
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

/** Attribute of Byron addresses with the number of a test network; mainnet addresses have none. */
const NETWORK_MAGIC = 2;

function isOfNetwork(payload: Uint8Array, network: Network): boolean {
  const [, attributes]: readonly unknown[] = decode(payload, { useMaps: true }) as unknown[];
  return attributes instanceof Map && attributes.has(NETWORK_MAGIC) === (network === 'testnet');
}

/** True where the hash of the spending key is all zeros: no such key is known. */
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
