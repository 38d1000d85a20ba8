import type { Keys } from '../../core/chain/keys.js';
import { publicKey } from '../../crypto/secp256k1.js';
import { bip32Scheme } from '../shared/bip32-scheme.js';
import { bytesToHex } from '../shared/hexadecimal.js';
import { decodePrivateKey } from '../shared/hexadecimal-key.js';
import { addressOf, readAddress, showAddress } from './address.js';

/** Coin type 195 (SLIP-44) on both networks. */
const account = { path: "m/44'/195'/0'/0", version: 0x0488b21e };

/** Keys of secp256k1, written as 64 hexadecimal digits without 0x. */
export const tronKeys: Keys = {
  curves: ['secp256k1'],
  hd: bip32Scheme({ mainnet: account, testnet: account }),
  address: addressOf,
  publicKey,
  encodePrivateKey: (key) => bytesToHex(key).slice(2),
  decodePrivateKey,
  normalizeAddress: (text) => showAddress(readAddress(text)),
};
