import type { HdScheme, Keys } from '../../core/chain/keys.js';
import type { Network } from '../../core/ids.js';
import { hash160 } from '../../crypto/hash.js';
import { publicKey } from '../../crypto/secp256k1.js';
import { taprootKey } from '../../crypto/taproot.js';
import { type Bip32Account, bip32Scheme } from '../shared/bip32-scheme.js';
import type { UtxoChainDefinition } from './definition.js';
import { addressOf, decodeWif, encodeWif, scriptOfAddress, type UtxoNetwork } from './script.js';

/** Keys of secp256k1, written in WIF; each derivation has its own path and form of address. */
export function keysOf({ networks, accounts, hdAddress, derivations = {} }: UtxoChainDefinition): Keys {
  const keyAddress = (type: 'pkh' | 'wpkh' | 'tr') => (key: Uint8Array, network: Network) =>
    addressOfKey(type, key, networks[network]);
  const scheme = (where: Readonly<Record<Network, Bip32Account>>, type: 'pkh' | 'wpkh' | 'tr'): HdScheme => ({
    ...bip32Scheme(where),
    address: keyAddress(type),
  });
  return {
    curves: ['secp256k1'],
    hd: scheme(accounts, hdAddress),
    derivations: Object.fromEntries(
      Object.entries(derivations).map(([name, one]) => [name, scheme(one.accounts, one.address)]),
    ),
    address: keyAddress('pkh'),
    publicKey,
    encodePrivateKey: (key, network) => encodeWif(key, networks[network]),
    decodePrivateKey: (text, network) => decodeWif(text, networks[network], network),
    normalizeAddress: (text, network) => addressOf(scriptOfAddress(text, networks[network]), networks[network]) ?? text,
  };
}

function addressOfKey(type: 'pkh' | 'wpkh' | 'tr', key: Uint8Array, network: UtxoNetwork): string {
  const script = type === 'tr' ? ({ type, pubkey: taprootKey(key) } as const) : ({ type, hash: hash160(key) } as const);
  return addressOf(script, network) ?? '';
}
