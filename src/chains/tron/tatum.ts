import type { TatumFacts } from '../../core/chain/tatum.js';
import { tronQuestions } from './questions/questions.js';

/** What Tatum calls Tron and has for it. */
export const tatum: TatumFacts = {
  errors: { broadcast: 'tron.failed' },
  node: {
    probe: { path: '/wallet/getnowblock' },
    // What uses or makes keys of the node (`easytransfer`, `createaddress`, `gettransactionsign`) is not here.
    paths: {
      reads: [
        ...['getnowblock', 'getblock', 'getblockbynum', 'getblockbyid', 'getblockbylatestnum', 'getblockbylimitnext'],
        ...[
          'getaccount',
          'getaccountnet',
          'getaccountresource',
          'getaccountbalance',
          'getassetissuebyid',
          'getcontract',
        ],
        ...['getassetissuebyname', 'getassetissuelistbyname', 'getassetissuelist', 'getassetissuebyaccount'],
        ...['getcontractinfo', 'gettransactionbyid', 'gettransactioninfobyid', 'gettransactioninfobyblocknum'],
        ...['getchainparameters', 'getnodeinfo', 'getenergyprices', 'getbandwidthprices', 'validateaddress'],
        ...['getdelegatedresourcev2', 'getcanwithdrawunfreezeamount', 'getavailableunfreezecount', 'getburntrx'],
        ...['triggerconstantcontract', 'estimateenergy', 'createtransaction', 'triggersmartcontract', 'transferasset'],
        ...['freezebalancev2', 'unfreezebalancev2', 'withdrawexpireunfreeze', 'deploycontract', 'createassetissue'],
        ...[
          'getsignweight',
          'getapprovedlist',
          'getpendingsize',
          'gettransactionfrompending',
          'getreward',
          'getBrokerage',
        ],
      ].flatMap((name) => [`GET /wallet/${name}`, `POST /wallet/${name}`]),
      sends: ['POST /wallet/broadcasttransaction', 'POST /wallet/broadcasthex'],
    },
  },
  questions: tronQuestions,
  operations: [
    'GET account/: block/: address/:/: wallet info transaction/: transaction/account/: transaction/account/:/trc20',
    'GET trc10/detail/:',
    'POST broadcast freezeBalance transaction trc10/deploy trc10/transaction trc20/deploy trc20/transaction',
    'POST unfreezeBalance wallet/priv',
  ],
  ledgerOperations: ['tron/trc', 'tron/trc/deploy', 'tron/trc/:/:', 'tron/transfer'],
};
