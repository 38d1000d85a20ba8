import type { TatumFacts } from '../../core/chain/tatum.js';
import { flowQuestions } from './questions/questions.js';

/** What Tatum calls Flow and has for it. */
export const tatum: TatumFacts = {
  node: {
    probe: { path: '/v1/network/parameters' },
    paths: {
      reads: [
        ...['GET /v1/network/parameters', 'GET /v1/node_version_info', 'GET /v1/blocks', 'GET /v1/blocks/:'],
        ...['GET /v1/blocks/:/payload', 'GET /v1/collections/:', 'GET /v1/accounts/:', 'GET /v1/accounts/:/keys'],
        ...['GET /v1/accounts/:/keys/:', 'GET /v1/accounts/:/balance', 'GET /v1/events', 'GET /v1/execution_results/:'],
        ...['GET /v1/transactions/:', 'GET /v1/transaction_results/:', 'POST /v1/scripts'],
      ],
      sends: ['POST /v1/transactions'],
    },
  },
  questions: flowQuestions,
  operations: [
    'GET account/: block/current block/: block/events address/:/: wallet pubkey/:/: transaction/:',
    'POST account transaction transaction/custom wallet/priv',
    'PUT account',
  ],
  ledgerOperations: ['flow/transfer'],
};
