import { CustosError } from '../../core/errors.js';
import { type Network, quote } from '../../core/ids.js';
import { hash160 } from '../../crypto/hash.js';
import { decodeChecked, encodeChecked } from './base58.js';

/** An address and the destination tag that an X-address carries. */
export interface Destination {
  readonly address: string;
  readonly tag?: number;
  /** That an X-address names. */
  readonly network?: Network;
}

/** Address of a public key of 33 bytes: r… */
export function showAddress(publicKeyBytes: Uint8Array): string {
  return encodeChecked(Uint8Array.of(0), hash160(publicKeyBytes));
}

/** Reads r…, or X… and T… with the tag inside (XLS-5). @throws CustosError ADDRESS_INVALID */
export function readDestination(text: string): Destination {
  const bytes = decodeChecked(text);
  if (bytes?.length === 21 && bytes[0] === 0) return { address: text };
  const isX =
    bytes?.length === 31 && ((bytes[0] === 0x05 && bytes[1] === 0x44) || (bytes[0] === 0x04 && bytes[1] === 0x93));
  const flag = bytes?.[22];
  if (bytes === undefined || !isX || flag === undefined || flag > 1 || bytes.subarray(27).some((byte) => byte !== 0)) {
    throw new CustosError('ADDRESS_INVALID', `${quote(text)} is no XRP address, or its checksum does not match`);
  }
  const address = encodeChecked(Uint8Array.of(0), bytes.subarray(2, 22));
  const tag = new DataView(bytes.buffer, bytes.byteOffset).getUint32(23, true);
  const network = bytes[0] === 0x05 ? 'mainnet' : 'testnet';
  return flag === 1 ? { address, tag, network } : { address, network };
}

/** Reads an address that has to belong to this network. @throws CustosError ADDRESS_INVALID, NETWORK_MISMATCH */
export function readAddress(text: string, network: Network): Destination {
  const destination = readDestination(text);
  if (destination.network === undefined || destination.network === network) return destination;
  throw new CustosError('NETWORK_MISMATCH', `${quote(text)} is an address of the ${destination.network}`);
}
