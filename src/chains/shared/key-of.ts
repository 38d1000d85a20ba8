import { CustosError } from '../../core/errors.js';
import type { SigningKey } from '../../core/signing/signing-key.js';

/** The address of a public key, for keys that no vault vouches for. */
export type AddressOf = (publicKey: Uint8Array) => string;

/**
 * The key of an address.
 * @throws CustosError KEY_MISSING: there is no key at all; SENDER_MISMATCH: none is of this address
 */
export function keyOf(keys: readonly SigningKey[], address: string, addressOf: AddressOf): SigningKey {
  if (keys.length === 0) throw new CustosError('KEY_MISSING', `no key was lent for ${address}`);
  const key = findKey(keys, address, addressOf);
  if (key === undefined) throw new CustosError('SENDER_MISMATCH', `no lent key belongs to ${address}`);
  return key;
}

/** The key of an address, or undefined where none of them is. */
export function findKey(keys: readonly SigningKey[], address: string, addressOf: AddressOf): SigningKey | undefined {
  return keys.find((key) => (key.address ?? addressOf(key.publicKey)) === address);
}
