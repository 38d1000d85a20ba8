import type { HazardKind } from '../chain/hazards.js';
import type { ChainId } from '../ids.js';

/** What the operator has set for one chain. */
export interface ChainRules {
  /** Chain id of a development chain (`--chain-id CHAIN=N`), allowed besides the known ones of the network. */
  readonly developmentChainId?: bigint;
  /** The most that a fee may be, in smallest units by asset, in place of the built-in ceilings. */
  readonly feeCeilings: ReadonlyMap<string, bigint>;
  /** Hazards that do not stop a transaction. */
  readonly allowedHazards: ReadonlySet<HazardKind>;
}

/**
 * The operator's limits. A signer is given them once, when it starts, and not with each request: whoever takes the front
 * over later cannot widen them.
 */
export type SigningRules = ReadonlyMap<ChainId, ChainRules>;

const none: ChainRules = { feeCeilings: new Map(), allowedHazards: new Set() };

/** What is set for a chain; nothing is where nothing was said. */
export function rulesOf(rules: SigningRules, chain: ChainId): ChainRules {
  return rules.get(chain) ?? none;
}
