import type { ChainId, Network, SignatureId, TenantId } from '../ids.js';
import type { KeyRef } from '../signing/wallet.js';

/**
 * `pending` waits for a signature · `broadcast` was sent, and its daemon waits for the chain · `completed` is closed for good ·
 * `deleted` was withdrawn by the application.
 */
export const queuedStates = ['pending', 'broadcast', 'completed', 'deleted'] as const;
export type QueuedState = (typeof queuedStates)[number];

/** A transaction that an application wants signed. */
export interface NewQueuedTransaction {
  readonly chain: ChainId;
  readonly network: Network;
  /** Wallets that sign, in signing order. */
  readonly hashes: readonly SignatureId[];
  /** Derivation index, for a mnemonic wallet. */
  readonly index?: number;
  /** Further keys of mnemonic wallets that sign, each with its own index. */
  readonly signatures?: readonly KeyRef[];
  readonly serializedTransaction: string;
  /** Outputs (`txId:index`) that it spends; no other pending or completed transaction can. */
  readonly spends?: readonly string[];
  readonly idempotency?: Idempotency;
}

/** Makes a repeated submission harmless. */
export interface Idempotency {
  /** Chosen by the application, 1 to 255 characters. */
  readonly key: string;
  /** SHA-256 of the request in hexadecimal digits: distinguishes a repetition from a reused key. */
  readonly digest: string;
}

/** An error that a daemon reported for a pending transaction. */
export interface ReportedError {
  readonly at: number;
  readonly error: string;
}

/** One row of the queue. */
export interface QueuedTransaction {
  /** 24 hexadecimal digits, random. */
  readonly id: string;
  readonly chain: ChainId;
  readonly network: Network;
  readonly hashes: readonly SignatureId[];
  readonly index?: number;
  readonly signatures?: readonly KeyRef[];
  readonly serializedTransaction: string;
  readonly state: QueuedState;
  readonly txId?: string;
  /** The last distinct ones, oldest first; at most 20. */
  readonly errors: readonly ReportedError[];
  readonly createdAt: number;
  /** When a daemon first fetched it. */
  readonly claimedAt?: number;
  /** When it failed for good, according to its daemon. */
  readonly failedAt?: number;
  /** Absent while it is open, and for transactions closed before this was recorded. */
  readonly closedBy?: Closer;
}

/** Who closed a transaction: its daemon after enough confirmations, or the gateway as soon as its node accepted the bytes. */
export type Closer = 'daemon' | 'gateway';

/** A daemon's report about a pending transaction. */
export interface DaemonReport {
  readonly id: string;
  readonly error: string;
  /** The daemon does nothing more with it by itself. */
  readonly final?: boolean;
  /** The sent bytes are proved dead, so daemons may make the transaction again. */
  readonly reopens?: boolean;
}

/** How many transactions of one chain wait, and since when the oldest has waited. */
export interface QueueCount {
  readonly chain: ChainId;
  /** `unclaimed`: no daemon has fetched it · `claimed` · `failed` for good · `broadcast`: sent, not yet closed. */
  readonly progress: 'unclaimed' | 'claimed' | 'failed' | 'broadcast';
  readonly count: number;
  readonly oldest: number;
}

/** A pending transaction that no daemon has fetched. */
export interface UnclaimedTransaction {
  readonly id: string;
  readonly chain: ChainId;
  readonly createdAt: number;
}

/** Which pending transactions to list: of these wallets, or all of the chain when `signatureIds` is absent. */
export interface PendingFilter {
  readonly chain: ChainId;
  readonly network: Network;
  readonly signatureIds?: readonly SignatureId[];
}

/** Outputs (`txId:index`) of one network of a chain. */
export interface SpentFilter {
  readonly chain: ChainId;
  readonly network: Network;
  readonly outputs: readonly string[];
}

/** A queue of pending transactions as one client sees it. Every method is one durable database transaction. */
export interface QueueView {
  /**
   * @returns the id of the pending transaction; the same one for the same idempotency key and digest
   * @throws CustosError IDEMPOTENCY_CONFLICT (the key was used for another request), STATE_CONFLICT (an output is spent by another)
   */
  enqueue(transaction: NewQueuedTransaction): Promise<string>;
  /** @returns the id that an earlier submission got, if there was one. @throws CustosError IDEMPOTENCY_CONFLICT */
  repeated(idempotency: Idempotency): Promise<string | undefined>;
  /** Those of the outputs that a pending or completed transaction spends. */
  spent(filter: SpentFilter): Promise<ReadonlySet<string>>;
  /** In order of submission. Wallets that the queue does not know are ignored. */
  pending(filter: PendingFilter): Promise<readonly QueuedTransaction[]>;
  /** Includes completed and deleted ones. */
  get(id: string): Promise<QueuedTransaction | undefined>;
  /**
   * Marks bytes as sent without closing: polls no longer list the transaction. Repeating this with the same txId is not an error.
   * @throws CustosError KMS_MISSING (unknown or deleted), STATE_CONFLICT (sent or completed with another txId)
   */
  sent(id: string, txId: string): Promise<void>;
  /**
   * Closes a pending transaction. Repeating this with the same txId is not an error.
   * @throws CustosError KMS_MISSING (unknown or deleted), STATE_CONFLICT (sent or completed with another txId)
   */
  complete(id: string, txId: string, closedBy: Closer): Promise<void>;
  /** Withdraws a pending transaction. @throws CustosError KMS_MISSING (unknown or deleted), STATE_CONFLICT (sent or completed) */
  remove(id: string): Promise<void>;
  /** Records that a daemon has fetched these. */
  claimed(ids: readonly string[]): Promise<void>;
  /** Keeps a daemon's report. An unknown id is ignored; a repeated error is kept once. */
  report(reports: readonly DaemonReport[]): Promise<void>;
}

/** The gateway's own queue. Seen as a whole, what is handed in belongs to the default tenant. */
export interface Queue extends QueueView {
  /** What a tenant handed in: all else is to it as if it did not exist. Outputs that others spend are spent for it too. */
  of(tenant: TenantId): QueueView;
  /** What waits on a network, per chain. */
  waiting(network: Network): Promise<readonly QueueCount[]>;
  /** Transactions that are older than `before` and that no daemon has fetched, oldest first. */
  unclaimed(filter: {
    readonly network: Network;
    readonly before: number;
    readonly limit: number;
  }): Promise<readonly UnclaimedTransaction[]>;
  close(): Promise<void>;
}
