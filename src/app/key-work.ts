import { CustosError } from '../core/errors.js';
import type { Secret } from '../core/secret.js';
import { findSlot, makeRecoveryKey, makeSlot, openSlots, openWithRecoveryKey } from '../vault/key-slots.js';
import { type House, makeStore } from './house.js';
import { readChangedPassword, readNewPassword, readRecoveryKey, refuseWeak } from './password.js';
import { storeLocation } from './store-location.js';

/** Makes the store. @returns the recovery key, to be shown once. @throws CustosError STORE_EXISTS, PASSWORD_EMPTY, STORE_* */
export async function initStore(house: House): Promise<Secret> {
  const password = await readNewPassword(house.config, house.terminal);
  try {
    await refuseWeak(password, house.config, house.terminal);
    const made = await makeStore(storeLocation(house.config), password, { recovery: true });
    made.rootKey.fill(0);
    await made.store.close();
    if (made.recoveryKey === undefined) throw new CustosError('INTERNAL', 'the new store has no recovery key');
    return made.recoveryKey;
  } finally {
    password.wipe();
  }
}

/** Puts a new password in the place of the one that was given; other key slots stay. @throws CustosError PASSWORD_WRONG */
export async function changePassword(house: House): Promise<void> {
  const store = await house.store();
  const old = await house.password();
  const slots = await store.slots.all();
  const slot = await findSlot(slots, old, store.storeId);
  if (slot === undefined) throw new CustosError('PASSWORD_WRONG', 'the password does not open this store');
  const rootKey = await openSlots([slot], old, store.storeId);
  const fresh = await newPassword(house);
  await store.slots.replace([await makeSlot(rootKey, fresh, { kind: 'password', storeId: store.storeId })], [slot.id]);
  wipe(rootKey, old, fresh);
}

/** Adds a key slot for a further password. @throws CustosError PASSWORD_WRONG */
export async function addPassword(house: House): Promise<void> {
  const store = await house.store();
  const rootKey = await house.rootKey();
  const fresh = await newPassword(house);
  await store.slots.replace([await makeSlot(rootKey, fresh, { kind: 'password', storeId: store.storeId })], []);
  fresh.wipe();
}

/** Sets a new password with the recovery key; all other passwords end, because they are lost or not trusted. */
export async function recoverPassword(house: House): Promise<void> {
  const store = await house.store();
  const slots = await store.slots.all();
  const key = await readRecoveryKey(house.config, house.terminal);
  const rootKey = await openWithRecoveryKey(slots, key, store.storeId);
  const fresh = await newPassword(house);
  const ended = slots.filter(({ kind }) => kind === 'password').map(({ id }) => id);
  await store.slots.replace([await makeSlot(rootKey, fresh, { kind: 'password', storeId: store.storeId })], ended);
  wipe(rootKey, key, fresh);
}

/** Makes a new recovery key; the old one ends. @returns the key, to be shown once */
export async function renewRecoveryKey(house: House): Promise<Secret> {
  const store = await house.store();
  const rootKey = await house.rootKey();
  const ended = (await store.slots.all()).filter(({ kind }) => kind === 'recovery').map(({ id }) => id);
  const key = makeRecoveryKey();
  await store.slots.replace([await makeSlot(rootKey, key, { kind: 'recovery', storeId: store.storeId })], ended);
  return key;
}

async function newPassword({ config, terminal }: House): Promise<Secret> {
  const fresh = await readChangedPassword(config, terminal);
  await refuseWeak(fresh, config, terminal);
  return fresh;
}

function wipe(rootKey: Uint8Array, ...secrets: readonly Secret[]): void {
  rootKey.fill(0);
  for (const secret of secrets) secret.wipe();
}
