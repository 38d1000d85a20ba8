import { evmChain } from '../index.js';

/** XDC Network. Coin type 550 (SLIP-44); 51 is Apothem. Addresses are shown as `xdc…`. The gas is always the node's estimate. */
export const xdc = evmChain({
  id: 'XDC',
  name: 'XDC Network',
  slug: 'xdc',
  coin: 'XDC',
  coinType: 550,
  feeCeiling: '1000',
  chainIds: { mainnet: [50n], testnet: [51n] },
  addressStyle: { prefix: 'xdc' },
  completion: {
    zeroPrice: 'given',
    count: 'cloud',
    estimate: 'override',
    withdrawalEstimate: 'override',
    call: ['from', 'to', 'value', 'data', 'nonce', 'gas', 'gasPrice', 'chainId'],
  },
  tatum: {
    nodePath: 'xdc/web3',
    ledgerOperations: ['xdc/erc20', 'xdc/erc20/deploy', 'xdc/transfer'],
    faults: { printsForeignKey: true },
  },
});
