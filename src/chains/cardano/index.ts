import type { Chain } from '../../core/chain/chain.js';
import { parseChainId } from '../../core/ids.js';
import { publicKeyOf } from '../../crypto/bip32-ed25519.js';
import { isHashId } from '../shared/transaction-id.js';
import { normalizeAddress, showAddress } from './address.js';
import { cardanoScheme, decodePrivateKey, encodePrivateKey } from './key.js';
import { cardanoNode } from './node.js';
import { tatum } from './tatum.js';
import { parseTransaction } from './transaction.js';

/**
 * Cardano. Wallets derive with a hardened role (m/1852'/1815'/0'/0'), as the peer's do, or by name as CIP-1852 says. Nodes
 * speak the Rosetta interface; test network is preprod.
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
    newPrivateKey(random) {
      // A mnemonic's own way to a first key, so that a key alone is made like all others.
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
    expiry: 'renewed',
    repetition: () => 'renewed',
  },
  node: cardanoNode,
};
