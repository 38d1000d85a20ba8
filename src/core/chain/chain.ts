import type { CustosError } from '../errors.js';
import type { ChainId, Network } from '../ids.js';
import type { KeyRequest, PendingTransaction, Withdrawal } from '../signing/pending.js';
import type { KeyRef, LentKey, WalletKind } from '../signing/wallet.js';
import type { BuildContext, BuiltTransaction, PaymentRequest, SpendRequest } from './build.js';
import type { Summary } from './summary.js';

/** Key derivation of a chain whose wallets are mnemonics. All byte results are fresh; the caller wipes the secret ones. */
export interface HdScheme {
  /** What `account` starts from: the 64-byte BIP-39 seed (the default), or the mnemonic's entropy (16 to 32 bytes). */
  readonly source?: 'seed' | 'entropy';
  /** Absolute path of the parent node; child `index` is the wallet's key number `index`. */
  path(network: Network): string;
  /**
   * @param source - seed or entropy, as `source` says
   * @returns `node` is secret and goes beside the sealed mnemonic; public are `xpub`, or the address of index 0 where no
   *   public derivation exists
   */
  account(source: Uint8Array, network: Network): { node: Uint8Array; xpub?: string; address?: string };
  /** @returns the private key in the chain's own byte form. */
  privateKey(node: Uint8Array, index: number): Uint8Array;
  /** Public key of a child from the public half alone; absent where only secrets derive (SLIP-10 ed25519). @throws CustosError XPUB_INVALID */
  publicKey?(xpub: string, index: number): Uint8Array;
  /** Address form of these wallets, where it is not the chain's own. */
  address?(publicKey: Uint8Array, network: Network): string;
}

/** One key that a pending transaction names, as far as it is public. */
export interface SignerFacts {
  readonly address: string;
  /** Known for mnemonic wallets with an xpub; absent where only the signer can tell. */
  readonly publicKey?: Uint8Array;
}

/** What decides whether a chain id belongs: the network, and a development chain that the operator named. */
export interface ParseContext {
  readonly network: Network;
  /** Address whose key will sign; of several keys the first one's. */
  readonly from: string;
  /** All keys that the pending transaction names, in its order; the first is that of `from`. */
  readonly signers: readonly SignerFacts[];
  /** A ledger withdrawal that the cloud ties to the transaction. */
  readonly withdrawal?: Withdrawal;
  /** Allows what is refused by default because the network cannot show that it is meant (e.g. XRP regular keys). */
  readonly allowForeignKey?: boolean;
  /** Chain id of a development chain (`--chain-id CHAIN=N`), allowed besides the known ones of the network. */
  readonly developmentChainId?: bigint;
}

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

/** A decoded transaction, ready to be judged and signed. Pure. */
export interface UnsignedTransaction {
  readonly summary: Summary;
  /** Sequence number of the sender, where the chain has one. */
  readonly nonce?: bigint;
  /** Outputs that it spends, where the chain has such: `txId:index`, txId as the network writes it. */
  readonly spends?: readonly string[];
  /** @throws CustosError KEY_MISSING, SENDER_MISMATCH, SIGNATURE_INVALID */
  sign(keys: readonly LentKey[]): SignedTransaction;
}

/** Bytes that move money. `txId` is the chain's own hash of them. */
export interface SignedTransaction {
  /** In the text form that the broadcast operation takes, e.g. 0x and lower-case hexadecimal digits. */
  readonly raw: string;
  readonly txId: string;
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

/** A native or token transfer, a contract call or (without `to`) a contract creation that the gateway turns into a pending transaction. */
export interface TransferRequest {
  readonly to?: string;
  /** Smallest unit. */
  readonly value: bigint;
  /** 0x and hexadecimal digits. */
  readonly data?: string;
  readonly chainId?: bigint;
  readonly nonce?: bigint;
  readonly gasLimit?: bigint;
  readonly gasPrice?: bigint;
  /** Transaction type where it is not the plain one: EIP-2930 or EIP-1559. */
  readonly type?: '0x1' | '0x2';
  readonly maxFeePerGas?: bigint;
  readonly maxPriorityFeePerGas?: bigint;
  readonly accessList?: readonly AccessListEntry[];
  /** Symbol (`CUSD`) or contract address of the token that pays the fee, on a chain that has such tokens. */
  readonly feeCurrency?: string;
}

/** One address that a transaction names beforehand, with its storage keys: 0x and 64 hexadecimal digits each (EIP-2930). */
export interface AccessListEntry {
  readonly address: string;
  readonly storageKeys: readonly string[];
}

/**
 * A blockchain, pure but for `complete`, which asks the node and holds no key.
 * A power that a chain lacks is an absent method, not a stub.
 */
export interface Chain {
  readonly id: ChainId;
  /** Full name for people, e.g. `Polygon`. */
  readonly name: string;
  /** Name in URLs and file names, e.g. `polygon`. */
  readonly slug: string;
  readonly curve: 'secp256k1' | 'ed25519';
  /** What a new wallet holds; `hd` unless said otherwise. */
  readonly newWallet?: WalletKind;
  /** Name of the field in which `export` prints a private key; `privateKey` unless said otherwise. */
  readonly secretField?: 'secret' | 'privateKey';
  /** A mnemonic stands for one address: exports name the private key of index 0 besides, as the peer does. */
  readonly singleAddress?: boolean;
  /** Symbol of the coin that pays fees. */
  readonly coin: string;
  readonly decimals: number;
  /** What fees are paid in, where it is not the coin. */
  readonly feeAsset?: { readonly symbol: string; readonly decimals: number };
  /** The most that a fee may be unless the operator says otherwise: whole coins (of `feeAsset`, where there is one) as a decimal text. */
  readonly feeCeiling: string;
  /** Tokens that can pay a fee, by the asset that a summary names; `ceiling` is in whole tokens. */
  feeTokens?(
    network: Network,
  ): ReadonlyMap<string, { readonly symbol: string; readonly decimals: number; readonly ceiling: string }>;
  /** Derivation of mnemonic wallets, unless another one is named at creation or import. */
  readonly hd?: HdScheme;
  /** Further derivations by name (`--derivation NAME`), stored with the wallet. */
  readonly derivations?: Readonly<Record<string, HdScheme>>;
  /** @param publicKey - 33 bytes compressed (secp256k1) or 32 bytes (ed25519), unless the chain says otherwise */
  address(publicKey: Uint8Array, network: Network): string;
  /** @param privateKey - in the chain's own byte form, mostly 32 bytes. @throws CustosError PRIVATE_KEY_INVALID */
  publicKey(privateKey: Uint8Array): Uint8Array;
  /** A new private key from 32 random bytes, where it is not these bytes themselves. @throws CustosError PRIVATE_KEY_INVALID (unlucky bytes) */
  newPrivateKey?(random: Uint8Array): Uint8Array;
  encodePrivateKey(privateKey: Uint8Array, network: Network): string;
  /** @returns the chain's own byte form. @throws CustosError PRIVATE_KEY_INVALID (length, checksum, zero, at or above the curve order, foreign network) */
  decodePrivateKey(text: string, network: Network): Uint8Array;
  /**
   * Reads a mnemonic that is no BIP-39 one but the whole private key (Algorand's 25 words).
   * @returns the private key, or undefined when the text is not of that kind
   */
  decodeMnemonic?(text: string): Uint8Array | undefined;
  /** The form in which this program shows the address. @throws CustosError ADDRESS_INVALID (also: wrong checksum) */
  normalizeAddress(text: string, network: Network): string;
  /**
   * True for an address from which nobody can send on what arrives there; the same rule names the hazard of a summary.
   * @param isCalled - data comes with the coins
   */
  isUnspendable?(address: string, isCalled: boolean): boolean;
  /** Whether a text has the form of this network's transaction ids. */
  isTransactionId(text: string): boolean;
  /** The keys that must be lent, in order, where they are not simply those of `pending.keys`. @throws CustosError KEY_MISSING */
  keyRefs?(pending: KeyRequest): readonly KeyRef[];
  /** Fills in what is missing; a value that is given is never changed. @returns the completed serialized form. */
  complete(pending: PendingTransaction, context: CompleteContext): Promise<string>;
  /** Decodes and checks a completed transaction. @throws CustosError TRANSACTION_INVALID, CHAIN_ID_MISMATCH, SENDER_MISMATCH, … */
  parse(completed: string, context: ParseContext): UnsignedTransaction;
  /** Serialized unsigned form of a request that came in at the gateway. */
  transfer?(request: TransferRequest, network: Network): string;
  /**
   * Chooses outputs for a transfer that came in at the gateway, with fee and change.
   * @throws CustosError ADDRESS_INVALID, AMOUNT_INVALID (also: not enough coins), FEE_INVALID, STATE_CONFLICT (an output that
   *   another pending transaction spends), NETWORK_MISMATCH, NODE_*
   */
  spend?(request: SpendRequest, context: BuildContext): Promise<BuiltTransaction>;
  /** Builds a payment that came in at the gateway. @throws CustosError ADDRESS_INVALID, AMOUNT_INVALID, NETWORK_MISMATCH, NODE_* */
  pay?(request: PaymentRequest, context: BuildContext): Promise<BuiltTransaction>;
  /**
   * Reads what the broadcast operation takes: signed bytes, or on a chain that is sent by its node (`sendsByNode`) the id
   * alone. @throws CustosError TRANSACTION_INVALID
   */
  readSigned?(txData: string): { readonly raw?: string; readonly txId: string };
  /**
   * Hands signed bytes to a node. A node that has them already is no error.
   * @returns the transaction id as the network knows it
   * @throws CustosError BROADCAST_REFUSED (for good), BROADCAST_DEFERRED, NODE_* (try again with the same bytes)
   */
  broadcast?(recorded: RecordedTransaction, node: NodeClient): Promise<string>;
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
  /**
   * Signed bytes run out. `renewed`: what runs out was filled in by `complete`, so dead ones are made anew. `final`: the
   * requester set it, so dead ones have failed (TRANSACTION_EXPIRED). Absent: they never run out by themselves.
   */
  readonly expiry?: 'renewed' | 'final';
  /**
   * Another transaction of the sender can take the number of signed bytes, which `fate` then calls dead. `renewed`: the number
   * was filled in by `complete`, so dead ones are made anew. `final`: the requester set it. Absent: no number can be taken.
   */
  displacement?(pending: PendingTransaction): 'renewed' | 'final';
  /**
   * Two pending transactions with the same content may come to the same bytes, which a network takes once. `renewed`: what tells
   * them apart is filled in by `complete`, which is asked again. Absent or `final`: the requester set all of it.
   */
  repetition?(pending: PendingTransaction): 'renewed' | 'final';
  /** Said, and nothing sent, where the network does not exist any more. */
  readonly closedNetwork?: string;
}

/** All chains, by ticker. @throws CustosError CHAIN_UNKNOWN */
export interface ChainRegistry {
  readonly ids: readonly ChainId[];
  get(id: string): Chain;
}
