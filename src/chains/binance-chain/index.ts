import type { Chain } from '../../core/chain/chain.js';
import { parseChainId } from '../../core/ids.js';
import { isHashId } from '../shared/transaction-id.js';
import { binanceChainKeys } from './key.js';
import { binanceChainNode } from './node.js';
import { tatum } from './tatum.js';
import { parseCompleted } from './transaction.js';

/** BNB Beacon Chain, formerly Binance Chain (BEP-2), shut down in December 2024. Coin type 714 (SLIP-44). */
export const binanceChain: Chain = {
  id: parseChainId('BNB'),
  name: 'BNB Beacon Chain',
  slug: 'bnb',
  tatum,
  coin: 'BNB',
  decimals: 8,
  feeCeiling: '0.1',
  closedNetwork:
    'BNB Beacon Chain was shut down in December 2024; its keys can be exported, and coins move on BSC only',
  keys: binanceChainKeys,
  codec: {
    isTransactionId: isHashId,
    parse: parseCompleted,
    repetition: () => 'renewed',
  },
  node: binanceChainNode,
};
