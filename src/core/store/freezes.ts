/** A freeze as it is stored. */
export interface StoredFreeze {
  readonly id: string;
  readonly at: number;
  /** Its lines (`freezeText`). */
  readonly text: string;
  /** Text form of the signature of the key that the lines name; absent where they name none. */
  readonly signature?: string;
  /** Authenticates the lines with the journal's key. Absent on one that a person signed until a process with the key verified it. */
  readonly mac?: string;
  /** Absent as long as it holds. */
  readonly end?: StoredFreezeEnd;
}

/** How a freeze was ended. */
export interface StoredFreezeEnd {
  readonly at: number;
  /** JSON list of the signatures of the quorum; `[]` in a store without a constitution. */
  readonly signatures: string;
  /** Authenticates it with the journal's key: for fronts. */
  readonly mac: string;
  /** Authenticates it with a key that only the root key gives: for keepers. */
  readonly rootMac: string;
}

/** Hears of changes until it is closed. */
export interface Listening {
  close(): Promise<void>;
}

/** The freezes of a store. None is ever removed, and an end is never taken back. */
export interface FreezeTable {
  /** All of them, the oldest first. */
  all(): Promise<readonly StoredFreeze[]>;
  get(id: string): Promise<StoredFreeze | undefined>;
  /** Adds one. A freeze of this id stays as it is. @throws CustosError STORE_REKEYED */
  add(freeze: Omit<StoredFreeze, 'end'>): Promise<void>;
  /** Notes that the signature of one without a MAC was verified. @throws CustosError STORE_REKEYED */
  authenticate(id: string, mac: string): Promise<void>;
  /** Ends one. @throws CustosError FREEZE_UNKNOWN, FREEZE_ENDED, STORE_REKEYED */
  end(id: string, end: StoredFreezeEnd): Promise<void>;
  /**
   * Calls `onChange` when another process may have added or ended a freeze, if the database can say so. It may miss one, so
   * whoever must know looks as well.
   */
  listen(onChange: () => void): Listening;
  /** Fills a new store from a backup. */
  restore(freezes: readonly StoredFreeze[]): Promise<void>;
}
