import { evmChain } from '../index.js';

/** Flare; 114 is Coston2, 16 is Coston. */
export const flare = evmChain({
  id: 'FLR',
  name: 'Flare',
  slug: 'flare',
  coin: 'FLR',
  coinType: 60,
  feeCeiling: '1000',
  chainIds: { mainnet: [14n], testnet: [114n, 16n] },
  tatum: { networkNames: { testnet: ['coston', 'coston2'] } },
});
