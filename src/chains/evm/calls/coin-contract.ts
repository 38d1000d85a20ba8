import type { Effect } from '../../../core/chain/effect.js';
import type { Network } from '../../../core/ids.js';
import { readAddress, showAddress } from '../../shared/keccak-address.js';
import type { EvmSettings } from '../settings.js';

/** The name of what a contract moves: its address as shown, or the coin's where the contract moves coins of the network itself. */
export function assetOf(contract: string, network: Network, settings: EvmSettings): string {
  const { coin, coinContracts, addressStyle } = settings;
  const isCoin = coinContracts?.[network].some(
    (one) => showAddress(readAddress(one, addressStyle), addressStyle) === contract,
  );
  return isCoin === true ? coin : contract;
}

/** The effects with one name for the coin, so that rules about it count it whichever way it moves. */
export function withOneCoin(effects: readonly Effect[], network: Network, settings: EvmSettings): readonly Effect[] {
  if (settings.coinContracts === undefined) return effects;
  return effects.map((effect) =>
    effect.asset === undefined ? effect : { ...effect, asset: assetOf(effect.asset, network, settings) },
  );
}
