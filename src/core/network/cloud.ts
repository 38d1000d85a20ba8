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
  /** Text for the cloud: code and message, no secret. */
  readonly error: string;
  /** Nothing more happens to it by itself. */
  readonly final?: true;
}

/** Whether the cloud closes what it broadcasts, or keeps it open until it is told; only our gateway knows the second. */
export type BroadcastManner = 'close' | 'keep open';

/**
 * What the cloud says of one pending transaction. `withdrawn` is its definite word, which only our gateway gives; `unknown`
 * may as well be another cloud, a queue that was lost, or another API key.
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
   * Hands over signed bytes and closes the pending transaction, unless it is to be kept open.
   * @throws also BROADCAST_REFUSED (`details.dead` when the bytes are proved dead), BROADCAST_DEFERRED
   */
  broadcast(
    chain: Chain,
    pending: PendingTransaction,
    signed: RecordedTransaction,
    manner?: BroadcastManner,
  ): Promise<{ readonly txId: string }>;
  /** Closes a pending transaction that was broadcast elsewhere; doing it twice is no error. */
  complete(pendingId: string, txId: string): Promise<void>;
  status(pendingId: string): Promise<CloudStatus>;
  report(reports: readonly ErrorReport[]): Promise<void>;
  /** True where the last answer came from a gateway of ours, whose nodes can be asked about blocks. */
  isGateway?(): boolean;
}

/** Where a chain's node is, and how signed bytes get to it. */
export interface Nodes {
  client(chain: Chain): NodeClient;
  /** True when the operator named an own node for the chain: bytes go there and the cloud is only told. */
  isOwn(chain: ChainId): boolean;
  /** Broadcast through the own node. @throws CustosError BROADCAST_REFUSED (`details.dead` as above), BROADCAST_DEFERRED, NODE_* */
  broadcast(chain: Chain, signed: RecordedTransaction): Promise<{ readonly txId: string }>;
}
