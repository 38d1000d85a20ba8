import type { Chain } from '../chain/chain.js';
import type { NodeClient, RecordedTransaction } from '../chain/node.js';
import type { CustosError } from '../errors.js';
import type { ChainId, Network, SignatureId } from '../ids.js';
import type { PendingTransaction } from '../signing/pending.js';

/** One element of a poll's answer: readable, or refused with the reason. */
export type PolledTransaction =
  | { readonly kind: 'pending'; readonly pending: PendingTransaction }
  | { readonly kind: 'refused'; readonly error: CustosError };

export interface ErrorReport {
  /** Id of the pending transaction. */
  readonly pendingId: string;
  /** Text for the cloud: code and message, without secrets. */
  readonly error: string;
  /** Custos does nothing more with it by itself. */
  readonly final?: true;
}

/** Whether the cloud closes what it broadcasts, or keeps it open until the daemon closes it; only our gateway supports the latter. */
export type BroadcastManner = 'close' | 'keep open';

/**
 * What the cloud says about one pending transaction. `withdrawn` is definite, and only our gateway says it; `unknown` may also
 * mean another cloud, a lost queue or another API key.
 */
export type CloudStatus =
  | { readonly kind: 'pending' }
  | { readonly kind: 'completed'; readonly txId: string }
  | { readonly kind: 'withdrawn' }
  | { readonly kind: 'unknown' };

/**
 * The queue of pending transactions: Tatum Cloud or our gateway.
 * @throws CustosError CLOUD_REFUSED, CLOUD_UNREACHABLE, CLOUD_TIMEOUT, CLOUD_RATE_LIMITED, CLOUD_ANSWER_INVALID, API_KEY_INVALID
 */
export interface Cloud {
  /** Asks for the pending transactions of these wallets, in as many requests as needed. */
  pending(chain: ChainId, network: Network, ids: readonly SignatureId[]): Promise<readonly PolledTransaction[]>;
  /**
   * Sends signed bytes and closes the pending transaction, unless it must stay open.
   * @throws also BROADCAST_REFUSED (`details.dead` when the bytes are proved dead), BROADCAST_DEFERRED
   */
  broadcast(
    chain: Chain,
    pending: PendingTransaction,
    signed: RecordedTransaction,
    manner?: BroadcastManner,
  ): Promise<{ readonly txId: string }>;
  /** Closes a pending transaction that was broadcast elsewhere. Closing it twice is not an error. */
  complete(pendingId: string, txId: string): Promise<void>;
  status(pendingId: string): Promise<CloudStatus>;
  report(reports: readonly ErrorReport[]): Promise<void>;
  /** True if the last answer came from our own gateway: its nodes can be asked about blocks. */
  isGateway?(): boolean;
}

/** Where a chain's node is, and how signed bytes get to it. */
export interface Nodes {
  client(chain: Chain): NodeClient;
  /** True when the operator named a node for the chain: bytes go there, and the cloud only gets the transaction id. */
  isOwn(chain: ChainId): boolean;
  /** Broadcasts through the operator's node. @throws CustosError BROADCAST_REFUSED (`details.dead` as above), BROADCAST_DEFERRED, NODE_* */
  broadcast(chain: Chain, signed: RecordedTransaction): Promise<{ readonly txId: string }>;
}
