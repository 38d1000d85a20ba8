import type { TatumFacts } from '../../core/chain/tatum.js';
import { vechainQuestions } from './questions/questions.js';

/** What Tatum calls VeChain and has for it. */
export const tatum: TatumFacts = {
  errors: { broadcast: 'vet.failed' },
  node: {
    probe: { path: '/blocks/best' },
    paths: {
      reads: [
        ...[
          'GET /accounts/:',
          'GET /accounts/:/code',
          'GET /accounts/:/storage/:',
          'POST /accounts/:',
          'POST /accounts/*',
        ],
        ...[
          'GET /blocks/:',
          'GET /transactions/:',
          'GET /transactions/:/receipt',
          'GET /fees/history',
          'GET /fees/priority',
        ],
        ...['POST /logs/event', 'POST /logs/transfer', 'GET /node/network/peers'],
      ],
      sends: ['POST /transactions'],
    },
  },
  questions: vechainQuestions,
  operations: [
    'GET account/balance/: account/energy/: block/current block/: address/:/: wallet transaction/: transaction/:/receipt',
    'POST broadcast transaction transaction/gas wallet/priv',
  ],
};
