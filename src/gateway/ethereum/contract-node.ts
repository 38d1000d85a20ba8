import type { Chain } from '../../core/chain/chain.js';
import type { GatewayContext } from '../context.js';

/** What is asked about contracts, on whichever family of chains they are. Addresses are 0x and 40 digits. */
export interface ContractNode {
  /** The answer of a method that changes nothing: 0x and digits, or whatever the node says instead. @throws CustosError NODE_* */
  call(to: string, data: string): Promise<unknown>;
  /** The code of a contract, or `0x` where there is none. @throws CustosError NODE_* */
  code(address: string): Promise<unknown>;
}

/** @throws CustosError NOT_OFFERED: the chain has no node */
export function contractNode(gateway: GatewayContext, chain: Chain): ContractNode {
  const { rpc, client } = gateway.node(chain);
  const { builder } = chain;
  if (builder?.kind === 'tron') {
    return {
      call: (to, data) => builder.ask(to, data, client),
      code: (address) => builder.codeOf(address, client),
    };
  }
  return {
    call: (to, data) => rpc('eth_call', [{ to, data }, 'latest']),
    code: (address) => rpc('eth_getCode', [address, 'latest']),
  };
}
