import type { TatumFacts } from '../../core/chain/tatum.js';

/** What Tatum calls the BNB Beacon Chain and has for it. */
export const tatum: TatumFacts = {
  operations: [
    'GET account account/: account/transaction/: block/current block/: transaction/:',
    'POST broadcast transaction',
  ],
  ledgerOperations: ['bnb/asset', 'bnb/transfer'],
};
