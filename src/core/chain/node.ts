import type { CustosError } from '../errors.js';
import type { PendingTransaction } from '../signing/pending.js';
import type { ParseContext, SignedTransaction } from './codec.js';

/** What `complete` may ask. Holds no key. */
export interface CompleteContext extends ParseContext {
  readonly node: NodeClient;
  /** The operator signs for amounts that are only claimed (`unproved-amount`), where nobody can prove them. */
  readonly allowUnproved?: boolean;
  /**
   * Gives the first number from `latest` upwards that no living transaction of this sender uses; it is given once.
   * @param latest - number of the sender's transactions in the chain
   * @param waiting - the same with those that wait at the node, where it was asked: what the journal knows as sent and the
   *   node does not count was lost, and is sent again
   */
  nextNonce(latest: bigint, waiting?: bigint): Promise<bigint>;
  /** True for a form whose bytes another transaction of the sender has: a chain that can choose something else does so. */
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
   * Several JSON-RPC calls in one exchange, with one outcome for each, in order; absent where they are made one by one. A node
   * that takes no batches fails as a whole.
   */
  batch?(calls: readonly RpcCall[]): Promise<readonly RpcOutcome[]>;
  /** HTTP interface of the node itself; `path` begins with `/` and may hold a query. Resolves to the parsed JSON (or text). */
  http(request: NodeRequest): Promise<unknown>;
  /** An operation of the cloud, below its base URL, e.g. `/v3/flow/sign`; absent on a direct node. */
  cloud?(request: NodeRequest): Promise<unknown>;
  /** Number of transactions sent from `address`, by the cloud's own operation; absent on a direct node. */
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
  /** Sent as `application/x-www-form-urlencoded`, in place of a body. */
  readonly form?: Readonly<Record<string, string>>;
  /** Default: POST with a body, else GET. */
  readonly method?: 'GET' | 'POST';
}

/** Signed bytes with what they were made from. */
export interface RecordedTransaction extends SignedTransaction {
  /** The completed serialized form. */
  readonly completed: string;
  /** Address of the first key. */
  readonly sender: string;
}

/** What the network says of signed bytes. `dead`: they can never take effect any more, which is proved. */
export type Fate = 'known' | 'open' | 'dead';

/**
 * Where the network has a transaction. `absent`: the node does not know it (any more). `waiting`: known, in no block.
 * `included`: in a block that the chain keeps now; `depth` is 1 in the newest block and grows with each block behind it;
 * `reverted`: it is in the chain and paid its fee, but did not do what it was for.
 */
export type Inclusion =
  | { readonly kind: 'absent' | 'waiting' }
  | { readonly kind: 'included'; readonly depth: number; readonly block: string; readonly reverted?: true };

/** What a chain asks of its nodes. The only part that talks to the network; it holds no key. */
export interface ChainNode {
  /** Fills in what is missing; a value that is given is never changed. @returns the completed serialized form. */
  complete(pending: PendingTransaction, context: CompleteContext): Promise<string>;
  /**
   * Hands signed bytes to a node. A node that has them already is no error.
   * @returns the transaction id as the network knows it
   * @throws CustosError BROADCAST_REFUSED (for good), BROADCAST_DEFERRED, NODE_* (try again with the same bytes)
   */
  broadcast(recorded: RecordedTransaction, node: NodeClient): Promise<string>;
  /** Also through the cloud the bytes go by `broadcast` above to its node; the cloud is then told the transaction id alone. */
  readonly sendsByNode?: boolean;
  /** What became of signed bytes; `open` when nothing is proved. @throws CustosError NODE_* */
  fate?(recorded: RecordedTransaction, node: NodeClient): Promise<Fate>;
  /** Where the network has signed bytes now; absent where the chain's nodes cannot tell. @throws CustosError NODE_* */
  inclusion?(recorded: RecordedTransaction, node: NodeClient): Promise<Inclusion>;
  /**
   * Whether a network that refused signed bytes in these words, and does not know them, may take the same bytes later.
   * Absent: what is refused stays refused.
   * @throws CustosError NODE_*
   */
  refusal?(recorded: RecordedTransaction, words: string, node: NodeClient): Promise<'later' | 'final'>;
  /**
   * Asks a node whether it is of this chain and network; absent where nodes cannot tell.
   * @throws CustosError NETWORK_MISMATCH, CHAIN_ID_MISMATCH, NODE_*
   */
  checkNode?(node: NodeClient, place: Pick<ParseContext, 'network' | 'developmentChainId'>): Promise<void>;
}
