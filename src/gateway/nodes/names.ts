import type { Chain } from '../../core/chain/chain.js';
import { nodePath } from '../../core/chain/tatum.js';
import type { Network } from '../../core/ids.js';

const NODE_PATH = 'blockchain/node/';

/** Finds the chain that the path of a node names; undefined for another network or an unknown name. */
export type NodeNames = (name: string) => Chain | undefined;

/**
 * Reads the names that a node proxy has for chains: the ticker (`ETH`) in any case, the name in URLs, what Tatum calls the
 * node (`ETH_OP`), and the name of chain and network (`ethereum-mainnet`).
 */
export function nodeNames(chains: readonly Chain[], network: Network): NodeNames {
  const names = new Map(chains.flatMap((chain) => namesOf(chain, network).map((name) => [name, chain])));
  const places = networkNames(chains, network);
  return (name) => {
    const found = names.get(name) ?? names.get(name.toUpperCase());
    if (found !== undefined) return found;
    const place = places.find((one) => name.endsWith(`-${one}`));
    if (place === undefined || name !== name.toLowerCase()) return undefined;
    const stem = name.slice(0, -place.length - 1).replace(/-core$/, '');
    return names.get(stem) ?? names.get(stem.toUpperCase());
  };
}

function namesOf(chain: Chain, network: Network): readonly string[] {
  const path = nodePath(chain, network);
  return [chain.id, chain.slug, ...(path.startsWith(NODE_PATH) ? [path.slice(NODE_PATH.length)] : [])];
}

/** Chains share the names of test networks (`base-sepolia`), so the names of each chain count for all. */
function networkNames(chains: readonly Chain[], network: Network): readonly string[] {
  return [network, ...chains.flatMap(({ tatum }) => tatum?.networkNames?.[network] ?? [])];
}
