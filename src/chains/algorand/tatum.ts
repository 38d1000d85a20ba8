import type { TatumFacts } from '../../core/chain/tatum.js';

/** What Tatum calls Algorand and has for it. */
export const tatum: TatumFacts = {
  nodePath: {
    mainnet: 'blockchain/node/algorand-mainnet-algod',
    testnet: 'blockchain/node/algorand-testnet-algod',
  },
  operations: [
    'GET account/balance/: address/: block/current block/: node/algod/:/* node/indexer/:/*',
    'GET transaction/: transactions/:/: wallet',
    'POST asset/receive broadcast node/algod/:/* transaction',
  ],
  ledgerOperations: ['algo/erc20/deploy', 'algorand/transfer'],
};
