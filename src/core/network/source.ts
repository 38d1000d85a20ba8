import type { Chain } from '../chain/chain.js';
import type { RecordedTransaction } from '../chain/node.js';
import type { ChainId, Network, SignatureId } from '../ids.js';
import type { PendingTransaction } from '../signing/pending.js';
import type { BroadcastManner, CloudStatus, ErrorReport, PolledTransaction } from './cloud.js';

/** What a source says of one pending transaction; `unknown` ends nothing. */
export type SourceStatus = CloudStatus;

/**
 * Where pending transactions come from, and what hears of their end: a cloud's queue, or the journal itself for what a program
 * hands over. Nothing is asked of it but this, so that every door leads to the same way.
 */
export interface Source {
  /** As texts name it: `cloud`. */
  readonly name: string;
  /** What waits for these wallets now; what has ended is no longer among it. */
  pending(chain: ChainId, network: Network, ids: readonly SignatureId[]): Promise<readonly PolledTransaction[]>;
  /** Asked about what it no longer lists. */
  status(pendingId: string): Promise<SourceStatus>;
  /** The network has the transaction; saying it twice is no error. */
  complete(pendingId: string, txId: string): Promise<void>;
  /** Errors of transactions that were not completed: refused, denied, failed, or tried again later. */
  report(reports: readonly ErrorReport[]): Promise<void>;
  /** Signed bytes are proved dead, and others will be made: a source that holds it as sent lists it again. */
  reopen?(pendingId: string, error: string): Promise<void>;
  /** True where its nodes may be asked which block has a transaction, besides the operator's own nodes. */
  showsBlocks(): boolean;
  /**
   * Takes signed bytes to the network, and closes the pending transaction unless it is to be kept open. Absent: bytes go to
   * the chain's node alone.
   * @throws CustosError BROADCAST_REFUSED (`details.dead` when the bytes are proved dead), BROADCAST_DEFERRED, CLOUD_*
   */
  readonly broadcast?: (
    chain: Chain,
    pending: PendingTransaction,
    signed: RecordedTransaction,
    manner: BroadcastManner,
  ) => Promise<{ readonly txId: string }>;
}
