import type { TatumFacts } from '../../core/chain/tatum.js';
import { cardanoQuestions } from './questions/questions.js';

/** What Tatum calls Cardano and has for it. */
export const tatum: TatumFacts = {
  errors: { broadcast: 'blockchain.broadcast.error' },
  nodePath: { mainnet: 'blockchain/node/cardano-mainnet', testnet: 'blockchain/node/cardano-preprod' },
  ledgerBroadcast: true,
  node: {
    probe: { path: '/network/list', body: {} },
    // Rosetta's network, account, block, mempool and search, which only read, and its construction.
    paths: {
      reads: [
        ...['POST /network/list', 'POST /network/options', 'POST /network/status'],
        ...['POST /account/balance', 'POST /account/coins', 'POST /block', 'POST /block/transaction'],
        ...['POST /mempool', 'POST /mempool/transaction', 'POST /search/transactions', 'POST /construction/metadata'],
        // These compute, and ask nobody.
        ...['preprocess', 'payloads', 'derive', 'combine', 'parse', 'hash'].map((step) => `POST /construction/${step}`),
      ],
      sends: ['POST /construction/submit'],
    },
  },
  questions: cardanoQuestions,
  operations: [
    'GET account/: address/:/: block/: info transaction/: transaction/address/: wallet :/utxos',
    'POST broadcast transaction wallet/priv',
  ],
  ledgerOperations: ['ada/transfer'],
  faults: { oddPath: "m/1852'/1815'/0'/0'/index, the role hardened" },
};
