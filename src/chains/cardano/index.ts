import type { Chain } from '../../core/chain/chain.js';
import { parseChainId } from '../../core/ids.js';
import { publicKeyOf } from '../../crypto/bip32-ed25519.js';
import { isHashId } from '../shared/transaction-id.js';
import { normalizeAddress, showAddress } from './address.js';
import { cardanoScheme, decodePrivateKey, encodePrivateKey } from './key.js';
import { cardanoMessages } from './messages.js';
import { cardanoNode } from './node.js';
import { cardanoPayments } from './payments.js';
import { readSigned } from './signed.js';
import { cardanoBuilder } from './spend.js';
import { tatum } from './tatum.js';
import { parseTransaction } from './transaction.js';

/**
 * Cardano. Wallets derive with a hardened role (m/1852'/1815'/0'/0'), as those of Tatum KMS do; the derivation named cip1852
 * follows CIP-1852. Nodes speak the Rosetta interface. The test network is preprod.
 */
export const cardano: Chain = {
  id: parseChainId('ADA'),
  name: 'Cardano',
  slug: 'ada',
  tatum,
  coin: 'ADA',
  decimals: 6,
  feeCeiling: '5',
  keys: {
    curves: ['ed25519'],
    hd: cardanoScheme("m/1852'/1815'/0'/0'"),
    derivations: { cip1852: cardanoScheme("m/1852'/1815'/0'/0") },
    address: showAddress,
    publicKey: publicKeyOf,
    rawKey: (key) => ({ kind: 'bip32-ed25519', bytes: key.slice() }),
    newPrivateKey(random) {
      // Derived as a mnemonic's first key is, so that a single key is made like all others.
      const scheme = cardanoScheme("m/1852'/1815'/0'/0");
      const { node } = scheme.account(random, 'mainnet');
      const key = scheme.privateKey(node, 0);
      node.fill(0);
      return key;
    },
    encodePrivateKey,
    decodePrivateKey,
    normalizeAddress,
  },
  codec: {
    isTransactionId: isHashId,
    parse: parseTransaction,
    readSigned,
    expiry: 'renewed',
    repetition: () => 'renewed',
  },
  messages: cardanoMessages,
  builder: cardanoBuilder,
  payments: cardanoPayments,
  node: cardanoNode,
};
