import { evmChain } from '../index.js';

/** Base; Base Sepolia, and the closed Base Goerli as testnets. */
export const base = evmChain({
  id: 'BASE',
  name: 'Base',
  slug: 'base',
  coin: 'ETH',
  coinType: 60,
  feeCeiling: '1',
  chainIds: { mainnet: [8453n], testnet: [84532n, 84531n] },
  // Isthmus (May 2025).
  gasRules: { dataFloor: true },
  hasDataFee: true,
  tatum: { nodePath: 'blockchain/node/ETH_BASE' },
});
