import { estimatedOperations, evmChain } from '../index.js';

/** Harmony, shard 0. Coin type 1023 (SLIP-44). Addresses are shown as 0x…, and read as `one1…` (bech32), too. */
export const one = evmChain({
  id: 'ONE',
  name: 'Harmony',
  slug: 'one',
  coin: 'ONE',
  coinType: 1023,
  feeCeiling: '1000',
  chainIds: { mainnet: [1666600000n], testnet: [1666700000n] },
  addressStyle: { bech32: 'one' },
  tatum: {
    nodePath: 'one/web3',
    networkNames: { mainnet: ['mainnet-s0'], testnet: ['testnet-s0'] },
    ledgerBroadcast: true,
    answers: { gasLimitAsText: true },
    errors: { broadcast: 'bsc.broadcast.failed', contract: 'bsc.sc.invalid' },
    operations: [...estimatedOperations, 'GET address/format/:'],
    ledgerOperations: ['one/hrm20', 'one/hrm20/deploy', 'one/transfer'],
    faults: { printsForeignKey: true },
  },
});
