import { bech32, hex } from '@scure/base';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { publicKey } from '../../crypto/ed25519.js';
import { deriveEd25519Node, ed25519Child } from '../../crypto/slip10.js';
import { paths } from './key.js';

/** BIP-39 seed of the mnemonic without words. */
const EMPTY_SEED =
  '4ed8d4b17698ddeaa1f1559f152f87b5d472f725ca86d341bd0276f1b61197e2' +
  '1dd5a391f9f5ed7340ff4d4513aab9cce44f9497a5e7ed85fd818876b6eb402e';
/** Tatum KMS printed index 0 and 1 by itself, and higher ones on demand. */
const INDEXES = 100;
let known: ReadonlySet<string> | undefined;

/**
 * Addresses of the empty mnemonic: anyone can derive their keys. Tatum KMS printed them for every wallet. Nothing may be
 * sent there.
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
  throw new CustosError('ADDRESS_INVALID', `${quote(text)} is not an erd1 address, or its checksum does not match`);
}

/** The address in lower case. @throws CustosError ADDRESS_INVALID; also for an address with a publicly known key */
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
