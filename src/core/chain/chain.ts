import type { ChainId, Network } from '../ids.js';
import type { Builder } from './builder.js';
import type { Codec } from './codec.js';
import type { Keys } from './keys.js';
import type { ChainNode } from './node.js';
import type { TatumFacts } from './tatum.js';

/** A blockchain: what is known of it, and its parts. A power that it lacks is an absent part or member, not a stub. */
export interface Chain {
  readonly id: ChainId;
  /** Full name for people, e.g. `Polygon`. */
  readonly name: string;
  /** Name in URLs and file names, e.g. `polygon`. */
  readonly slug: string;
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
  /** Said, and nothing sent, where the network does not exist any more. */
  readonly closedNetwork?: string;
  readonly keys: Keys;
  readonly codec: Codec;
  readonly node: ChainNode;
  /** Absent where the gateway builds no transactions. */
  readonly builder?: Builder;
  /** What Tatum calls the chain, where its rules do not say it. */
  readonly tatum?: TatumFacts;
}

/** All chains, by ticker. @throws CustosError CHAIN_UNKNOWN */
export interface ChainRegistry {
  readonly ids: readonly ChainId[];
  get(id: string): Chain;
}
