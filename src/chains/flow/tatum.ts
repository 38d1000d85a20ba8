import type { TatumFacts } from '../../core/chain/tatum.js';

/** What Tatum calls Flow and has for it. */
export const tatum: TatumFacts = {
  operations: [
    'GET account/: block/current block/: block/events address/:/: wallet pubkey/:/: transaction/:',
    'POST account transaction transaction/custom wallet/priv',
    'PUT account',
  ],
  ledgerOperations: ['flow/transfer'],
};
