import { CustosError } from '../../core/errors.js';
import { peekStoreKeys } from '../../storage/peek.js';
import type { SlotsOfStore, StoreKey } from '../store/store-key.js';

/** The key as a keeper is given it; the bytes are those of the secret itself. */
export function keeperKey({ secret, slot }: StoreKey): { readonly password: Uint8Array; readonly slot?: string } {
  return { password: secret.exposeBytes(), ...(slot !== undefined && { slot }) };
}

/** The slots of a store that is not opened. @throws CustosError SIGNER_STORE_DIFFERS: another store lies there; STORE_* */
export async function slotsAt(location: string, storeId: string): Promise<SlotsOfStore> {
  const found = await peekStoreKeys(location);
  if (found.storeId === storeId) return found;
  throw new CustosError('SIGNER_STORE_DIFFERS', `the key slots of the store ${found.storeId} do not open ${storeId}`);
}
