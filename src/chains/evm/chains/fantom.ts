import { contractOperations, evmChain } from '../index.js';

/** Fantom Opera; 4002 is its testnet. */
export const fantom = evmChain({
  id: 'FTM',
  name: 'Fantom',
  slug: 'fantom',
  coin: 'FTM',
  coinType: 60,
  feeCeiling: '1000',
  chainIds: { mainnet: [250n], testnet: [4002n] },
  tatum: { operations: contractOperations },
});
