import type { Freeze } from '../policy/freeze.js';

/** Milliseconds after which what was seen is too old to sign by. */
export const FRESH_FREEZES = 250;

/** The freezes that hold, as a process that signs sees them. */
export interface FreezeView {
  /**
   * Those that hold now, seen in the store at most `FRESH_FREEZES` ago. It reads the store only if they are older.
   * @throws CustosError STORE_*: it is unknown what holds, so nothing may be signed
   */
  now(): Promise<readonly Freeze[]>;
}

/** How a freeze was ended, for whoever can verify it with a key that only the root key gives. */
export interface FreezeEnd {
  /** Its lines. */
  readonly text: string;
  readonly at: number;
  readonly signatures: string;
  readonly rootMac: string;
}

/** What somebody tells a keeper about freezes. */
export interface FreezeNews {
  /** The lines of those that hold. */
  readonly freezes: readonly string[];
  readonly ends: readonly FreezeEnd[];
}

/** What a keeper knows of freezes. */
export interface FreezesKept {
  /** Id of the store that it signs for. */
  readonly store: string;
  /** The lines of those that hold. */
  readonly freezes: readonly string[];
}
