import type { ChainRegistry } from '../../core/chain/chain.js';
import { networkOf } from '../../core/ids.js';
import type { Store } from '../../core/store/store.js';

/** A starting policy of a store: its chains' coins, and no permit, so that everything is denied until somebody writes one. */
export async function draftPolicy(store: Pick<Store, 'wallets'>, chains: ChainRegistry) {
  const assets: Record<string, { network: string; chain: string; decimals: number; token?: string }> = {};
  for (const network of [networkOf(false), networkOf(true)]) {
    for (const id of await store.wallets.chains(network)) {
      const { coin, decimals, feeAsset } = chains.get(id);
      const end = network === 'mainnet' ? '' : '.testnet';
      assets[`${id === coin ? coin : `${id}.${coin}`}${end}`] = { network, chain: id, decimals };
      if (feeAsset)
        assets[`${feeAsset.symbol}${end}`] = {
          network,
          chain: id,
          decimals: feeAsset.decimals,
          token: feeAsset.symbol,
        };
    }
  }
  const rest = { books: {}, groups: {}, permits: [], forbids: [], limits: [] };
  return { custosPolicy: 1, version: 1, timeZone: 'UTC', assets, ...rest };
}
