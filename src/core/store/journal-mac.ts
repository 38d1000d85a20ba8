/**
 * Authenticates a list of texts with a key derived from the root key (HMAC-SHA256). Different lists give different input.
 * @returns 43 characters of base64url
 */
export type JournalMac = (parts: readonly string[]) => string;

/** What the front gets from the process that opened the root key. */
export interface JournalKey {
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** As in `JournalOpening`. */
  readonly mayAdopt: boolean;
}

/** How a journal is opened for changes. */
export interface JournalOpening {
  readonly mac: JournalMac;
  /**
   * True if the journal may be older than the authentication of its rows: rows without a MAC then get one, once. Only a process
   * that opened the store with a key slot of that time may set this.
   */
  readonly mayAdopt: boolean;
}
