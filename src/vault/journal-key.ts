import { createHmac } from 'node:crypto';
import type { JournalMac } from '../core/store/journal-mac.js';
import { deriveKey } from '../crypto/seal.js';

/** The key that authenticates the journal: below the root key, so whoever writes the database does not have it. 32 bytes. */
export function journalKeyOf(rootKey: Uint8Array, storeId: string): Uint8Array {
  return deriveKey(rootKey, Buffer.from(storeId, 'hex'), Buffer.from('custos/v1/journal'));
}

/** @param key - `journalKeyOf`; kept for as long as what is returned */
export function journalMac(key: Uint8Array): JournalMac {
  // Rows have up to fifty parts, and JSON is written by the engine: a tenth of the work of joining them by their lengths.
  return (parts) => createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64url');
}
