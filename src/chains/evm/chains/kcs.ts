import { constantPrice, evmChain } from '../index.js';

/** KuCoin Community Chain. Shares Ethereum's coin type 60. */
export const kcs = evmChain({
  id: 'KCS',
  name: 'KuCoin Community Chain',
  slug: 'kcs',
  coin: 'KCS',
  coinType: 60,
  feeCeiling: '10',
  chainIds: { mainnet: [321n], testnet: [322n] },
  completion: { price: constantPrice(1n) },
  tatum: { ledgerOperations: ['kcs/erc20/deploy', 'kcs/transfer'] },
});
