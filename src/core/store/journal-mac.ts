/**
 * Authenticates a list of texts under a key below the root key (HMAC-SHA256): no two lists have the same text for it.
 * @returns 43 characters of base64url
 */
export type JournalMac = (parts: readonly string[]) => string;

/** What the front gets from whoever opened the root key. */
export interface JournalKey {
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** As in `JournalOpening`. */
  readonly mayAdopt: boolean;
}

/** How a journal is opened for whoever changes it. */
export interface JournalOpening {
  readonly mac: JournalMac;
  /**
   * True where the journal may come from a time before its rows were authenticated: rows without a MAC are then given one, once.
   * Only who opened the store by a key slot of that time may say so.
   */
  readonly mayAdopt: boolean;
}
