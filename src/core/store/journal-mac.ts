import { createHmac } from 'node:crypto';

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

/** @param key - 32 bytes; kept for as long as what is returned */
export function journalMac(key: Uint8Array): JournalMac {
  // Rows have up to fifty parts. The engine's JSON takes a tenth of the work of joining them with their lengths.
  return (parts) => createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64url');
}
