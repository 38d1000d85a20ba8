/** Most leaves that one request carries. */
export const MOST_LEAVES = 100_000;
/** Most other logs that a checkpoint names. */
export const MOST_BESIDE = 32;

/** The head of another log. */
export interface BesideLog {
  readonly writer: string;
  readonly size: number;
  /** 32 bytes in Base64. */
  readonly root: string;
}

/** Asks for a checkpoint of a log after some more leaves. */
export interface CheckpointRequest {
  readonly writer: string;
  /** Where the signer begins: what it signed last or before that, or what a checkpoint shows, or nothing at all. */
  readonly start: {
    readonly size: number;
    /** Roots of the complete subtrees, 32 bytes each, joined. */
    readonly hashes: Uint8Array;
    readonly note?: string;
  };
  /** Hashes of the leaves that follow, 32 bytes each, joined; at most `MOST_LEAVES`. */
  readonly leaves: Uint8Array;
  /** The newest checkpoint of the log, which the new one names. */
  readonly former?: string;
  readonly beside: readonly BesideLog[];
  /** What was signed last for this log, as whoever starts signer processes knows it. A front cannot say it. */
  readonly known?: string;
}

/** Has the key of the audit log. */
export interface CheckpointSigner {
  /** @returns a C2SP checkpoint. @throws CustosError AUDIT_BROKEN: the log does not extend what was signed before */
  sign(request: CheckpointRequest): Promise<string>;
  wipe(): void;
}
