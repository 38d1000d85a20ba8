import { bech32 } from '@scure/base';
import { CustosError } from '../../core/errors.js';
import { type Network, quote } from '../../core/ids.js';
import { hash160 } from '../../crypto/hash.js';
import { isPublicKey } from '../../crypto/secp256k1.js';

const prefixes: Readonly<Record<Network, string>> = { mainnet: 'bnb', testnet: 'tbnb' };

/** Address of a public key: bech32 over RIPEMD-160 of SHA-256. @param publicKey - 33 bytes */
export function addressOf(publicKey: Uint8Array, network: Network): string {
  if (!isPublicKey(publicKey)) throw new CustosError('ADDRESS_INVALID', 'the public key is not a point of secp256k1');
  return showAddress(hash160(publicKey), network);
}

/** @param bytes - 20 */
export function showAddress(bytes: Uint8Array, network: Network): string {
  return bech32.encode(prefixes[network], bech32.toWords(bytes));
}

/** Reads an address of this network. @returns 20 bytes. @throws CustosError ADDRESS_INVALID (also: of the other network) */
export function readAddress(text: unknown, network: Network): Uint8Array {
  const decoded = typeof text === 'string' ? bech32.decodeUnsafe(text, 90) : undefined;
  const bytes = decoded?.prefix === prefixes[network] ? bech32.fromWordsUnsafe(decoded.words) : undefined;
  if (bytes?.length === 20) return bytes;
  throw new CustosError('ADDRESS_INVALID', `${quote(text)} is not an address that begins with ${prefixes[network]}1`);
}
