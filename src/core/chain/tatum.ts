import type { ChainId, Network } from '../ids.js';
import type { NodePaths } from '../network/node-paths.js';
import type { NodeRequest } from './node.js';
import type { Questions } from './questions.js';

/**
 * Tatum's names and operations for a chain, as plain data. An absent member follows Tatum's general rule, so a chain that
 * follows the rule needs no entry.
 */
export interface TatumFacts {
  /** Path of the chain's nodes below `/v3/`, without the API key; `blockchain/node/{ticker}` is the rule. */
  readonly nodePath?: string | Readonly<Record<Network, string>>;
  /** Names of networks in node paths (`klaytn-baobab`) other than `mainnet` and `testnet`. */
  readonly networkNames?: Readonly<Partial<Record<Network, readonly string[]>>>;
  /** Signed ledger withdrawals have their own broadcast operation. */
  readonly ledgerBroadcast?: true;
  /** Path of a public fee service, which a self-hosted cloud replaces. */
  readonly gasStationPath?: string;
  /**
   * Documented operations below `/v3/{slug}`: each text is a method with paths, in which `:` is any one segment and `*` the
   * rest of a path.
   */
  readonly operations?: readonly string[];
  /** Documented operations below `/v3/offchain`: paths that take POST. */
  readonly ledgerOperations?: readonly string[];
  /** What clients of a gateway may ask nodes of the chain, if these are not asked by the JSON-RPC of a family. */
  readonly node?: NodeOffer;
  /** Questions that applications ask about the chain. */
  readonly questions?: Questions;
  /** How answers to some questions look, where chains of one family differ. */
  readonly answers?: TatumAnswers;
  /** Codes of errors, where they do not follow from the chain's name in URLs. */
  readonly errors?: TatumErrors;
  /** Known faults of Tatum KMS with wallets of the chain. */
  readonly faults?: TatumFaults;
}

/** Harmless questions to nodes. */
interface NodeOffer {
  /** What every node answers: a JSON-RPC method, or a request. */
  readonly probe: string | NodeRequest;
  /** Paths below `/v3/{slug}` of proxies that only this chain has; the last segment is the API key. */
  readonly proxies?: readonly string[];
  /** JSON-RPC methods. */
  readonly methods?: { readonly reads: readonly string[]; readonly sends: readonly string[] };
  /** Paths of the HTTP interface. */
  readonly paths?: NodePaths;
}

/** What the typed clients of the API read in answers about a chain. */
interface TatumAnswers {
  /** Name of the balance in coins; `balance` is the rule. */
  readonly balance?: string;
  /** An estimated limit of gas is a text instead of a number. */
  readonly gasLimitAsText?: true;
  /** The value of a transaction's output is a text in coins instead of a number of satoshis. */
  readonly outputsInCoins?: true;
}

/** Codes of the API for what a chain refuses. */
interface TatumErrors {
  /** Of signed bytes that a node refuses; `{slug}.broadcast.failed` is the rule. */
  readonly broadcast?: string;
  /** Of a contract call whose parameters do not fit; `{slug}.sc.invalid` is the rule. */
  readonly contract?: string;
}

/** Known faults of Tatum KMS in what it stored or printed; a migrated wallet gets a note for each fault that may affect it. */
interface TatumFaults {
  /** `storemanagedwallet` discarded the typed mnemonic and stored a random wallet. */
  readonly ignoresMnemonic?: true;
  /** `getprivatekey` printed the key of the empty mnemonic for private-key wallets. */
  readonly printsForeignKey?: true;
  /** Addresses of the empty mnemonic, of index 0 and of index 1, which Tatum KMS printed instead of the wallet's own. */
  readonly printedAddresses?: Readonly<Record<Network, readonly [string, string]>>;
  /** The derivation path of mnemonic wallets, if other programs for the chain use a different one. */
  readonly oddPath?: string;
}

/** @returns path of a chain's nodes below `/v3/`, without the API key */
export function nodePath(
  { id, tatum }: { readonly id: ChainId; readonly tatum?: TatumFacts },
  network: Network,
): string {
  const { nodePath: path = `blockchain/node/${id}` } = tatum ?? {};
  return typeof path === 'string' ? path : path[network];
}
