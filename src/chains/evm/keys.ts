import type { Keys } from '../../core/chain/keys.js';
import { publicKey } from '../../crypto/secp256k1.js';
import { bip32Scheme } from '../shared/bip32-scheme.js';
import { bytesToHex } from '../shared/hexadecimal.js';
import { decodePrivateKey } from '../shared/hexadecimal-key.js';
import { addressOf, readAddress, showAddress } from '../shared/keccak-address.js';
import { isUnspendable, isUnspendableCalled } from './calls/destination.js';
import type { EvmSettings } from './settings.js';

// `xpub` on both networks: testnet wallets of this family have always carried it, too.
const XPUB_VERSION = 0x0488b21e;

/** Keys of secp256k1 at the chain's path (BIP-44), and addresses in the chain's style. */
export function keysOf({ coinType, addressStyle }: EvmSettings): Keys {
  return {
    curves: ['secp256k1'],
    hd: bip32Scheme({
      mainnet: { path: `m/44'/${coinType}'/0'/0`, version: XPUB_VERSION },
      testnet: { path: "m/44'/1'/0'/0", version: XPUB_VERSION },
    }),
    address: (key) => showAddress(addressOf(key), addressStyle),
    publicKey,
    encodePrivateKey: bytesToHex,
    decodePrivateKey,
    normalizeAddress: (text) => showAddress(readAddress(text, addressStyle), addressStyle),
    isUnspendable(text, isCalled) {
      const address = readAddress(text, addressStyle);
      return isCalled ? isUnspendableCalled(address) : isUnspendable(address);
    },
  };
}
