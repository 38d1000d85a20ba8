import { advisedPrice, estimatedOperations, evmChain } from '../index.js';

/** Ethereum. Coin type 60 (SLIP-44); Sepolia, Holesky, Hoodi, and the closed Goerli, Ropsten, Rinkeby and Kovan as testnets. */
export const ethereum = evmChain({
  id: 'ETH',
  name: 'Ethereum',
  slug: 'ethereum',
  coin: 'ETH',
  coinType: 60,
  feeCeiling: '1',
  chainIds: { mainnet: [1n], testnet: [11155111n, 17000n, 560048n, 5n, 3n, 4n, 42n] },
  // Prague (May 2025) and Osaka (December 2025).
  gasRules: { dataFloor: true, cap: 2n ** 24n },
  completion: {
    price: advisedPrice,
    count: 'cloud',
    withdrawalEstimate: 'override',
    call: ['from', 'to', 'value', 'data', 'nonce', 'gas', 'gasPrice'],
  },
  tatum: {
    nodePath: 'ethereum/web3',
    networkNames: { testnet: ['sepolia', 'holesky'] },
    ledgerBroadcast: true,
    operations: [...estimatedOperations, 'GET account/transaction/: account/transaction/internal/:', 'POST gas/batch'],
    ledgerOperations: ['ethereum/erc20', 'ethereum/erc20/deploy', 'ethereum/erc20/transfer', 'ethereum/transfer'],
    answers: { gasLimitAsText: true },
    faults: { printsForeignKey: true },
  },
});
