import { createHmac, hash } from 'node:crypto';
import { CustosError } from '../errors.js';

/**
 * Authenticates a list of texts with a key derived from the root key (HMAC-SHA256). Different lists give different input.
 * @returns 43 characters of base64url
 */
export type JournalMac = (parts: readonly string[]) => string;

/** How a journal is opened for changes: what the front gets from the process that opened the root key. */
export interface JournalKey {
  /** 32 bytes. */
  readonly key: Uint8Array;
  /**
   * True if the journal may be older than the authentication of its rows: rows without a MAC then get one, once. Only a process
   * that opened the store with a key slot of that time may set this.
   */
  readonly mayAdopt: boolean;
}

/** Bytes of a block and of a digest of SHA-256. */
const BLOCK = 64;
const DIGEST = 32;
/** Longer texts are rare, and need no room that is kept for them; in bytes. */
const ROOM = 16_384;

/** @param key - 32 bytes; kept for as long as what is returned. @throws CustosError INTERNAL: it has another size */
export function journalMac(key: Uint8Array): JournalMac {
  // A key above a block would have to be hashed first.
  if (key.length !== 32) throw new CustosError('INTERNAL', 'a key of the journal has 32 bytes');
  const inner = Buffer.alloc(BLOCK + ROOM);
  const outer = Buffer.alloc(BLOCK + DIGEST);
  inner.set(paddedKey(key, 0x36));
  outer.set(paddedKey(key, 0x5c));
  return (parts) => {
    // Rows have up to fifty parts. The engine's JSON takes a tenth of the work of joining them with their lengths.
    const text = JSON.stringify(parts);
    // A character takes at most three bytes of UTF-8.
    if (text.length * 3 > ROOM) return createHmac('sha256', key).update(text).digest('base64url');
    // HMAC by its definition (RFC 2104): two hashes of one call each leave no object of the engine behind, and a transaction has twenty.
    const length = BLOCK + inner.write(text, BLOCK);
    outer.write(hash('sha256', inner.subarray(0, length), 'base64url'), BLOCK, 'base64url');
    return hash('sha256', outer, 'base64url');
  };
}

/** The key in a block of its own, each byte with a pad. */
function paddedKey(key: Uint8Array, pad: number): Uint8Array {
  const block = new Uint8Array(BLOCK).fill(pad);
  for (const [place, byte] of key.entries()) block[place] = byte ^ pad;
  return block;
}
