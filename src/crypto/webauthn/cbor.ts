import { decodeFirst } from 'cborg';
import { invalid } from './refusal.js';

/** Bytes of one value. Keys and attestations of authenticators take less than a tenth of it. */
const MOST = 65_536;

/** One form for each value, as CTAP2 demands: no longer lengths than needed, none unknown, no member twice. */
const strict = {
  ...{ strict: true, useMaps: true, rejectDuplicateMapKeys: true },
  ...{ allowIndefinite: false, allowUndefined: false, allowNaN: false, allowInfinity: false },
};

/** A map of CBOR with the bytes that it took, and those behind it. */
export interface FoundMap {
  readonly map: ReadonlyMap<unknown, unknown>;
  readonly bytes: Uint8Array;
  readonly rest: Uint8Array;
}

/**
 * Reads the map at the beginning of the bytes (RFC 8949, in the form of CTAP2: WebAuthn 2, section 2.1).
 * @param what - is named where it cannot be read
 * @throws CustosError PASSKEY_INVALID
 */
export function readMap(from: Uint8Array, what: string): FoundMap {
  if (from.length > MOST) throw invalid(`${what} is too long`);
  const [map, rest] = decodeStrictly(from, what);
  if (!(map instanceof Map)) throw invalid(`${what} is not a map of CBOR`);
  return { map, bytes: from.slice(0, from.length - rest.length), rest };
}

function decodeStrictly(from: Uint8Array, what: string): readonly [unknown, Uint8Array] {
  try {
    return decodeFirst(from, strict);
  } catch {
    // Deep nesting ends in an error of the stack, which is one of the value as well.
    throw invalid(`${what} is not CBOR in the form of CTAP2`);
  }
}
