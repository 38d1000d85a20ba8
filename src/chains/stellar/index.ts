import type { Chain } from '../../core/chain/chain.js';
import { parseChainId } from '../../core/ids.js';
import { publicKey } from '../../crypto/ed25519.js';
import { slip10Scheme } from '../shared/slip10-scheme.js';
import { isHashId } from '../shared/transaction-id.js';
import { normalizeAddress, plainAccount, showAccount } from './address.js';
import { stellarBuilder } from './building/builder.js';
import { stellarPayments } from './building/payments.js';
import { stellarMessages } from './messages.js';
import { stellarNode } from './node.js';
import { decodeSeed, encodeSeed } from './strkey.js';
import { tatum } from './tatum.js';
import { parseTransaction, readSigned } from './transaction.js';

const PATH = "m/44'/148'";

/** Stellar. New wallets are random keys; mnemonics derive by SEP-5. Nodes speak Horizon's interface. */
export const stellar: Chain = {
  id: parseChainId('XLM'),
  name: 'Stellar',
  slug: 'xlm',
  tatum,
  coin: 'XLM',
  decimals: 7,
  feeCeiling: '10',
  keys: {
    curves: ['ed25519'],
    newWallet: 'key',
    secretField: 'secret',
    hd: slip10Scheme({ path: { mainnet: PATH, testnet: PATH }, address: showAccount }),
    address: showAccount,
    publicKey,
    encodePrivateKey: encodeSeed,
    decodePrivateKey: decodeSeed,
    normalizeAddress,
    accountOf: (text) => plainAccount(normalizeAddress(text)),
  },
  codec: {
    isTransactionId: isHashId,
    parse: parseTransaction,
    readSigned,
    expiry: 'final',
  },
  messages: stellarMessages,
  node: stellarNode,
  builder: stellarBuilder,
  payments: stellarPayments,
};
