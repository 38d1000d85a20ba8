/** What the store keeps in numbered versions, of which none is ever changed: who decides, and what may be signed. */
const documentKinds = ['constitution', 'policy'] as const;
export type DocumentKind = (typeof documentKinds)[number];

/** One version of a document as it is stored. */
export interface SealedDocument {
  readonly version: number;
  /** Sealed under a key that is derived from the root key. */
  readonly box: Uint8Array;
  /** The same for the front, sealed under a key that is derived from the view key. */
  readonly viewBox: Uint8Array;
}
