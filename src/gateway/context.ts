import type { Builder } from '../core/chain/builder.js';
import type { Chain, ChainRegistry } from '../core/chain/chain.js';
import type { Clock } from '../core/clock.js';
import type { SubscriptionsOf } from '../core/events/subscriptions.js';
import type { ChainId, Network } from '../core/ids.js';
import type { Log } from '../core/log.js';
import type { OneByOne } from '../core/one-by-one.js';
import type { Secret } from '../core/secret.js';
import type { SigningRules } from '../core/signing/signing-rules.js';
import type { GatewayKeys } from '../core/store/gateway-keys.js';
import type { Queue } from '../core/store/queue.js';
import type { Limits } from '../http/limits.js';
import type { GatewayMeter } from './meter.js';
import type { GatewayNode } from './nodes/node.js';
import type { SigningForms } from './requests.js';

/** A token that the operator lists by a name. */
export interface ListedToken {
  readonly address: string;
  readonly decimals: number;
}

/** What the operator says about contracts. */
export interface ContractSettings {
  /** Tokens by the name that requests use as currency. */
  readonly tokens: ReadonlyMap<ChainId, ReadonlyMap<string, ListedToken>>;
  /** Creation code in place of this program's, by its name: 0x and hexadecimal digits. */
  readonly codes: ReadonlyMap<string, string>;
  /** Contracts that make custody wallets. */
  readonly factories: ReadonlyMap<ChainId, string>;
}

/** What operations work with, whoever offers them. */
export interface OperationsOptions {
  readonly chains: ChainRegistry;
  readonly network: Network;
  /** URL of the node of each offered chain; a URL may hold a secret and is never shown. */
  readonly nodes: ReadonlyMap<ChainId, string>;
  /** The way to the nodes; Node's own when absent. */
  readonly fetch?: typeof fetch;
  readonly clock: Clock;
  readonly log?: Log;
  /** The operator's limits: development chains and fee ceilings. */
  readonly rules: SigningRules;
  readonly contracts?: ContractSettings;
  /** JSON-RPC methods that clients may call in addition to the harmless ones. */
  readonly extraMethods?: ReadonlyMap<ChainId, ReadonlySet<string>>;
}

/** The parts of a gateway with a queue of its own. */
export interface GatewayOptions extends OperationsOptions {
  readonly queue: Queue;
  /** A key with every role, which sees the whole queue. */
  readonly apiKey?: Secret;
  /** Further keys. */
  readonly keys?: Pick<GatewayKeys, 'find'>;
  /** Whom messages tell of what became of transactions; absent where none are sent. */
  readonly subscriptions?: SubscriptionsOf;
  /** Milliseconds until the gateway warns of a pending transaction that no daemon has fetched; default five minutes. */
  readonly unclaimedAfter?: number;
  /** Name or address that the gateway listens on (default 127.0.0.1); on loopback only loopback names are answered. */
  readonly host?: string;
  /** Further host names (without port) by which clients may address the gateway. */
  readonly allowedHosts?: readonly string[];
  /** Limits on connections and times; they replace the defaults. */
  readonly limits?: Partial<Limits>;
}

/** Path segments of chains with contracts (the Ethereum family), with unspent outputs, and with payments. */
export interface Slugs {
  readonly contracts: string;
  readonly outputs: string;
  readonly payments: string;
  readonly any: string;
  /** Those of the builders of these kinds. */
  of(...kinds: readonly Builder['kind'][]): string;
}

/** What the routes share. */
export interface GatewayContext {
  readonly chains: ChainRegistry;
  readonly network: Network;
  readonly clock: Clock;
  readonly log: Log;
  readonly rules: SigningRules;
  readonly contracts: ContractSettings;
  readonly extraMethods: ReadonlyMap<ChainId, ReadonlySet<string>>;
  readonly meter: Pick<GatewayMeter, 'count'>;
  /** The configured nodes, by chain. */
  readonly nodes: ReadonlyMap<ChainId, GatewayNode>;
  /** Forms of requests to sign. */
  readonly forms: SigningForms;
  /** Path segments `:slug` that match the names of chains by their abilities. */
  readonly slugs: Slugs;
  /** Requests of one chain that take numbers or outputs from the queue are built one after the other. */
  readonly turns: OneByOne;
  /** The offered chain with the URL name `slug`. @throws CustosError NOT_OFFERED */
  chainOf(slug: string): Chain;
  /** Chain that the path of a node names: a ticker, a name in URLs, or a name of chain and network. @throws CustosError NOT_OFFERED */
  chainOfNode(name: string): Chain;
  /** @throws CustosError NOT_OFFERED: no node is configured for the chain */
  node(chain: Chain): GatewayNode;
}
