import type { Keys } from '../../core/chain/keys.js';
import { publicKey } from '../../crypto/secp256k1.js';
import { bip32Scheme } from '../shared/bip32-scheme.js';
import { bytesToHex } from '../shared/hexadecimal.js';
import { decodePrivateKey } from '../shared/hexadecimal-key.js';
import { addressOf, readAddress, showAddress } from '../shared/keccak-address.js';

/** `xpub` on both networks, as with the Ethereum family. */
const XPUB_VERSION = 0x0488b21e;

/** Keys and addresses in Ethereum's forms, below a path of VeChain's own: coin type 818 (SLIP-44). */
export const vechainKeys: Keys = {
  curves: ['secp256k1'],
  hd: bip32Scheme({
    mainnet: { path: "m/44'/818'/0'/0", version: XPUB_VERSION },
    testnet: { path: "m/44'/1'/0'/0", version: XPUB_VERSION },
  }),
  address: (key) => showAddress(addressOf(key), {}),
  publicKey,
  encodePrivateKey: bytesToHex,
  decodePrivateKey,
  normalizeAddress: (text) => showAddress(readAddress(text, {}), {}),
};
