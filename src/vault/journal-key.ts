import { createHmac } from 'node:crypto';
import type { JournalMac } from '../core/store/journal-mac.js';
import { deriveKey } from '../crypto/seal.js';

/** The key that authenticates the journal, 32 bytes. It is derived from the root key, so write access to the database is not enough. */
export function journalKeyOf(rootKey: Uint8Array, storeId: string): Uint8Array {
  return deriveKey(rootKey, Buffer.from(storeId, 'hex'), Buffer.from('custos/v1/journal'));
}

/** @param key - `journalKeyOf`; kept for as long as what is returned */
export function journalMac(key: Uint8Array): JournalMac {
  // Rows have up to fifty parts. The engine's JSON takes a tenth of the work of joining them with their lengths.
  return (parts) => createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64url');
}
