import type { Chain } from '../../core/chain/chain.js';
import { parseChainId } from '../../core/ids.js';
import { publicKey } from '../../crypto/ed25519.js';
import { slip10Scheme } from '../shared/slip10-scheme.js';
import { isHashId } from '../shared/transaction-id.js';
import { normalizeAddress, showAddress } from './address.js';
import { multiversxBuilder } from './builder.js';
import { decodePrivateKey, encodePrivateKey, paths } from './key.js';
import { multiversxMessages } from './messages.js';
import { multiversxNode } from './node.js';
import { multiversxPayments } from './payments.js';
import { readSigned } from './signed.js';
import { tatum } from './tatum.js';
import { parseCompleted } from './transaction.js';

/** MultiversX, formerly Elrond. Coin type 508 (SLIP-44); the test path has coin type 1. Nodes speak the gateway's interface. */
export const multiversx: Chain = {
  id: parseChainId('EGLD'),
  name: 'MultiversX',
  slug: 'egld',
  tatum,
  coin: 'EGLD',
  decimals: 18,
  feeCeiling: '1',
  keys: {
    curves: ['ed25519'],
    hd: slip10Scheme({ path: paths, address: showAddress }),
    address: showAddress,
    publicKey,
    encodePrivateKey,
    decodePrivateKey,
    normalizeAddress,
  },
  codec: {
    isTransactionId: isHashId,
    parse: parseCompleted,
    readSigned,
    repetition: () => 'renewed',
  },
  messages: multiversxMessages,
  node: multiversxNode,
  builder: multiversxBuilder,
  payments: multiversxPayments,
};
