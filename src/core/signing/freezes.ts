import type { Freeze } from '../policy/freeze.js';

/** Milliseconds after which what was seen is too old to sign by. */
export const FRESH_FREEZES = 400;

/** The freezes that hold, as a process that signs sees them. */
export interface FreezeView {
  /**
   * Those that hold now, seen in the store at most `FRESH_FREEZES` ago. It reads the store only if they are older.
   * @throws CustosError STORE_*: it is unknown what holds, so nothing may be signed
   */
  now(): Promise<readonly Freeze[]>;
}
