import type { ChainId, Network } from './ids.js';
import type { PendingTransaction } from './pending.js';
import type { Summary } from './summary.js';
import type { LentKey } from './wallet.js';

/** Key derivation of a chain whose wallets are mnemonics. All byte results are fresh; the caller wipes the secret ones. */
export interface HdScheme {
  /** Absolute path of the parent node; child `index` is the wallet's key number `index`. */
  path(network: Network): string;
  /** @param seed - 64 bytes (BIP-39). `node` is secret and goes beside the sealed mnemonic; `xpub` or `address` is public. */
  account(seed: Uint8Array, network: Network): { node: Uint8Array; xpub?: string; address?: string };
  /** @returns 32 bytes. */
  privateKey(node: Uint8Array, index: number): Uint8Array;
  /** Public key of a child from the public half alone. @throws CustosError XPUB_INVALID */
  publicKey(xpub: string, index: number): Uint8Array;
}

/** What decides whether a chain id belongs: the network, and a development chain that the operator named. */
export interface ParseContext {
  readonly network: Network;
  /** Address whose key will sign. */
  readonly from: string;
  /** Chain id of a development chain (`--chain-id CHAIN=N`), allowed besides the known ones of the network. */
  readonly developmentChainId?: bigint;
}

/** What `complete` may ask. Holds no key. */
export interface CompleteContext extends ParseContext {
  readonly node: NodeClient;
  /** Gives the first number from `count` upwards that no living transaction of this sender uses; it is given once. */
  nextNonce(count: bigint): Promise<bigint>;
}

/**
 * A blockchain node, reached through the cloud or directly. Answers are `unknown` until the chain has parsed them.
 * @throws CustosError NODE_REFUSED, NODE_UNREACHABLE, NODE_ANSWER_INVALID, CLOUD_*
 */
export interface NodeClient {
  /** JSON-RPC; resolves to `result`. */
  rpc(method: string, params: readonly unknown[]): Promise<unknown>;
  /** Number of transactions sent from `address`, by the cloud's own operation; absent on a direct node. */
  transactionCount?(address: string): Promise<unknown>;
  /** The cloud's fee advice `{slow, medium, fast}`; absent on a direct node. */
  feeAdvice?(): Promise<unknown>;
  /** A public service outside the cloud (e.g. Polygon's gas station), asked with GET; absent on a direct node. */
  publicService?(url: string): Promise<unknown>;
}

/** A decoded transaction, ready to be judged and signed. Pure. */
export interface UnsignedTransaction {
  readonly summary: Summary;
  /** Sequence number of the sender, where the chain has one. */
  readonly nonce?: bigint;
  /** @throws CustosError KEY_MISSING, SENDER_MISMATCH, SIGNATURE_INVALID */
  sign(keys: readonly LentKey[]): SignedTransaction;
}

/** Bytes that move money. `txId` is the chain's own hash of them. */
export interface SignedTransaction {
  /** In the text form that the broadcast operation takes, e.g. 0x and lower-case hexadecimal digits. */
  readonly raw: string;
  readonly txId: string;
}

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
  /** Symbol of the coin that pays fees. */
  readonly coin: string;
  readonly decimals: number;
  readonly hd?: HdScheme;
  /** @param publicKey - 33 bytes compressed (secp256k1) or 32 bytes (ed25519) */
  address(publicKey: Uint8Array, network: Network): string;
  /** @param privateKey - 32 bytes. @throws CustosError PRIVATE_KEY_INVALID */
  publicKey(privateKey: Uint8Array): Uint8Array;
  encodePrivateKey(privateKey: Uint8Array, network: Network): string;
  /** @returns 32 bytes. @throws CustosError PRIVATE_KEY_INVALID (length, zero, at or above the curve order, foreign network) */
  decodePrivateKey(text: string, network: Network): Uint8Array;
  /** The form in which this program shows the address. @throws CustosError ADDRESS_INVALID (also: wrong checksum) */
  normalizeAddress(text: string, network: Network): string;
  /** Fills in what is missing; a value that is given is never changed. @returns the completed serialized form. */
  complete(pending: PendingTransaction, context: CompleteContext): Promise<string>;
  /** Decodes and checks a completed transaction. @throws CustosError TRANSACTION_INVALID, CHAIN_ID_MISMATCH, SENDER_MISMATCH, … */
  parse(completed: string, context: ParseContext): UnsignedTransaction;
  /** Serialized unsigned form of a request that came in at the gateway. */
  transfer?(request: TransferRequest, network: Network): string;
}

/** All chains, by ticker. @throws CustosError CHAIN_UNKNOWN */
export interface ChainRegistry {
  readonly ids: readonly ChainId[];
  get(id: string): Chain;
}
