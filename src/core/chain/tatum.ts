import type { ChainId, Network } from '../ids.js';

/**
 * What Tatum calls a chain and has for it, as plain data. A member that is absent follows Tatum's rule, so a chain that
 * follows the rule says nothing here.
 */
export interface TatumFacts {
  /** Path of the chain's nodes below `/v3/`, without the API key; `blockchain/node/{ticker}` is the rule. */
  readonly nodePath?: string | Readonly<Record<Network, string>>;
  /** Names of networks in node paths (`klaytn-baobab`) besides `mainnet` and `testnet`. */
  readonly networkNames?: Readonly<Partial<Record<Network, readonly string[]>>>;
  /** Signed ledger withdrawals have a broadcast operation of their own. */
  readonly ledgerBroadcast?: true;
  /** Path of a public service of fees, for which a self-hosted cloud stands in. */
  readonly gasStationPath?: string;
  /**
   * Documented operations below `/v3/{slug}`: each text is a method with paths, in which `:` is any one segment and `*` the
   * rest of a path.
   */
  readonly operations?: readonly string[];
  /** Documented operations below `/v3/offchain`: paths that are asked by POST. */
  readonly ledgerOperations?: readonly string[];
  /** What Tatum KMS is known to have done wrong with wallets of the chain. */
  readonly faults?: TatumFaults;
}

/** Known faults of Tatum KMS in what it stored or printed; a migrated wallet gets a note for each that may concern it. */
export interface TatumFaults {
  /** `storemanagedwallet` threw the typed mnemonic away and stored a random wallet. */
  readonly ignoresMnemonic?: true;
  /** `getprivatekey` printed the key of the empty mnemonic for wallets of a private key. */
  readonly printsForeignKey?: true;
  /** Addresses of the empty mnemonic, of index 0 and of index 1, which were printed in place of the wallet's own. */
  readonly printedAddresses?: Readonly<Record<Network, readonly [string, string]>>;
  /** The path by which mnemonic wallets derive, where other programs for the chain use another one. */
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
