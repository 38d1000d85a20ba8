import { deriveKey } from '../crypto/seal.js';

/**
 * The key that authenticates ends of freezes, 32 bytes. It is used with `journalMac`. Only the root key gives it, so no front can
 * end a freeze at a keeper.
 */
export function freezeKeyOf(rootKey: Uint8Array, storeId: string): Uint8Array {
  return deriveKey(rootKey, Buffer.from(storeId, 'hex'), Buffer.from('custos/v1/freeze'));
}
