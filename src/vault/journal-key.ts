import { deriveKey } from '../crypto/seal.js';

/** The key that authenticates the journal, 32 bytes. It is derived from the root key, so write access to the database is not enough. */
export function journalKeyOf(rootKey: Uint8Array, storeId: string): Uint8Array {
  return deriveKey(rootKey, Buffer.from(storeId, 'hex'), Buffer.from('custos/v1/journal'));
}
