import type { TenantId } from '../ids.js';
import type { SealedWallet } from '../signing/wallet.js';
import type { AcceptRequest } from '../store/intake-facts.js';
import type { Accepted } from '../store/journal.js';
import type { Idempotency } from '../store/queue.js';

/** Where doors hand requests over. */
export interface Intake {
  /**
   * Writes the request into the journal and wakes what carries it. It is durable when this resolves: row, story and idempotency key
   * are one database transaction. Of two equal requests at the same time both get the one row.
   * @throws CustosError REQUEST_EXPIRED, OUTPUT_SPENT and OUTPUT_RESERVED (nothing is written), PENDING_CHANGED (another request has
   *   the id), STORE_*
   * @param wallets - those of all keys of the request, if they were just read
   */
  accept(request: AcceptRequest, wallets?: readonly SealedWallet[]): Promise<Accepted>;
  /** What `accept` would answer to a known key, so that a repeated request is not built again. @returns undefined for a new key */
  repeated(tenant: TenantId, idempotency: Idempotency): Promise<Accepted | undefined>;
}
