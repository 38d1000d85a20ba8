import type { ChainId, Network } from '../ids.js';
import type { Builder } from './builder.js';
import type { Codec } from './codec.js';
import type { Keys } from './keys.js';
import type { Messages } from './messages.js';
import type { ChainNode } from './node.js';
import type { Payments } from './payment.js';
import type { TatumFacts } from './tatum.js';

/** A blockchain: its facts and its parts. A capability that it lacks is an absent part or member, not a stub. */
export interface Chain {
  readonly id: ChainId;
  /** Full name for people, e.g. `Polygon`. */
  readonly name: string;
  /** Name in URLs and file names, e.g. `polygon`. */
  readonly slug: string;
  /** Symbol of the coin that pays fees. */
  readonly coin: string;
  readonly decimals: number;
  /** The asset that pays fees, if it is not the coin. */
  readonly feeAsset?: { readonly symbol: string; readonly decimals: number };
  /** The highest allowed fee unless the operator sets another: whole coins (of `feeAsset` if present) as a decimal text. */
  readonly feeCeiling: string;
  /** Tokens that can pay a fee, by their asset in a summary; `ceiling` is in whole tokens. */
  feeTokens?(
    network: Network,
  ): ReadonlyMap<string, { readonly symbol: string; readonly decimals: number; readonly ceiling: string }>;
  /** The message for a network that no longer exists; nothing is sent. */
  readonly closedNetwork?: string;
  readonly keys: Keys;
  readonly codec: Codec;
  readonly node: ChainNode;
  /** Absent if the chain has no standard for signed messages. */
  readonly messages?: Messages;
  /** Absent if the gateway builds no transactions. */
  readonly builder?: Builder;
  /** Absent if no payments are built. */
  readonly payments?: Payments;
  /** What Tatum calls the chain, if it does not follow Tatum's general rule. */
  readonly tatum?: TatumFacts;
}

/** All chains, by ticker. @throws CustosError CHAIN_UNKNOWN */
export interface ChainRegistry {
  readonly ids: readonly ChainId[];
  get(id: string): Chain;
}
