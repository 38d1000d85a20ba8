import type { TatumFacts } from '../../core/chain/tatum.js';
import { solanaQuestions } from './questions/questions.js';

/** What Tatum calls Solana and has for it. */
export const tatum: TatumFacts = {
  networkNames: { testnet: ['devnet'] },
  questions: solanaQuestions,
  operations: [
    'GET account/balance/: block/current block/: transaction/: wallet',
    'POST broadcast/confirm transaction web3/:',
  ],
  ledgerOperations: ['solana/transfer'],
  faults: { ignoresMnemonic: true },
};
