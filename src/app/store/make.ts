import { CustosError } from '../../core/errors.js';
import type { Secret } from '../../core/secret.js';
import type { KeySlot, Store } from '../../core/store/store.js';
import { createStore, storeExists } from '../../storage/open-store.js';
import { journalKeyOf } from '../../vault/journal-key.js';
import { makeRecoveryKey, makeRootKey, makeSlot, makeStoreId } from '../../vault/key-slots.js';
import { shownValue } from '../config/shown-value.js';

/** A new store with its open root key, and the recovery key's text if one was requested. */
export interface MadeStore {
  readonly store: Store;
  /** 32 bytes; the caller wipes them. */
  readonly rootKey: Uint8Array;
  /** The slot of the password. */
  readonly slot: KeySlot;
  readonly recoveryKey?: Secret;
}

/** @throws CustosError STORE_EXISTS, STORE_READ_ONLY, STORE_FULL, PASSWORD_EMPTY: it then closes and wipes everything */
export async function makeStore(
  location: string,
  password: Secret,
  options: { readonly recovery: boolean },
): Promise<MadeStore> {
  if (password.length === 0) throw new CustosError('PASSWORD_EMPTY', 'the password is empty');
  if (await storeExists(location)) throw new CustosError('STORE_EXISTS', `${shownValue(location)} exists already`);
  const rootKey = makeRootKey();
  const recoveryKey = options.recovery ? makeRecoveryKey() : undefined;
  try {
    const made = await createWithSlots(location, { rootKey, password, recoveryKey });
    return { ...made, rootKey, ...(recoveryKey && { recoveryKey }) };
  } catch (error) {
    rootKey.fill(0);
    recoveryKey?.wipe();
    throw error;
  }
}

interface Keys {
  readonly rootKey: Uint8Array;
  readonly password: Secret;
  readonly recoveryKey: Secret | undefined;
}

async function createWithSlots(
  location: string,
  { rootKey, password, recoveryKey }: Keys,
): Promise<Pick<MadeStore, 'store' | 'slot'>> {
  const storeId = makeStoreId();
  const of = { storeId, generation: 1 };
  const slot = await makeSlot(rootKey, password, { kind: 'password', ...of });
  const slots = [slot];
  if (recoveryKey !== undefined) slots.push(await makeSlot(rootKey, recoveryKey, { kind: 'recovery', ...of }));
  const store = await createStore(location, { storeId, slots });
  try {
    await store.unlockJournal({ key: journalKeyOf(rootKey, storeId), mayAdopt: false });
    const names = slots.map(({ id, kind }) => `${kind} ${id}`);
    await store.audit.add([{ code: 'store.made', detail: { slots: names } }]);
    return { store, slot };
  } catch (error) {
    await store.close();
    throw error;
  }
}
