import type { TatumFacts } from '../../core/chain/tatum.js';

/** What Tatum calls VeChain and has for it. */
export const tatum: TatumFacts = {
  operations: [
    'GET account/balance/: account/energy/: block/current block/: address/:/: wallet transaction/: transaction/:/receipt',
    'POST broadcast transaction transaction/gas wallet/priv',
  ],
};
