import type { TatumFacts } from '../../core/chain/tatum.js';

/** What Tatum calls Tron and has for it. */
export const tatum: TatumFacts = {
  operations: [
    'GET account/: block/: address/:/: wallet info transaction/: transaction/account/: transaction/account/:/trc20',
    'GET trc10/detail/:',
    'POST broadcast freezeBalance transaction trc10/deploy trc10/transaction trc20/deploy trc20/transaction',
    'POST unfreezeBalance wallet/priv',
  ],
  ledgerOperations: ['tron/trc', 'tron/trc/deploy', 'tron/trc/:/:', 'tron/transfer'],
};
