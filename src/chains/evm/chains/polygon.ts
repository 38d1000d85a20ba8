import { estimatedOperations, evmChain, gasStationPrice } from '../index.js';

/** Polygon PoS. Coin type 966 (SLIP-44); Amoy, and the closed Mumbai as testnets. */
export const polygon = evmChain({
  id: 'MATIC',
  name: 'Polygon',
  slug: 'polygon',
  coin: 'MATIC',
  coinType: 966,
  feeCeiling: '100',
  chainIds: { mainnet: [137n], testnet: [80002n, 80001n] },
  // Reorganisations of more than 150 blocks have been seen before there were milestones.
  settledDepth: 256n,
  completion: { price: gasStationPrice },
  tatum: {
    nodePath: 'polygon/web3',
    networkNames: { testnet: ['amoy'] },
    gasStationPath: '/v2',
    operations: [...estimatedOperations, 'GET account/transaction/:'],
    ledgerOperations: ['polygon/transfer'],
    faults: { printsForeignKey: true },
  },
});
