import type { Chain } from '../chain/chain.js';
import type { RecordedTransaction } from '../chain/node.js';
import type { ChainId, Network, SignatureId } from '../ids.js';
import type { PendingTransaction } from '../signing/pending.js';
import type { BroadcastManner, CloudStatus, ErrorReport, PolledTransaction } from './cloud.js';

/** What a source says about one pending transaction; `unknown` does not end it. */
export type SourceStatus = CloudStatus;

/**
 * Where pending transactions come from, and who learns of their end: a cloud's queue, or the journal itself for transactions
 * from a program. A source needs only these methods, so every door leads to the same lifecycle.
 */
export interface Source {
  /** Its name in texts: `cloud`. */
  readonly name: string;
  /** The transactions that wait for these wallets now; ended ones are no longer listed. */
  pending(chain: ChainId, network: Network, ids: readonly SignatureId[]): Promise<readonly PolledTransaction[]>;
  /** Asks about a transaction that the source no longer lists. */
  status(pendingId: string): Promise<SourceStatus>;
  /** Reports that the network has the transaction. Reporting it twice is not an error. */
  complete(pendingId: string, txId: string): Promise<void>;
  /** Reports errors of transactions that were not completed: refused, denied, failed, or to be tried again later. */
  report(reports: readonly ErrorReport[]): Promise<void>;
  /** Reports that the signed bytes are proved dead and new ones will be made: a source that recorded them as sent lists it again. */
  reopen?(pendingId: string, error: string): Promise<void>;
  /** True if its nodes can also say which block has a transaction, not only the operator's own nodes. */
  showsBlocks(): boolean;
  /**
   * Broadcasts signed bytes, and closes the pending transaction unless it must stay open. Absent: the bytes go only to the
   * chain's node.
   * @throws CustosError BROADCAST_REFUSED (`details.dead` when the bytes are proved dead), BROADCAST_DEFERRED, CLOUD_*
   */
  readonly broadcast?: (
    chain: Chain,
    pending: PendingTransaction,
    signed: RecordedTransaction,
    manner: BroadcastManner,
  ) => Promise<{ readonly txId: string }>;
}
