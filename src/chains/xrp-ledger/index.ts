import type { Chain } from '../../core/chain/chain.js';
import type { HdScheme } from '../../core/chain/keys.js';
import { parseChainId } from '../../core/ids.js';
import { bip32Scheme } from '../shared/bip32-scheme.js';
import { isHashId } from '../shared/transaction-id.js';
import { readAddress, showAddress } from './address.js';
import { xrpBuilder } from './builder.js';
import { decodePrivateKey, ED, encodePrivateKey, fromSecp256k1, newPrivateKey, publicKey, rawKey } from './key.js';
import { xrpMessages } from './messages.js';
import { xrpLedgerNode } from './node.js';
import { xrpPayments } from './payments.js';
import { tatum } from './tatum.js';
import { parseTransaction, readSigned, readTransaction } from './transaction.js';

const account = { path: "m/44'/144'/0'/0", version: 0x0488b21e };

const bip44 = bip32Scheme({ mainnet: account, testnet: account });
const hd: HdScheme = {
  ...bip44,
  privateKey(node, index) {
    const key = bip44.privateKey(node, index);
    const tagged = fromSecp256k1(key);
    key.fill(0);
    return tagged;
  },
};

/** XRP Ledger. Coin type 144 (SLIP-44); new wallets are ed25519 seeds. Nodes speak rippled's JSON-RPC. */
export const xrpLedger: Chain = {
  id: parseChainId('XRP'),
  name: 'XRP Ledger',
  slug: 'xrp',
  tatum,
  coin: 'XRP',
  decimals: 6,
  feeCeiling: '10',
  keys: {
    curves: ['ed25519', 'secp256k1'],
    newWallet: 'key',
    secretField: 'secret',
    hd,
    address: showAddress,
    publicKey,
    rawKey,
    outsideKey: (own, curve) => (curve === 'ed25519' ? Uint8Array.of(ED, ...own) : own),
    newPrivateKey,
    encodePrivateKey,
    decodePrivateKey,
    normalizeAddress: (text, network) => readAddress(text, network).address,
  },
  codec: {
    isTransactionId: isHashId,
    parse: parseTransaction,
    readSigned,
    expiry: 'final',
    repetition: ({ serialized, network }) =>
      readTransaction(serialized, network)['Sequence'] === undefined ? 'renewed' : 'final',
  },
  messages: xrpMessages,
  node: xrpLedgerNode,
  builder: xrpBuilder,
  payments: xrpPayments,
};
