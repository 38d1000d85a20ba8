import type { CustosError, ErrorCode } from '../errors.js';
import type { ChainId, Network } from '../ids.js';
import type { PendingTransaction } from '../signing/pending.js';

/**
 * `claimed` nothing is signed yet · `held` a judge wants to be asked again · `signed` the bytes are recorded and may be on their way ·
 * `broadcast` the network took them · `completed` the cloud knows · `denied`, `failed`, `cancelled` ended without effect.
 */
export const states = ['claimed', 'held', 'signed', 'broadcast', 'completed', 'denied', 'failed', 'cancelled'] as const;
export type State = (typeof states)[number];

/** Nothing is signed yet, and the way goes on. */
export const unsignedStates = ['claimed', 'held'] as const satisfies readonly State[];

/** The bytes are recorded and may be on their way. */
export const sentStates = ['signed', 'broadcast'] as const satisfies readonly State[];

/** The way goes on. */
export const openStates = [...unsignedStates, ...sentStates] as const;

/** The bytes may take effect, or have: their nonce and outputs are in use for good. */
export const livingStates = [...sentStates, 'completed'] as const satisfies readonly State[];

export function isState(text: string): text is State {
  return states.some((state) => state === text);
}

export function isUnsigned(state: State): boolean {
  return unsignedStates.some((one) => one === state);
}

/** Bytes are recorded, may be on their way, and are not ended. */
export function isSent(state: State): boolean {
  return sentStates.some((one) => one === state);
}

/** The transaction gives its bytes, and what they spend, to no other. */
export function isKept(state: State): boolean {
  return livingStates.some((one) => one === state);
}

/** One pending transaction's row. */
export interface JournalEntry {
  readonly id: string;
  readonly chain: ChainId;
  readonly network: Network;
  readonly state: State;
  /** Grows with every claim; a write under an older generation is refused. */
  readonly generation: number;
  readonly pending: PendingTransaction;
  readonly sender?: string;
  readonly nonce?: bigint;
  readonly completed?: string;
  /** JSON form of the summary. */
  readonly summary?: Readonly<Record<string, unknown>>;
  readonly signed?: string;
  readonly txId?: string;
  readonly errorCode?: ErrorCode;
  readonly errorText?: string;
  /** Text of the last error that the cloud was told, so that it is told once. */
  readonly reported?: string;
  /** The block in which it was last seen, while its confirmations are awaited. */
  readonly block?: string;
  readonly attempts: number;
  /** Not before this moment (milliseconds since 1970). */
  readonly nextAttemptAt: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** One line of the story, never changed afterwards. */
export interface JournalEvent {
  readonly at: number;
  readonly event: string;
  readonly fact: Readonly<Record<string, unknown>>;
}

/** How long a transaction stays with a process that is not heard of any more, in milliseconds. */
export const LEASE_TIME = 30_000;

/** Nothing is put off for longer than this, in milliseconds. */
export const LONGEST_REST = 600_000;

/** True when what was put off is to be tried again: also when a clock that has been put back since put it off for too long. */
export function isDue(nextAttemptAt: number, now: number): boolean {
  return nextAttemptAt <= now || nextAttemptAt > now + LONGEST_REST;
}

/** True for an error after which a transaction only waits for its turn, so that it counts as no try. */
export function isNoTry(code: ErrorCode): boolean {
  return code === 'DUPLICATE_DEFERRED';
}

/** The right to go on with one transaction. Every step, `renew` and `keepLeases` hold on to it for another `LEASE_TIME`. */
export interface Lease {
  readonly id: string;
  readonly generation: number;
}

/** Facts that go with a step; only the given ones are written. */
export interface JournalFact {
  readonly sender?: string;
  readonly nonce?: bigint;
  readonly completed?: string;
  readonly summary?: Readonly<Record<string, unknown>>;
  readonly signed?: string;
  readonly txId?: string;
  readonly errorCode?: ErrorCode;
  readonly errorText?: string;
  readonly reported?: string;
  /** The block in which the network has it; empty when it left its block. */
  readonly block?: string;
  /** Lets go of the lease until then. Together with an error it counts as one more try, but for `isNoTry`. */
  readonly nextAttemptAt?: number;
  /** Outputs that it spends (`txId:index`): from now on no other transaction of this store may. */
  readonly spends?: readonly string[];
}

/** A sender's next number, and how many lower ones than the highest in use are still free. */
export interface NonceGrant {
  readonly nonce: bigint;
  readonly missing: number;
}

/** What is known of a sender's numbers at the node. */
export interface NonceCounts {
  readonly sender: string;
  /** Number of the sender's transactions in the chain. */
  readonly latest: bigint;
  /** The same with those that wait at the node, where it was asked. */
  readonly waiting?: bigint;
}

export type ClaimResult =
  | { readonly kind: 'claimed'; readonly entry: JournalEntry; readonly lease: Lease }
  /** Known already; `lease` is there when there is still something to do, and no other process does it. */
  | { readonly kind: 'known'; readonly entry: JournalEntry; readonly lease?: Lease }
  /** The same id came with another payload. */
  | { readonly kind: 'changed'; readonly entry: JournalEntry }
  | Damaged;

/** A row that holds what was never written there: nobody goes on with it, and others are not concerned. */
export interface Damaged {
  readonly kind: 'damaged';
  /** RECORD_DAMAGED, with the id among its details. */
  readonly error: CustosError;
  readonly entry?: undefined;
  readonly lease?: undefined;
}

/** What is to be gone on with, and what would be if it could be read. */
export interface DueTransactions {
  readonly entries: readonly JournalEntry[];
  readonly damaged: readonly Damaged[];
}

export interface JournalFilter {
  readonly chain?: ChainId;
  readonly network?: Network;
  readonly states?: readonly State[];
  readonly sender?: string;
  readonly limit?: number;
}

/** How much lies in one state of one chain. */
export interface QueueDepth {
  readonly chain: ChainId;
  readonly state: State;
  readonly count: number;
  /** When the oldest of them was claimed, in milliseconds since 1970. */
  readonly oldest: number;
}

/** Why bytes can never take effect any more. */
export interface DeathProof {
  /** Of the bytes that it is about. */
  readonly txId: string;
  readonly text: string;
}

/** What happened to each pending transaction. Every method is one durable database transaction. */
export interface Journal {
  /**
   * Writes new pending transactions, and takes the lease of those that are due, not ended and not held by another process,
   * which also does nothing unsigned of the same sender: one sender's transactions are made by one process at a time. One
   * result for each, in order.
   */
  claim(pending: readonly PendingTransaction[]): Promise<readonly ClaimResult[]>;
  /** Holds on to a lease. @throws CustosError LEASE_LOST: another process has taken the transaction over */
  renew(lease: Lease): Promise<void>;
  /** Holds on to everything that this process holds. */
  keepLeases(): Promise<void>;
  /** Ends the leases of all processes: only for one that knows itself to be alone. */
  endLeases(): Promise<void>;
  /**
   * Writes `fact`, sets the state and adds one event named `event` (default: the state's name).
   * `signed` is write-once while the bytes may take effect.
   * @throws CustosError LEASE_LOST (stale generation, or let go of), STATE_CONFLICT (no such transition), OUTPUT_SPENT and
   *   OUTPUT_RESERVED (another transaction spends one of `spends`), TRANSACTION_DUPLICATE (another one of the network has the
   *   very bytes; one that has failed gives them over instead)
   */
  advance(lease: Lease, to: State, fact: JournalFact, event?: string): Promise<void>;
  /** Lets go of a lease until a moment (milliseconds since 1970): nothing has happened that the story should tell. */
  rest(lease: Lease, until: number): Promise<void>;
  /**
   * Reserves the sender's first number from `latest` upwards that no living transaction uses, for as long as the
   * transaction may still be signed with it. Numbers below `waiting` that the journal does not know are in use by others.
   * @throws CustosError LEASE_LOST, NODE_ANSWER_INVALID (no transaction could have such a number)
   */
  takeNonce(lease: Lease, counts: NonceCounts): Promise<NonceGrant>;
  /**
   * Puts a signed one back to `claimed`, without its bytes, after they were proved dead; they stay readable in the story.
   * @throws CustosError LEASE_LOST, STATE_CONFLICT (not signed)
   */
  expire(lease: Lease, proof: string): Promise<void>;
  /** Id of another transaction to which the bytes of this one belong, from times when two could have the same. */
  twin(entry: Pick<JournalEntry, 'id' | 'txId'>): Promise<string | undefined>;
  get(id: string): Promise<JournalEntry | undefined>;
  find(filter: JournalFilter): Promise<readonly JournalEntry[]>;
  events(id: string): Promise<readonly JournalEvent[]>;
  /** What is not ended, by chain and state. */
  depths(network: Network): Promise<readonly QueueDepth[]>;
  /** What is signed but not ended and whose time has come, oldest first, without what other processes hold. */
  due(chain: ChainId, network: Network, limit: number): Promise<DueTransactions>;
  /**
   * Puts a denied or failed one back: to `signed` when bytes exist, else to `claimed`.
   * @param options - `awaitsProof`: also when a signed transaction has the nonce of the bytes by now; whoever goes on with
   *   them sends nothing before it is proved which of the two took effect
   * @throws CustosError PENDING_UNKNOWN, STATE_CONFLICT (also: another transaction has the nonce of the bytes), OUTPUT_SPENT
   *   and OUTPUT_RESERVED (another one spends what the bytes spend)
   */
  retry(id: string, options?: { readonly awaitsProof?: boolean }): Promise<JournalEntry>;
  /**
   * Ends one that has no signed bytes, or a failed one whose bytes are proved dead.
   * @throws CustosError PENDING_UNKNOWN, STATE_CONFLICT
   */
  cancel(id: string, proof?: DeathProof): Promise<JournalEntry>;
  /** Ends one without bytes that the application withdrew. @returns false when it has bytes, or a process goes on with it */
  withdraw(entry: JournalEntry): Promise<boolean>;
  /** Signed transactions that have the nonce of this one, or spend one of its outputs. */
  rivals(entry: JournalEntry): Promise<readonly JournalEntry[]>;
  /** Pages by id of what is not ended, denied or failed and has no bytes; `last` is the last id that was looked at. */
  unsigned(
    chain: ChainId,
    network: Network,
    page: { readonly after: string; readonly limit: number },
  ): Promise<{ readonly entries: readonly JournalEntry[]; readonly last: string | undefined }>;
}

/** One transaction with its story as it lies in the table, for backups. */
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
  /** Pages by id: give the last one of the page before as `after`. */
  page(after: string | undefined, limit: number): Promise<readonly JournalRecord[]>;
  /** @param options - `adopt`: rows without a MAC are given one, because they come from a backup of a time before */
  add(records: readonly JournalRecord[], options?: { readonly adopt?: boolean }): Promise<void>;
}
