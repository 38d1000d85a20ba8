import type { HazardKind } from '../../src/core/chain/hazards.js';
import { utxoChainIds } from './vectors.js';

/** A recorded transaction by its chain and name. */
interface Named {
  readonly name: string;
  readonly pending: Readonly<Record<string, unknown>>;
}

const approve = 'erc20-approve-gas-given-nonce-given';

/**
 * Recorded transactions that are stopped unless the operator allows what they do, by chain and name; docs/compatibility.md
 * says why. Every other one passes without a flag. Sorted by chain.
 */
export const vectorHazards: Readonly<Record<string, readonly HazardKind[]>> = {
  // An allowance without limit.
  [`BSC ${approve}`]: ['unlimited-allowance'],
  [`ETH ${approve}`]: ['unlimited-allowance'],
  [`KCS ${approve}`]: ['unlimited-allowance'],
  [`KLAY ${approve}`]: ['unlimited-allowance'],
  [`MATIC ${approve}`]: ['unlimited-allowance'],
  [`ONE ${approve}`]: ['unlimited-allowance'],
  [`XDC ${approve}`]: ['unlimited-allowance'],
};

/** Chains of whose recorded transactions each one needs it: the outputs that they spend were made up, so nobody can prove them. */
const unproved = utxoChainIds;

/** What the operator has to allow for one recorded transaction, sorted. */
export function hazardsOfVector(chain: string, name: string): readonly HazardKind[] {
  const kinds = vectorHazards[`${chain} ${name}`] ?? [];
  return unproved.includes(chain) ? [...kinds, 'unproved-amount' as const].sort() : kinds;
}

/** The flags that a daemon needs for these transactions, each once. */
export function hazardFlags(vectors: readonly Named[]): string[] {
  const flags = vectors.flatMap(({ name, pending }) => {
    const chain = String(pending['chain']);
    return hazardsOfVector(chain, name).map((kind) => `--allow-hazard=${chain}:${kind}`);
  });
  return [...new Set(flags)];
}
