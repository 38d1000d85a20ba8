import { evmChain } from '../index.js';

/** Avalanche C-Chain; 43113 is Fuji. */
export const avalanche = evmChain({
  id: 'AVAX',
  name: 'Avalanche C-Chain',
  slug: 'avalanche',
  coin: 'AVAX',
  coinType: 60,
  feeCeiling: '5',
  chainIds: { mainnet: [43114n], testnet: [43113n] },
});
