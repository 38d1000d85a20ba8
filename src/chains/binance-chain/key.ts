import { hex } from '@scure/base';
import type { Keys } from '../../core/chain/keys.js';
import { publicKey } from '../../crypto/secp256k1.js';
import { bip32Scheme } from '../shared/bip32-scheme.js';
import { decodePrivateKey } from '../shared/hexadecimal-key.js';
import { addressOf, readAddress, showAddress } from './address.js';

/** Coin type 714 (SLIP-44) and `xpub` on both networks. */
const account = { path: "m/44'/714'/0'/0", version: 0x0488b21e };

/** Keys of secp256k1, written as 64 hexadecimal digits; a new wallet holds one of them. */
export const binanceChainKeys: Keys = {
  curves: ['secp256k1'],
  newWallet: 'key',
  hd: bip32Scheme({ mainnet: account, testnet: account }),
  address: addressOf,
  publicKey,
  encodePrivateKey: (privateKey) => hex.encode(privateKey),
  decodePrivateKey,
  normalizeAddress: (text, network) => showAddress(readAddress(text, network), network),
};
