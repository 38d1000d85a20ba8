import type { HazardKind } from '../chain/hazards.js';
import type { ChainId } from '../ids.js';

/** The operator's settings for one chain. */
export interface ChainRules {
  /** Chain id of a development chain (`--chain-id CHAIN=N`), allowed in addition to the known ones of the network. */
  readonly developmentChainId?: bigint;
  /** The highest allowed fee, in smallest units by asset; replaces the built-in ceilings. */
  readonly feeCeilings: ReadonlyMap<string, bigint>;
  /** Hazards that do not stop a transaction. */
  readonly allowedHazards: ReadonlySet<HazardKind>;
}

/**
 * The operator's limits. A signer gets them once, when it starts, and not with each request, so that an attacker who takes
 * over the front later cannot widen them.
 */
export type SigningRules = ReadonlyMap<ChainId, ChainRules>;

const none: ChainRules = { feeCeilings: new Map(), allowedHazards: new Set() };

/** The settings for a chain; empty when the operator set none. */
export function rulesOf(rules: SigningRules, chain: ChainId): ChainRules {
  return rules.get(chain) ?? none;
}
