import type { Chain } from '../../core/chain/chain.js';
import type { GatewayContext } from '../context.js';

/** @returns a reader of addresses in the chain's forms that gives the bare 20 bytes, as contracts see them */
export function bareAddress(gateway: GatewayContext, chain: Chain): (text: string) => string {
  const { builder } = chain;
  if (builder?.kind === 'tron') return (text) => builder.bareAddress(text);
  return (text) => `0x${chain.keys.normalizeAddress(text, gateway.network).slice(-40)}`;
}
