import type { Chain } from '../../core/chain/chain.js';
import { parseChainId } from '../../core/ids.js';
import type { JsonObject } from '../../core/json.js';
import { readObject } from '../shared/fields.js';
import { isPrefixedHashId } from '../shared/transaction-id.js';
import { vechainBuilder } from './builder.js';
import { vechainKeys } from './key.js';
import { vechainMessages } from './messages.js';
import { vechainNode } from './node.js';
import { vechainPayments } from './payments.js';
import { readSigned } from './signed.js';
import { tatum } from './tatum.js';
import { parseBody } from './transaction.js';

/** VeChain Thor. Coin type 818 (SLIP-44); fees are paid in VTHO, the second coin. Nodes speak the Thorest interface. */
export const vechain: Chain = {
  id: parseChainId('VET'),
  name: 'VeChain',
  slug: 'vet',
  tatum,
  coin: 'VET',
  decimals: 18,
  feeAsset: { symbol: 'VTHO', decimals: 18 },
  feeCeiling: '10000',
  keys: vechainKeys,
  codec: {
    isTransactionId: isPrefixedHashId,
    parse: parseBody,
    readSigned,
    expiry: 'renewed',
    repetition: ({ serialized }) => (isWhole(readObject(serialized)) ? 'final' : 'renewed'),
  },
  messages: vechainMessages,
  node: vechainNode,
  builder: vechainBuilder,
  payments: vechainPayments,
};

/** True when neither the random nonce nor the block that it begins with is filled in. */
function isWhole({ nonce, blockRef }: JsonObject): boolean {
  return (nonce ?? undefined) !== undefined && (blockRef ?? undefined) !== undefined;
}
