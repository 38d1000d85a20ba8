import type { Chain } from '../../core/chain/chain.js';
import { parseChainId } from '../../core/ids.js';
import { isHashId } from '../shared/transaction-id.js';
import { tronBuilder } from './builder.js';
import { tronKeys } from './key.js';
import { tronMessages } from './messages.js';
import { tronNode } from './node.js';
import { tronPayments } from './payments.js';
import { tatum } from './tatum.js';
import { parseTransaction, readSigned } from './transaction.js';

/** Tron. Coin type 195 (SLIP-44) on both networks. Nodes speak java-tron's HTTP interface. */
export const tron: Chain = {
  id: parseChainId('TRON'),
  name: 'Tron',
  slug: 'tron',
  tatum,
  coin: 'TRX',
  decimals: 6,
  // The network bounds the energy of a call at 15,000; bytes, a new account and a memo cost extra.
  feeCeiling: '15100',
  keys: tronKeys,
  codec: {
    isTransactionId: isHashId,
    parse: parseTransaction,
    readSigned,
    expiry: 'final',
  },
  messages: tronMessages,
  node: tronNode,
  builder: tronBuilder,
  payments: tronPayments,
};
