import type { CustosError, ErrorCode } from '../errors.js';
import type { ChainId, Network, TenantId } from '../ids.js';
import { keyFaults } from '../signing/key-holder.js';
import type { PendingTransaction } from '../signing/pending.js';
import type { BudgetReservation, BudgetWindow, ReservedBudgets } from './budgets.js';
import type { AcceptRequest, IntakeFacts, RequestKind } from './intake-facts.js';
import type { NonceCounts, NonceGrant } from './nonces.js';
import type { OutputView } from './outputs.js';
import type { Idempotency } from './queue.js';

/**
 * `claimed` nothing is signed yet · `held` a judge wants to be asked again · `signed` the bytes are recorded and may have been sent ·
 * `broadcast` the network accepted them · `completed` the cloud knows · `denied`, `failed`, `cancelled` ended without effect.
 */
export const states = ['claimed', 'held', 'signed', 'broadcast', 'completed', 'denied', 'failed', 'cancelled'] as const;
export type State = (typeof states)[number];

/** Nothing is signed yet, and the transaction goes on. */
export const unsignedStates = ['claimed', 'held'] as const satisfies readonly State[];

/** The bytes are recorded and may have been sent. */
export const sentStates = ['signed', 'broadcast'] as const satisfies readonly State[];

/** The transaction goes on. */
export const openStates = [...unsignedStates, ...sentStates] as const;

/** The bytes may take effect or have taken effect, so their nonce and outputs are in use for good. */
export const livingStates = [...sentStates, 'completed'] as const satisfies readonly State[];

export function isState(text: string): text is State {
  return states.some((state) => state === text);
}

export function isUnsigned(state: State): boolean {
  return unsignedStates.some((one) => one === state);
}

/** The bytes are recorded and may have been sent, and the transaction has not ended. */
export function isSent(state: State): boolean {
  return sentStates.some((one) => one === state);
}

/** No other transaction gets these bytes or what they spend. */
export function isKept(state: State): boolean {
  return livingStates.some((one) => one === state);
}

/** One pending transaction's row. */
export interface JournalEntry {
  readonly id: string;
  readonly chain: ChainId;
  readonly network: Network;
  readonly state: State;
  /** Grows with every claim; a write with an older generation is refused. */
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
  /** Text of the last error reported to the cloud, so that it is reported once. */
  readonly reported?: string;
  /** The block in which it was last seen, while it waits for confirmations. */
  readonly block?: string;
  /** Present if the request came through a door of Custos: the journal is then its source, and no cloud knows it. */
  readonly intake?: IntakeFacts;
  readonly attempts: number;
  /** Not before this moment (milliseconds since 1970). */
  readonly nextAttemptAt: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** One event of the history, never changed afterwards. */
export interface JournalEvent {
  readonly at: number;
  readonly event: string;
  readonly fact: Readonly<Record<string, unknown>>;
}

/** How long a silent process keeps a transaction, in milliseconds. */
export const LEASE_TIME = 30_000;

/** The longest postponement, in milliseconds. */
export const LONGEST_REST = 600_000;

/** True when a postponed step is due, also if it seems postponed for too long because the clock was set back since. */
export function isDue(nextAttemptAt: number, now: number): boolean {
  return nextAttemptAt <= now || nextAttemptAt > now + LONGEST_REST;
}

/** True for an error after which a transaction only waits for its turn or for its key, so it does not count as an attempt. */
export function isNoTry(code: ErrorCode): boolean {
  return code === 'DUPLICATE_DEFERRED' || code === 'FROZEN' || keyFaults.has(code);
}

/** The right to go on with one transaction. Every step, `renew` and `keepLeases` extend it by `LEASE_TIME`. */
export interface Lease {
  readonly id: string;
  readonly generation: number;
}

/** Facts of a step; only the given ones are written. */
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
  /** Releases the lease until then. With an error it counts as one more attempt, except after `isNoTry`. */
  readonly nextAttemptAt?: number;
  /** Outputs that it spends (`txId:index`): from now on no other transaction of this store may spend them. */
  readonly spends?: readonly string[];
  /** What was filled in before the step and is not recorded yet: a line of its own, `filled`, before that of the step. */
  readonly filled?: JournalFact;
  /** What was reserved and is not in the story yet: a line of its own, `reserved`, before that of the step. */
  readonly budgets?: ReservedBudgets;
  /** What the network's answer said of bytes that it completed: a line of its own, `broadcast`, before that of the step. */
  readonly sent?: Pick<JournalFact, 'txId'>;
  /** Bytes that are handed out as soon as they are recorded: a line of its own, `signed`, before that of the step. */
  readonly made?: Pick<JournalFact, 'signed' | 'txId'>;
}

export type ClaimResult =
  | { readonly kind: 'claimed'; readonly entry: JournalEntry; readonly lease: Lease }
  /** Already known; `lease` is present if there is something left to do and no other process does it. */
  | { readonly kind: 'known'; readonly entry: JournalEntry; readonly lease?: Lease }
  /** The same id came with a different payload. */
  | { readonly kind: 'changed'; readonly entry: JournalEntry }
  | Damaged;

/** `replayed`: the known request · `different`: another request has the key. */
export type Accepted =
  | { readonly kind: 'accepted'; readonly entry: JournalEntry; readonly lease?: Lease }
  | { readonly kind: 'replayed'; readonly entry: JournalEntry }
  | { readonly kind: 'different' };

/** A row that was changed from outside: no process goes on with it, and other rows are not affected. */
export interface Damaged {
  readonly kind: 'damaged';
  /** RECORD_DAMAGED, with the id in its details. */
  readonly error: CustosError;
  readonly entry?: undefined;
  readonly lease?: undefined;
}

/** How many, and which. */
type Limit = number | { readonly most: number; isWanted(entry: JournalEntry): boolean };
/** The transactions to go on with, and those that are due but cannot be read. */
export interface DueTransactions {
  readonly entries: readonly JournalEntry[];
  readonly damaged: readonly Damaged[];
}

export interface JournalFilter {
  readonly chain?: ChainId;
  readonly network?: Network;
  readonly states?: readonly State[];
  readonly sender?: string;
  /** Rows from before tenants, and from clouds, belong to the default tenant. */
  readonly tenant?: TenantId;
  readonly reference?: string;
  readonly ownerTags?: readonly string[];
  readonly txId?: string;
  /** What is signed; what a cloud queued is a transaction. */
  readonly kinds?: readonly RequestKind[];
  /** The last row of the page before: newest rows come first, and rows of one moment by id. */
  readonly after?: Pick<JournalEntry, 'createdAt' | 'id'>;
  readonly limit?: number;
}

/** How many transactions one chain has in one state, and when the oldest one was claimed, in milliseconds since 1970. */
export interface QueueDepth {
  readonly chain: ChainId;
  readonly state: State;
  readonly count: number;
  readonly oldest: number;
}

/** Why the bytes of this transaction id can no longer take effect. */
export interface DeathProof {
  readonly txId: string;
  readonly text: string;
}

/** What happened to each pending transaction. Every method is one durable database transaction. */
export interface Journal extends OutputView {
  /**
   * Writes new pending transactions, and takes the lease of those that are due, have not ended, and are not held by another
   * process. That process must not hold any unsigned transaction of the same sender either: only one process at a time makes
   * transactions of one sender. Returns one result for each, in order.
   */
  claim(pending: readonly PendingTransaction[]): Promise<readonly ClaimResult[]>;
  /**
   * As `Intake`, without waking anything; with `claims`, it takes the lease of a new row unless another process serves its sender.
   * @throws CustosError also OUTPUT_SPENT, OUTPUT_RESERVED: nothing is written
   */
  accept(request: AcceptRequest, options?: { readonly claims?: boolean }): Promise<Accepted>;
  repeated(tenant: TenantId, idempotency: Idempotency): Promise<Accepted | undefined>;
  /** Extends a lease. @throws CustosError LEASE_LOST: another process has taken over the transaction */
  renew(lease: Lease): Promise<void>;
  /** Extends all leases of this process. */
  keepLeases(): Promise<void>;
  /** Ends the leases of all processes: only for a process that is certainly the only one. */
  endLeases(): Promise<void>;
  /**
   * Writes `fact`, sets the state and adds one event named `event` (default: the state's name).
   * `signed` is write-once while the bytes may take effect.
   * @throws CustosError LEASE_LOST (stale generation, or let go of), STATE_CONFLICT (no such transition), OUTPUT_SPENT and
   *   OUTPUT_RESERVED (another transaction spends one of `spends`), TRANSACTION_DUPLICATE (another transaction of the network has the
   *   same bytes; if that one has failed, it hands them over instead)
   */
  advance(lease: Lease, to: State, fact: JournalFact, event?: string): Promise<void>;
  /** Releases a lease until a time (milliseconds since 1970) without adding an event. */
  rest(lease: Lease, until: number): Promise<void>;
  /**
   * Reserves the sender's first number from `latest` upwards that no live transaction uses, as long as the transaction may still
   * be signed with it. Other programs use the numbers below `waiting` that the journal does not know.
   * @throws CustosError LEASE_LOST, NODE_ANSWER_INVALID (no transaction could have such a number)
   */
  takeNonce(lease: Lease, counts: NonceCounts): Promise<NonceGrant>;
  /**
   * What was charged to each budget from its moment on, in the order of the question, without what this transaction reserved for
   * this making of its bytes (`attemptOf`). A window begins with the whole minute of its moment.
   * @throws CustosError RECORD_DAMAGED
   */
  budgetsUsed(
    wanted: readonly BudgetWindow[],
    by: { readonly id: string; readonly attempt: string },
  ): Promise<readonly bigint[]>;
  /**
   * Reserves all charges of an unsigned transaction or none, in place of what it reserved before for this making of its bytes.
   * They are freed when it ends without bytes of this making, or with bytes that are proved dead (`cancel`, `expire`), and by
   * nothing else.
   * @returns what the next step has to write into the story (`JournalFact.budgets`)
   * @throws CustosError BUDGET_EXCEEDED (nothing is changed), LEASE_LOST, STATE_CONFLICT, RECORD_DAMAGED
   */
  reserveBudgets(lease: Lease, reservation: BudgetReservation): Promise<ReservedBudgets>;
  /**
   * Puts a signed transaction back to `claimed` without its bytes, after these were proved dead; they stay in the history.
   * @throws CustosError LEASE_LOST, STATE_CONFLICT (not signed)
   */
  expire(lease: Lease, proof: string): Promise<void>;
  /** Id of another transaction that owns the bytes of this one, from a time when two could have the same bytes. */
  twin(entry: Pick<JournalEntry, 'id' | 'txId'>): Promise<string | undefined>;
  get(id: string): Promise<JournalEntry | undefined>;
  find(filter: JournalFilter): Promise<readonly JournalEntry[]>;
  events(id: string): Promise<readonly JournalEvent[]>;
  /** Transactions that have not ended, by chain and state. */
  depths(network: Network): Promise<readonly QueueDepth[]>;
  /** True where all have ended. Asked for many chains in one turn of the event loop, it is one question. */
  isIdle(chain: ChainId, network: Network): Promise<boolean>;
  /** Signed ones that have not ended and are due, oldest first, without those that others hold; `from` a cloud's queue, or a door. */
  due(chain: ChainId, network: Network, limit: Limit, from?: 'cloud' | 'door'): Promise<DueTransactions>;
  /** Requests that came through a door, of which nothing is signed yet: as `due`. */
  waiting(chain: ChainId, network: Network, limit: Limit): Promise<DueTransactions>;
  /** Ends unsigned requests whose time is over, except those that a process works on. @returns the ended ones */
  endExpired(chain: ChainId, network: Network): Promise<readonly JournalEntry[]>;
  /**
   * Gives nonce and outputs of bytes that were handed out free for others. It has failed then, and keeps its bytes.
   * @throws CustosError PENDING_UNKNOWN, STATE_CONFLICT (no bytes of it were handed out)
   */
  release(id: string): Promise<JournalEntry>;
  /**
   * Puts a denied or failed transaction back: to `signed` if it has bytes, otherwise to `claimed`.
   * @param options - `awaitsProof`: even if another signed transaction has the nonce of the bytes by now. Nothing is then sent
   *   before it is proved which of the two took effect
   * @throws CustosError PENDING_UNKNOWN, STATE_CONFLICT (also: another transaction has the nonce of the bytes), OUTPUT_SPENT
   *   and OUTPUT_RESERVED (another one spends what the bytes spend)
   */
  retry(id: string, options?: { readonly awaitsProof?: boolean }): Promise<JournalEntry>;
  /** Ends a transaction without bytes, or one whose bytes are proved dead. @throws CustosError PENDING_UNKNOWN, STATE_CONFLICT */
  cancel(id: string, proof?: DeathProof): Promise<JournalEntry>;
  /** Makes a transaction without bytes due at once; leaves any other as it is. */
  wake(id: string): Promise<void>;
  /** Makes all that is held, or frozen before its first broadcast, due at once: a freeze, a suspension or a policy has ended. */
  wakeHeld(): Promise<void>;
  /** Ends a transaction without bytes that the application withdrew. @returns false if it has bytes, or a process works on it */
  withdraw(entry: JournalEntry): Promise<boolean>;
  /** Signed transactions that have the nonce of this one, or spend one of its outputs. */
  rivals(entry: JournalEntry): Promise<readonly JournalEntry[]>;
  /** Pages by id of transactions without bytes that have not ended, or are denied or failed; `last` is the last id examined. */
  unsigned(
    chain: ChainId,
    network: Network,
    page: { readonly after: string; readonly limit: number },
  ): Promise<{ readonly entries: readonly JournalEntry[]; readonly last: string | undefined }>;
}
