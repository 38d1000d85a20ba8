import type { TatumFacts } from '../../core/chain/tatum.js';

/** What Tatum calls Stellar and has for it. */
export const tatum: TatumFacts = {
  operations: [
    'GET account account/: account/tx/: fee info ledger/: ledger/:/transaction transaction/:',
    'POST broadcast transaction trust',
  ],
  ledgerOperations: ['xlm/asset', 'xlm/transfer'],
  faults: { ignoresMnemonic: true },
};
