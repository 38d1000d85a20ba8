import type { TenantId } from '../ids.js';
import type { PendingTransaction } from '../signing/pending.js';
import type { SealedWallet } from '../signing/wallet.js';
import type { AcceptRequest } from '../store/intake-facts.js';
import type { Accepted, JournalEntry, Lease } from '../store/journal.js';
import type { Idempotency } from '../store/queue.js';

/** Wallets that were read for a request, so that nobody reads them twice within a moment. */
export interface ReadWallets {
  readonly sealed: readonly SealedWallet[];
  /** When that began, by `performance.now()`. */
  readonly at: number;
}

/** A place on the way that is kept for one request until it is accepted. Either method is called once. */
export interface Place {
  /**
   * The request has its row, and this process the lease of it.
   * @param wallets - those of all its keys, if they were read for it
   */
  begin(entry: JournalEntry, lease: Lease, wallets?: ReadWallets): void;
  /** The request does not need it. */
  free(): void;
}

/** What carries requests in this process. */
export interface Carrier {
  /** Takes up a request that this process has just accepted. */
  wake(entry: JournalEntry): void;
  /** Keeps a place for a request that can begin as soon as it is accepted. @returns undefined if it has to wait for others */
  place?(pending: PendingTransaction): Place | undefined;
}

/** Where doors hand requests over. */
export interface Intake {
  /**
   * Writes the request into the journal and wakes what carries it. It is durable when this resolves: row, story and idempotency key
   * are one database transaction. Of two equal requests at the same time both get the one row.
   * @throws CustosError REQUEST_EXPIRED, OUTPUT_SPENT and OUTPUT_RESERVED (nothing is written), PENDING_CHANGED (another request has
   *   the id), STORE_*
   * @param wallets - those of all keys of the request, if they were read for it: whoever carries it at once may use them
   */
  accept(request: AcceptRequest, wallets?: ReadWallets): Promise<Accepted>;
  /** What `accept` would answer to a known key, so that a repeated request is not built again. @returns undefined for a new key */
  repeated(tenant: TenantId, idempotency: Idempotency): Promise<Accepted | undefined>;
}
