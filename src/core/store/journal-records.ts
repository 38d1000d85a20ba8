/** One transaction with its history, as stored in the table, for backups. */
export interface JournalRecord {
  readonly id: string;
  readonly row: Readonly<Record<string, string | number | null>>;
  readonly events: readonly {
    readonly place: number;
    readonly at: number;
    readonly event: string;
    readonly fact: string;
    /** Absent in backups of older versions. */
    readonly mac?: string | null;
  }[];
}

/** The journal as backups see it. */
export interface JournalRecords {
  /** Pages by id; `after` is the last id of the previous page. */
  page(after: string | undefined, limit: number): Promise<readonly JournalRecord[]>;
  /** @param options - `adopt`: rows without a MAC get one, because they come from an older backup */
  add(records: readonly JournalRecord[], options?: { readonly adopt?: boolean }): Promise<void>;
}
