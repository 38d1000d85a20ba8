import { constantPrice, evmChain } from '../index.js';

/** BNB Smart Chain. Shares Ethereum's coin type 60; 97 is Chapel. The estimate is always asked: a call that would fail is not signed. */
export const bsc = evmChain({
  id: 'BSC',
  name: 'BNB Smart Chain',
  slug: 'bsc',
  coin: 'BNB',
  coinType: 60,
  feeCeiling: '1',
  chainIds: { mainnet: [56n], testnet: [97n] },
  settledDepth: 64n,
  completion: {
    price: constantPrice(10n),
    count: 'cloud',
    estimate: 'always',
    withdrawalEstimate: 'always',
    call: ['from', 'to', 'value', 'data', 'nonce', 'gas', 'gasPrice', 'chainId'],
  },
  tatum: {
    nodePath: 'bsc/web3',
    ledgerOperations: ['bsc/bep20', 'bsc/bep20/deploy', 'bsc/transfer'],
    faults: { printsForeignKey: true },
  },
});
