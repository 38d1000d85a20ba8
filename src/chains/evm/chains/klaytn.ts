import { evmChain, klayMethods } from '../index.js';

/** Klaytn (Kaia). Coin type 8217 (SLIP-44); 1001 is Baobab (Kairos). Its gas rules are its own, so the node checks the limit. */
export const klaytn = evmChain({
  id: 'KLAY',
  name: 'Klaytn',
  slug: 'klaytn',
  rpcPrefix: 'klay',
  coin: 'KLAY',
  coinType: 8217,
  feeCeiling: '100',
  chainIds: { mainnet: [8217n], testnet: [1001n] },
  checksGas: false,
  completion: { methods: klayMethods, count: 'pending', countAddress: 'lower-case' },
  tatum: {
    networkNames: { mainnet: ['cypress'], testnet: ['baobab'] },
    ledgerOperations: ['klaytn/erc20/deploy', 'klaytn/transfer'],
    faults: { printsForeignKey: true },
  },
});
