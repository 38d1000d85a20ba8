import type { Vault } from '../../core/signing/vault.js';
import type { Store } from '../../core/store/store.js';

/** Number of mnemonics that are stretched at the same time; the work runs on Node's thread pool. */
export const STRETCHED_AT_ONCE = 8;

/** A store and the vault that opens its wallets. The caller closes and wipes them. */
export interface OpenWallets {
  readonly store: Store;
  readonly vault: Vault;
}

/** The same with the open root key, 32 bytes. */
export interface OpenStore extends OpenWallets {
  readonly rootKey: Uint8Array;
}
