import type { CustosError } from '../errors.js';
import type { PendingTransaction } from '../signing/pending.js';
import type { ParseContext, SignedTransaction } from './codec.js';

/** What `complete` may use. Holds no key. */
export interface CompleteContext extends ParseContext {
  readonly node: NodeClient;
  /** The operator accepts amounts that are only claimed (`unproved-amount`) when nothing can prove them. */
  readonly allowUnproved?: boolean;
  /**
   * Gives the first number from `latest` upwards that no live transaction of this sender uses. It gives each number once.
   * @param latest - number of the sender's transactions in the chain
   * @param waiting - the same including those that wait at the node, if it was asked: a transaction that the journal has as sent
   *   but the node does not count was lost, and is sent again
   */
  nextNonce(latest: bigint, waiting?: bigint): Promise<bigint>;
  /** True if another transaction of the sender has the bytes of this form; a chain that can choose something else does so. */
  isTaken?(completed: string): boolean;
}

/**
 * A blockchain node, reached through the cloud or directly. Answers are `unknown` until the chain has parsed them.
 * @throws CustosError NODE_REFUSED, NODE_UNREACHABLE, NODE_ANSWER_INVALID, CLOUD_*
 */
export interface NodeClient {
  /** JSON-RPC; resolves to `result`. */
  rpc(method: string, params: readonly unknown[]): Promise<unknown>;
  /**
   * Several JSON-RPC calls in one exchange, with one outcome for each, in order; absent if calls are made one by one. A node
   * that does not accept batches fails the whole call.
   */
  batch?(calls: readonly RpcCall[]): Promise<readonly RpcOutcome[]>;
  /** HTTP interface of the node itself; `path` begins with `/` and may hold a query. Resolves to the parsed JSON (or text). */
  http(request: NodeRequest): Promise<unknown>;
  /** An operation of the cloud, below its base URL, e.g. `/v3/flow/sign`; absent on a direct node. */
  cloud?(request: NodeRequest): Promise<unknown>;
  /** Number of transactions sent from `address`, from the cloud's own operation; absent on a direct node. */
  transactionCount?(address: string): Promise<unknown>;
  /** The cloud's fee advice `{slow, medium, fast}`; absent on a direct node. */
  feeAdvice?(): Promise<unknown>;
  /** A public service outside the cloud (e.g. Polygon's gas station); absent on a direct node. */
  publicService?(url: string, request?: Omit<NodeRequest, 'path'>): Promise<unknown>;
}

/** One call of a batch. */
export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** What became of one call of a batch. */
export type RpcOutcome =
  | { readonly kind: 'answered'; readonly result: unknown }
  | { readonly kind: 'refused'; readonly error: CustosError };

/** A request to a node's HTTP interface. Without a body it is a GET. */
export interface NodeRequest {
  readonly path: string;
  /** Sent as JSON; a `Uint8Array` goes as `application/octet-stream`. */
  readonly body?: unknown;
  /** Sent as `application/x-www-form-urlencoded`, instead of a body. */
  readonly form?: Readonly<Record<string, string>>;
  /** Default: POST with a body, else GET. */
  readonly method?: 'GET' | 'POST';
}

/** Signed bytes, and what they were made from. */
export interface RecordedTransaction extends SignedTransaction {
  /** The completed serialized form. */
  readonly completed: string;
  /** Address of the first key. */
  readonly sender: string;
}

/** What the network says about signed bytes. `dead`: it is proved that they can no longer take effect. */
export type Fate = 'known' | 'open' | 'dead';

/**
 * Where the network has a transaction. `absent`: the node does not, or no longer, know it. `waiting`: known, but not in a block.
 * `included`: in a block of the current chain; `depth` is 1 in the newest block and grows with each block after it;
 * `reverted`: it is in the chain and paid its fee, but had no effect.
 */
export type Inclusion =
  | { readonly kind: 'absent' | 'waiting' }
  | { readonly kind: 'included'; readonly depth: number; readonly block: string; readonly reverted?: true };

/** What a chain asks its nodes. The only part that talks to the network; it holds no key. */
export interface ChainNode {
  /** Fills in what is missing; a value that is given is never changed. @returns the completed serialized form. */
  complete(pending: PendingTransaction, context: CompleteContext): Promise<string>;
  /**
   * Sends signed bytes to a node. It is not an error if the node already has them.
   * @returns the transaction id as the network knows it
   * @throws CustosError BROADCAST_REFUSED (for good), BROADCAST_DEFERRED, NODE_* (try again with the same bytes)
   */
  broadcast(recorded: RecordedTransaction, node: NodeClient): Promise<string>;
  /** Even with the cloud, the bytes go to its node by `broadcast` above; the cloud then gets only the transaction id. */
  readonly sendsByNode?: boolean;
  /** What became of signed bytes; `open` when nothing is proved. @throws CustosError NODE_* */
  fate?(recorded: RecordedTransaction, node: NodeClient): Promise<Fate>;
  /** Where the network has signed bytes now; absent if the chain's nodes cannot say. @throws CustosError NODE_* */
  inclusion?(recorded: RecordedTransaction, node: NodeClient): Promise<Inclusion>;
  /**
   * Whether a network that refused signed bytes with these words, and does not have them, may accept the same bytes later.
   * Absent: a refusal is final.
   * @throws CustosError NODE_*
   */
  refusal?(recorded: RecordedTransaction, words: string, node: NodeClient): Promise<'later' | 'final'>;
  /**
   * Asks a node whether it belongs to this chain and network; absent if nodes cannot say.
   * @throws CustosError NETWORK_MISMATCH, CHAIN_ID_MISMATCH, NODE_*
   */
  checkNode?(node: NodeClient, place: Pick<ParseContext, 'network' | 'developmentChainId'>): Promise<void>;
}
