import { evmChain } from '../index.js';

/** OP Mainnet; OP Sepolia, and the closed OP Goerli and OP Kovan as testnets. */
export const optimism = evmChain({
  id: 'OPTIMISM',
  name: 'OP Mainnet',
  slug: 'optimism',
  coin: 'ETH',
  coinType: 60,
  feeCeiling: '1',
  chainIds: { mainnet: [10n], testnet: [11155420n, 420n, 69n] },
  // Isthmus (May 2025).
  gasRules: { dataFloor: true },
  hasDataFee: true,
  tatum: { nodePath: 'blockchain/node/ETH_OP' },
});
