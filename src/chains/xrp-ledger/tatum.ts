import type { TatumFacts } from '../../core/chain/tatum.js';

/** What Tatum calls the XRP Ledger and has for it. */
export const tatum: TatumFacts = {
  operations: [
    'GET account account/: account/:/balance account/tx/: fee info ledger/: transaction/:',
    'POST account/settings broadcast transaction trust',
  ],
  ledgerOperations: ['xrp/asset', 'xrp/transfer'],
  faults: { ignoresMnemonic: true },
};
