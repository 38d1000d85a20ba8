import { systemClock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import type { Log } from '../../core/log.js';
import type { Secret } from '../../core/secret.js';
import type { KeySlot, Store, StretchedSlot } from '../../core/store/store.js';
import { makeRecoveryKey, makeSlot, type OpenedSlot, openRecoverySlot } from '../../vault/key-slots.js';
import { recordRefusal, recordUnlock, signLog } from '../audit/unlock.js';
import type { SlotSource } from '../config/password-config.js';
import { journalKeyFrom, openJournal } from './journal.js';
import { makeStore } from './make.js';
import { outsideSlot } from './outside-slots.js';
import { type PasswordMeans, readChangedPassword, readNewPassword, readRecoveryKey, refuseWeak } from './password.js';
import { readRecoveryShares } from './recovery-shares.js';
import { type Rekey, type RekeyProgress, rekeyStore } from './rekey.js';
import { type KeyPrograms, openWithKey, readStoreKey, type StoreKey } from './store-key.js';

/** @param location - where the new store will be. @returns the recovery key, to be shown once. @throws CustosError STORE_EXISTS, PASSWORD_EMPTY, STORE_* */
export async function initStore(location: () => string, passwords: PasswordMeans): Promise<Secret> {
  const password = await readNewPassword(passwords);
  try {
    await refuseWeak(password, passwords);
    const made = await makeStore(location(), password, { recovery: true });
    made.rootKey.fill(0);
    await made.store.close();
    if (made.recoveryKey === undefined) throw new CustosError('INTERNAL', 'the new store has no recovery key');
    return made.recoveryKey;
  } finally {
    password.wipe();
  }
}

/** What every change of passwords needs. */
export interface PasswordParts {
  readonly store: Store;
  readonly passwords: PasswordMeans;
  readonly log: Log;
}

/** The same for an open store; the caller wipes the root key. */
export interface OpenPasswordParts extends PasswordParts {
  readonly opened: OpenedSlot;
}

/** Whether to replace the root key together with a password. */
export interface ChangeOptions {
  /** Asked after the old password: otherwise a password that is already being typed would be read as the answer, and shown. */
  rekey(): Promise<boolean>;
  readonly progress?: RekeyProgress;
}

export interface RecoverOptions extends ChangeOptions {
  /** Whether the recovery key is put together from its shares. */
  readonly isShared: boolean;
}

/**
 * Replaces the given password with a new one. Other key slots stay, unless the root key is also replaced.
 * @returns the new recovery key, if there is one
 * @throws CustosError PASSWORD_WRONG, PASSWORD_WEAK, and what `rekeyStore` throws
 */
export async function changePassword(parts: PasswordParts, options: ChangeOptions): Promise<Secret | undefined> {
  const { slot, rootKey, key } = await openByKey(parts, 'password change');
  key.secret.wipe();
  // The new password takes the place of the old one, and there is none.
  if (slot.kind === 'external') {
    rootKey.fill(0);
    throw new CustosError('PASSWORD_MISSING', 'a key slot opened the store: `custos password add` adds a password');
  }
  return replacePassword(parts, { rootKey, ended: [slot.id], ...options });
}

/** Adds a key slot for a further password. @throws CustosError PASSWORD_WRONG, PASSWORD_WEAK */
export async function addPassword(parts: OpenPasswordParts): Promise<void> {
  const { store, opened, passwords } = parts;
  await openJournal(parts, store, journalKeyFrom(opened, store.storeId));
  const password = await newPassword(passwords);
  try {
    await store.slots.replace([await slotIn(store, opened.rootKey, { kind: 'password', password })], []);
  } finally {
    password.wipe();
  }
}

/**
 * Sets a new password with the recovery key. All other passwords end, because they are lost or not trusted.
 * @returns the new recovery key, if the root key is also replaced
 * @throws CustosError PASSWORD_WRONG, RECOVERY_KEY_INVALID, PASSWORD_WEAK, and what `rekeyStore` throws
 */
export async function recoverPassword(parts: PasswordParts, options: RecoverOptions): Promise<Secret | undefined> {
  const { store, passwords } = parts;
  const slots = await store.slots.all();
  const key = await (options.isShared ? readRecoveryShares(passwords.terminal) : readRecoveryKey(passwords));
  const opening = { store, command: 'password recover' };
  const open = () => openRecoverySlot(slots, key, store.storeId).finally(() => key.wipe());
  const opened = await recordUnlock(opening, await recordRefusal(opening, open));
  await openJournalOrWipe(parts, opened);
  const ended = slots.filter(({ kind }) => kind === 'password').map(({ id }) => id);
  return replacePassword(parts, { rootKey: opened.rootKey, ended, ...options });
}

/**
 * Gives the store a new root key. Only the given password, or a new slot of the outside key that opened it, opens it afterwards.
 * @param programs - of a `command` slot
 * @returns the new recovery key, to show once
 * @throws CustosError PASSWORD_WRONG, and what `rekeyStore` throws
 */
export async function replaceRootKey(
  parts: PasswordParts,
  progress: RekeyProgress,
  programs: KeyPrograms,
): Promise<Secret> {
  const { store, passwords } = parts;
  const { place } = passwords;
  // A running daemon is reported before the password prompt.
  await store.lockForRekey();
  const { key, rootKey } = await openByKey(parts, 'rekey');
  const password = place.source === 'slot' ? slotAgain(passwords, { ...place, ...programs }) : key.secret;
  try {
    return await rekeyStore(store, { rootKey, password, progress });
  } finally {
    rootKey.fill(0);
    key.secret.wipe();
  }
}

/** A slot of the outside key that opened the store, for its new root key. */
function slotAgain(
  means: PasswordMeans,
  { reference, words, ...programs }: SlotSource & KeyPrograms,
): Rekey['password'] {
  return (root) => outsideSlot(means, root, { reference, ...(words && { unwrapWords: words }), ...programs });
}

/** Makes a new recovery key; the old one ends. @returns the key, to show once */
export async function renewRecoveryKey(parts: Omit<OpenPasswordParts, 'passwords'>): Promise<Secret> {
  const { store, opened } = parts;
  await openJournal(parts, store, journalKeyFrom(opened, store.storeId));
  const ended = (await store.slots.all()).filter(({ kind }) => kind === 'recovery').map(({ id }) => id);
  const key = makeRecoveryKey();
  try {
    await store.slots.replace([await slotIn(store, opened.rootKey, { kind: 'recovery', password: key })], ended);
    return key;
  } catch (error) {
    key.wipe();
    throw error;
  }
}

/** Accepts an older journal without MACs as it is, before its slot is replaced. */
async function openByKey(parts: PasswordParts, command: string): Promise<OpenedSlot & { readonly key: StoreKey }> {
  const { store, passwords } = parts;
  const find = async () => ({ storeId: store.storeId, slots: await store.slots.all() });
  const key = await readStoreKey(passwords, find);
  try {
    const opening = { store, command };
    const opened = await recordUnlock(
      opening,
      await recordRefusal(opening, async () => openWithKey(await find(), key)),
    );
    await openJournalOrWipe(parts, opened);
    return { ...opened, key };
  } catch (error) {
    key.secret.wipe();
    throw error;
  }
}

async function openJournalOrWipe(parts: PasswordParts, opened: OpenedSlot): Promise<void> {
  try {
    await openJournal(parts, parts.store, journalKeyFrom(opened, parts.store.storeId));
  } catch (error) {
    opened.rootKey.fill(0);
    throw error;
  }
}

interface Replacement extends ChangeOptions {
  /** Wiped at the end, whatever it is. */
  readonly rootKey: Uint8Array;
  /** Ids of the slots that end. */
  readonly ended: readonly string[];
}

async function replacePassword(
  { store, passwords, log }: PasswordParts,
  replacement: Replacement,
): Promise<Secret | undefined> {
  const { rootKey, ended } = replacement;
  let password: Secret | undefined;
  try {
    const rekey = await replacement.rekey();
    if (rekey) await store.lockForRekey();
    password = await newPassword(passwords);
    if (rekey) return await rekeyStore(store, { ...replacement, password });
    await store.slots.replace([await slotIn(store, rootKey, { kind: 'password', password })], ended);
    await signLog({ clock: systemClock, log }, store, rootKey);
    return undefined;
  } finally {
    rootKey.fill(0);
    password?.wipe();
  }
}

function slotIn(
  { storeId, rootGeneration: generation }: Store,
  rootKey: Uint8Array,
  { kind, password }: { readonly kind: StretchedSlot['kind']; readonly password: Secret },
): Promise<KeySlot> {
  return makeSlot(rootKey, password, { kind, storeId, generation });
}

async function newPassword(passwords: PasswordMeans): Promise<Secret> {
  const fresh = await readChangedPassword(passwords);
  try {
    await refuseWeak(fresh, passwords);
    return fresh;
  } catch (error) {
    fresh.wipe();
    throw error;
  }
}
