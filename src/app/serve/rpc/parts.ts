import { Orphans } from '../../../api/rpc/orphans.js';
import type { GivenRpcParts } from '../../../api/rpc/parts.js';
import type { Chain, ChainRegistry } from '../../../core/chain/chain.js';
import { CustosError } from '../../../core/errors.js';
import type { Nodes } from '../../../core/network/cloud.js';

type Given = Omit<GivenRpcParts, 'orphans' | 'node' | 'chain'> & { readonly nodes: Pick<Nodes, 'client'> };

/**
 * What JSON-RPC works with.
 * @param chainId - of `/`
 * @throws CustosError CONFIG_INVALID: not a chain of the Ethereum family
 */
export function rpcParts({ nodes, ...given }: Given, chainId: string | undefined): GivenRpcParts {
  const chain = chainOf(given.chains, chainId);
  return {
    ...given,
    ...(chain && { chain }),
    orphans: new Orphans(),
    node(one) {
      try {
        return nodes.client(one);
      } catch (cause) {
        throw new CustosError('METHOD_NOT_OFFERED', `no node of ${one.id} is named`, { cause });
      }
    },
  };
}

function chainOf(chains: ChainRegistry, chainId: string | undefined): Chain | undefined {
  if (chainId === undefined) return undefined;
  const chain = chains.get(chainId.toUpperCase());
  if (chain.builder?.kind === 'evm') return chain;
  throw new CustosError('CONFIG_INVALID', `--rpc-chain takes a chain of the Ethereum family, not ${chain.id}`);
}
