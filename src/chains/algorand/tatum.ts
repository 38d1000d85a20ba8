import type { TatumFacts } from '../../core/chain/tatum.js';
import { algorandQuestions } from './questions/questions.js';

/** What Tatum calls Algorand and has for it. */
export const tatum: TatumFacts = {
  nodePath: {
    mainnet: 'blockchain/node/algorand-mainnet-algod',
    testnet: 'blockchain/node/algorand-testnet-algod',
  },
  node: {
    proxies: ['node/algod/:', 'node/indexer/:'],
    probe: { path: '/v2/status' },
    paths: {
      reads: [
        ...['GET /health', 'GET /genesis', 'GET /versions', 'GET /v2/status', 'GET /v2/ledger/supply'],
        ...['GET /v2/status/wait-for-block-after/:', 'GET /v2/accounts/:', 'GET /v2/accounts/:/assets/:'],
        ...[
          'GET /v2/accounts/:/applications/:',
          'GET /v2/accounts/:/transactions/pending',
          'GET /v2/accounts/:/transactions',
        ],
        ...['GET /v2/assets/:', 'GET /v2/assets/:/balances', 'GET /v2/assets/:/transactions', 'GET /v2/applications/:'],
        ...[
          'GET /v2/blocks/:',
          'GET /v2/blocks/:/hash',
          'GET /v2/blocks/:/txids',
          'GET /v2/blocks/:/transactions/:/proof',
        ],
        ...['GET /v2/transactions/params', 'GET /v2/transactions/pending', 'GET /v2/transactions/pending/:'],
        ...['GET /v2/transactions', 'GET /v2/transactions/:'],
      ],
      sends: ['POST /v2/transactions'],
    },
  },
  questions: algorandQuestions,
  operations: [
    'GET account/balance/: address/: block/current block/: node/algod/:/* node/indexer/:/*',
    'GET transaction/: transactions/:/: wallet',
    'POST asset/receive broadcast node/algod/:/* transaction',
  ],
  ledgerOperations: ['algo/erc20/deploy', 'algorand/transfer'],
};
