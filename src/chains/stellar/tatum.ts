import type { TatumFacts } from '../../core/chain/tatum.js';
import { stellarQuestions } from './questions/questions.js';

/** What Tatum calls Stellar and has for it. */
export const tatum: TatumFacts = {
  errors: { broadcast: 'xlm.failed' },
  node: {
    probe: { path: '/fee_stats' },
    paths: {
      reads: [
        ...['GET /accounts', 'GET /accounts/:', 'GET /accounts/:/transactions', 'GET /accounts/:/operations'],
        ...['GET /accounts/:/payments', 'GET /accounts/:/effects', 'GET /accounts/:/offers', 'GET /accounts/:/trades'],
        ...['GET /accounts/:/data/:', 'GET /assets', 'GET /claimable_balances', 'GET /claimable_balances/:'],
        ...[
          'GET /fee_stats',
          'GET /ledgers',
          'GET /ledgers/:',
          'GET /ledgers/:/transactions',
          'GET /ledgers/:/operations',
        ],
        ...['GET /ledgers/:/payments', 'GET /operations', 'GET /operations/:', 'GET /payments', 'GET /transactions'],
        ...['GET /transactions/:', 'GET /transactions/:/operations', 'GET /transactions/:/effects', 'GET /order_book'],
        ...['GET /liquidity_pools', 'GET /liquidity_pools/:', 'GET /paths/strict-send', 'GET /paths/strict-receive'],
      ],
      sends: ['POST /transactions', 'POST /transactions_async'],
    },
  },
  questions: stellarQuestions,
  operations: [
    'GET account account/: account/tx/: fee info ledger/: ledger/:/transaction transaction/:',
    'POST broadcast transaction trust',
  ],
  ledgerOperations: ['xlm/asset', 'xlm/transfer'],
  faults: { ignoresMnemonic: true },
};
