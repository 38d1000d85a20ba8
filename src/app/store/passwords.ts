import { CustosError } from '../../core/errors.js';
import type { Secret } from '../../core/secret.js';
import type { KeySlot, KeySlotKind, Store } from '../../core/store/store.js';
import { makeRecoveryKey, makeSlot, type OpenedSlot, openRecoverySlot, openSlot } from '../../vault/key-slots.js';
import { type House, makeStore } from '../house.js';
import { journalKeyFrom, openJournal } from './journal.js';
import { storeLocation } from './location.js';
import { readChangedPassword, readNewPassword, readRecoveryKey, refuseWeak } from './password.js';
import { type RekeyProgress, rekeyStore } from './rekey.js';

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

/** Whether the root key is replaced along with a password. */
export interface ChangeOptions {
  /** Asked when the old password is known: who has begun to type it must not have it taken for an answer, and shown. */
  rekey(): Promise<boolean>;
  readonly progress?: RekeyProgress;
}

/**
 * Puts a new password in the place of the one that was given; other key slots stay, unless the root key is replaced as well.
 * @returns the new recovery key, where there is one
 * @throws CustosError PASSWORD_WRONG, PASSWORD_WEAK, and what `rekeyStore` throws
 */
export async function changePassword(house: House, options: ChangeOptions): Promise<Secret | undefined> {
  const store = await house.store();
  const { slot, rootKey } = await openByPassword(house, store);
  return replacePassword(house, store, { rootKey, ended: [slot.id], ...options });
}

/** Adds a key slot for a further password. @throws CustosError PASSWORD_WRONG, PASSWORD_WEAK */
export async function addPassword(house: House): Promise<void> {
  const store = await house.store();
  const rootKey = await house.rootKey();
  await house.journal();
  const fresh = await newPassword(house);
  await store.slots.replace([await slotIn(store, rootKey, { kind: 'password', password: fresh })], []);
  fresh.wipe();
}

/**
 * Sets a new password with the recovery key; all other passwords end, because they are lost or not trusted.
 * @returns the new recovery key, where the root key is replaced as well
 * @throws CustosError PASSWORD_WRONG, RECOVERY_KEY_INVALID, PASSWORD_WEAK, and what `rekeyStore` throws
 */
export async function recoverPassword(house: House, options: ChangeOptions): Promise<Secret | undefined> {
  const store = await house.store();
  const slots = await store.slots.all();
  const key = await readRecoveryKey(house.config, house.terminal);
  const opened = await openRecoverySlot(slots, key, store.storeId);
  key.wipe();
  await openJournal(house, store, journalKeyFrom(opened, store.storeId));
  const ended = slots.filter(({ kind }) => kind === 'password').map(({ id }) => id);
  return replacePassword(house, store, { rootKey: opened.rootKey, ended, ...options });
}

/**
 * Gives the store a new root key; the password that was given is the only one that opens it afterwards.
 * @returns the new recovery key, to be shown once
 * @throws CustosError PASSWORD_WRONG, and what `rekeyStore` throws
 */
export async function replaceRootKey(house: House, progress: RekeyProgress): Promise<Secret> {
  const store = await house.store();
  // A running daemon is told of before anybody is asked for a password.
  await store.lockForRekey();
  const { password, rootKey } = await openByPassword(house, store);
  try {
    return await rekeyStore(store, { rootKey, password, progress });
  } finally {
    wipe(rootKey, password);
  }
}

/** Makes a new recovery key; the old one ends. @returns the key, to be shown once */
export async function renewRecoveryKey(house: House): Promise<Secret> {
  const store = await house.store();
  const rootKey = await house.rootKey();
  await house.journal();
  const ended = (await store.slots.all()).filter(({ kind }) => kind === 'recovery').map(({ id }) => id);
  const key = makeRecoveryKey();
  await store.slots.replace([await slotIn(store, rootKey, { kind: 'recovery', password: key })], ended);
  return key;
}

/** A journal that is older than its MACs is taken as it is before it hangs on another slot. */
async function openByPassword(house: House, store: Store): Promise<OpenedSlot & { readonly password: Secret }> {
  const password = await house.password();
  const opened = await openSlot(await store.slots.all(), password, store.storeId);
  await openJournal(house, store, journalKeyFrom(opened, store.storeId));
  return { ...opened, password };
}

interface Replacement extends ChangeOptions {
  readonly rootKey: Uint8Array;
  /** Ids of the slots that end. */
  readonly ended: readonly string[];
}

async function replacePassword(house: House, store: Store, replacement: Replacement): Promise<Secret | undefined> {
  const { rootKey, ended } = replacement;
  const rekey = await replacement.rekey();
  if (rekey) await store.lockForRekey();
  const password = await newPassword(house);
  try {
    if (rekey) return await rekeyStore(store, { ...replacement, password });
    await store.slots.replace([await slotIn(store, rootKey, { kind: 'password', password })], ended);
    return undefined;
  } finally {
    wipe(rootKey, password);
  }
}

function slotIn(
  { storeId, rootGeneration: generation }: Store,
  rootKey: Uint8Array,
  { kind, password }: { readonly kind: KeySlotKind; readonly password: Secret },
): Promise<KeySlot> {
  return makeSlot(rootKey, password, { kind, storeId, generation });
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
