import type { TatumFacts } from '../../core/chain/tatum.js';
import { xrpQuestions } from './questions/questions.js';

/** What Tatum calls the XRP Ledger and has for it. */
export const tatum: TatumFacts = {
  node: {
    probe: 'server_info',
    methods: {
      reads: [
        ...[
          'account_channels',
          'account_currencies',
          'account_info',
          'account_lines',
          'account_nfts',
          'account_objects',
        ],
        ...[
          'account_offers',
          'account_tx',
          'gateway_balances',
          'noripple_check',
          'ledger',
          'ledger_closed',
          'ledger_current',
        ],
        ...[
          'ledger_data',
          'ledger_entry',
          'transaction_entry',
          'tx',
          'book_offers',
          'deposit_authorized',
          'nft_buy_offers',
        ],
        ...[
          'nft_sell_offers',
          'amm_info',
          'fee',
          'server_info',
          'server_state',
          'ripple_path_find',
          'simulate',
          'ping',
        ],
      ],
      sends: ['submit', 'submit_multisigned'],
    },
  },
  questions: xrpQuestions,
  operations: [
    'GET account account/: account/:/balance account/tx/: fee info ledger/: transaction/:',
    'POST account/settings broadcast transaction trust',
  ],
  ledgerOperations: ['xrp/asset', 'xrp/transfer'],
  faults: { ignoresMnemonic: true },
};
