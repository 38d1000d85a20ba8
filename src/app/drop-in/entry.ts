import type { Chain } from '../../core/chain/chain.js';
import type { Network } from '../../core/ids.js';
import type { ExportedWallet } from '../../core/signing/vault.js';
import { makeRootKey, makeStoreId } from '../../vault/key-slots.js';
import { openVault } from '../../vault/vault.js';
import type { House } from '../house.js';

/** A wallet that is shown and not kept: the entry that the peer would store, without chain and network. */
export async function generateWallet(house: House, id: string, network: Network): Promise<Record<string, unknown>> {
  const chain = house.chains.get(id);
  const vault = openVault({ rootKey: makeRootKey(), storeId: makeStoreId(), chains: house.chains });
  const { sealed } = await vault.create(chain.id, network, { kind: chain.newWallet ?? 'hd' });
  const { chain: _chain, testnet: _testnet, ...entry } = peerEntry(chain, vault.export(sealed));
  vault.wipe();
  return entry;
}

/** The peer's stored entry: these keys in this order. */
export function peerEntry(chain: Chain, exported: ExportedWallet): Record<string, unknown> {
  const { mnemonic, privateKey, secret, xpub, address, testnet } = exported;
  const place = { chain: chain.id, testnet };
  if (mnemonic === undefined) {
    // Where a new wallet is a private key, its address belongs to the entry; a stored private key stands alone.
    const shown = chain.newWallet === 'key' ? { address } : {};
    return { ...shown, ...(secret === undefined ? { privateKey } : { secret }), ...place };
  }
  if (xpub !== undefined) return { xpub, mnemonic, ...place };
  return chain.singleAddress === true ? { mnemonic, address, privateKey, ...place } : { mnemonic, ...place };
}
