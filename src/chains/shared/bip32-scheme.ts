import type { HdScheme } from '../../core/chain/keys.js';
import type { Network } from '../../core/ids.js';
import { childPrivateKey, childPublicKey, decodeXpub, deriveNode, encodeXpub, neuter } from '../../crypto/hd-key.js';

/** Where a chain's accounts lie, and how their xpubs begin. */
export interface Bip32Account {
  /** Absolute path of the parent of all indexes, e.g. m/44'/60'/0'/0. */
  readonly path: string;
  /** Version bytes of the xpub, e.g. 0x0488b21e. */
  readonly version: number;
}

/** Key derivation over secp256k1 with an xpub (BIP-32), one account for each network. */
export function bip32Scheme(accounts: Readonly<Record<Network, Bip32Account>>): HdScheme {
  const versions = [...new Set([accounts.mainnet.version, accounts.testnet.version])];
  return {
    path: (network) => accounts[network].path,
    account(seed, network) {
      const derived = deriveNode(seed, accounts[network].path);
      return { node: derived.node, xpub: encodeXpub(neuter(derived, accounts[network].version)) };
    },
    privateKey: childPrivateKey,
    publicKey: (xpub, index) => childPublicKey(decodeXpub(xpub, versions), index),
  };
}
