import type { Chain, ChainRegistry } from '../../core/chain/chain.js';
import type { Network } from '../../core/ids.js';
import type { ExportedWallet } from '../../core/signing/vault.js';
import { makeRootKey, makeStoreId } from '../../vault/key-slots.js';
import { openVault } from '../../vault/vault.js';

/** A wallet that is shown and not kept: the entry that Tatum KMS would store, without chain and network. */
export async function generateWallet(
  chains: ChainRegistry,
  { chain: id, network }: { readonly chain: string; readonly network: Network },
): Promise<Record<string, unknown>> {
  const chain = chains.get(id);
  const vault = openVault({ rootKey: makeRootKey(), storeId: makeStoreId(), chains });
  try {
    const { sealed } = await vault.create(chain.id, network, { kind: chain.keys.newWallet ?? 'hd' });
    const { chain: _chain, testnet: _testnet, ...entry } = tatumEntry(chain, vault.export(sealed));
    return entry;
  } finally {
    vault.wipe();
  }
}

/** An entry as Tatum KMS stores it: these keys in this order. */
export function tatumEntry(chain: Chain, exported: ExportedWallet): Record<string, unknown> {
  const { mnemonic, privateKey, secret, xpub, address, testnet } = exported;
  const place = { chain: chain.id, testnet };
  if (mnemonic === undefined) {
    // If a new wallet of the chain is a private key, the entry has its address; a stored private key has none.
    const shown = chain.keys.newWallet === 'key' ? { address } : {};
    return { ...shown, ...(secret === undefined ? { privateKey } : { secret }), ...place };
  }
  if (xpub !== undefined) return { xpub, mnemonic, ...place };
  return chain.keys.singleAddress === true ? { mnemonic, address, privateKey, ...place } : { mnemonic, ...place };
}
