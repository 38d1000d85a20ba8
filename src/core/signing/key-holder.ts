import type { ErrorCode } from '../errors.js';
import type { Scheme } from './signing-key.js';

/** What a token or a key service says of a key. */
export interface HeldKey {
  readonly curve: 'secp256k1' | 'ed25519' | 'p256';
  /** secp256k1: 33 bytes, compressed. ed25519: 32 bytes. P-256: 65 bytes. */
  readonly publicKey: Uint8Array;
  /** The holder would give the private key away to whoever has the PIN. Absent: it would not, or does not say. */
  readonly isExtractable?: true;
}

/** A signature that is wanted of a key outside. */
export interface HeldSigning {
  /** Address of the key (`parseKeyUri`). */
  readonly uri: string;
  readonly scheme: Scheme;
  /** What `Scheme` says that the algorithm takes. */
  readonly bytes: Uint8Array;
}

/**
 * Signs with keys that are outside Custos. Nothing of its answers is believed: whoever asks verifies the signature.
 * @throws CustosError KEY_UNREACHABLE, KEY_THROTTLED, KEY_NOT_FOUND, KEY_PIN_WRONG, KEY_REFUSED, KEY_MODULE_MISSING: later; KEY_UNSUITABLE:
 *   never
 */
export interface KeyHolder {
  sign(request: HeldSigning): Promise<Uint8Array>;
}

/** What is wrong with the holder of a key, and not with a transaction: it waits, however long that takes, and does not fail. */
export const keyFaults: ReadonlySet<string> = new Set<ErrorCode>([
  'KEY_MODULE_MISSING',
  'KEY_NOT_FOUND',
  'KEY_PIN_WRONG',
  'KEY_REFUSED',
  'KEY_THROTTLED',
  'KEY_UNREACHABLE',
]);
