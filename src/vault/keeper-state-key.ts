import { deriveKey } from '../crypto/seal.js';

/** The key that seals what a keeper remembers, 32 bytes. No front has it. */
export function keeperStateKeyOf(rootKey: Uint8Array, storeId: string): Uint8Array {
  return deriveKey(rootKey, Buffer.from(storeId, 'hex'), Buffer.from('custos/v1/keeper-state'));
}
