import { randomBytes } from 'node:crypto';
import { createRegistry } from '../../src/chains/registry.js';
import { parseChainId } from '../../src/core/ids.js';
import { openPublicVault, openVault, viewKey } from '../../src/vault/vault.js';

export const chains = createRegistry();
export const eth = parseChainId('ETH');
export const bsc = parseChainId('BSC');
/** Of its own in each file: the lock of a store on PostgreSQL has the store's name, and files run at the same time. */
export const storeId = randomBytes(16).toString('hex');

/** A vault with a root key of its own, and the public vault to it. */
export function newVault(rootKey: Uint8Array = new Uint8Array(randomBytes(32)), id = storeId) {
  return {
    rootKey,
    vault: openVault({ rootKey, storeId: id, chains }),
    publicVault: openPublicVault({ viewKey: viewKey(rootKey, id), storeId: id, chains }),
  };
}

/** The code of what is thrown, or `none`. */
export function codeOf(work: () => unknown): string {
  try {
    work();
    return 'none';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}
