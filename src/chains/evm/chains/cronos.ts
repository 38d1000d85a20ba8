import { evmChain } from '../index.js';

/** Cronos; 338 is its testnet. */
export const cronos = evmChain({
  id: 'CRO',
  name: 'Cronos',
  slug: 'cronos',
  coin: 'CRO',
  coinType: 60,
  feeCeiling: '1000',
  chainIds: { mainnet: [25n], testnet: [338n] },
});
