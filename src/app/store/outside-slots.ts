import { timingSafeEqual } from 'node:crypto';
import { CustosError } from '../../core/errors.js';
import type { Log } from '../../core/log.js';
import type { ExternalSlot, Store } from '../../core/store/store.js';
import type { Reference } from '../../passphrase/keys/reference.js';
import { makeExternalSlot, makeSlotKey, openExternalSlot } from '../../vault/external-slot.js';
import type { OpenedSlot } from '../../vault/key-slots.js';
import { journalKeyFrom, openJournal } from './journal.js';
import type { NewRootKey } from './rekey.js';
import { type KeyPrograms, type OutsideMeans, slotOf, wrapperFor } from './store-key.js';

/** What every change of a slot needs. */
export interface SlotParts {
  readonly store: Store;
  readonly opened: OpenedSlot;
  readonly passwords: OutsideMeans;
  readonly log: Log;
}

/** The outside key of a slot, and how to reach it. */
export interface OutsideKey extends KeyPrograms {
  readonly reference: Reference;
}

/**
 * Adds a slot that an outside key opens. The key is asked to unwrap what it has wrapped before anything is written.
 * @throws CustosError SLOT_EXISTS, SLOT_KEY_UNAVAILABLE, SLOT_KEY_WRONG, STORE_*
 */
export async function addOutsideSlot(parts: SlotParts, key: OutsideKey): Promise<ExternalSlot> {
  const { store, opened, passwords } = parts;
  const { text } = key.reference;
  if (slotOf(await store.slots.all(), key.reference) !== undefined) {
    throw new CustosError('SLOT_EXISTS', `the store has a key slot of ${text} already`);
  }
  await openJournal(parts, store, journalKeyFrom(opened, store.storeId));
  const slot = await outsideSlot(passwords, rootOf(parts), key);
  await store.slots.replace([slot], [], opened.slot.id);
  return slot;
}

/**
 * Replaces a slot by one of the same outside key with a new slot key, which the key's newest version wraps.
 * @throws CustosError SLOT_UNKNOWN, SLOT_KEY_UNAVAILABLE, SLOT_KEY_WRONG, STATE_CONFLICT, STORE_*
 */
export async function rotateOutsideSlot(parts: SlotParts, key: OutsideKey): Promise<ExternalSlot> {
  const { store, opened, passwords } = parts;
  const former = slotOf(await store.slots.all(), key.reference);
  if (former === undefined) throw new CustosError('SLOT_UNKNOWN', `the store has no key slot of ${key.reference.text}`);
  await openJournal(parts, store, journalKeyFrom(opened, store.storeId));
  const slot = await outsideSlot(passwords, rootOf(parts), key);
  const needed = opened.slot.id === former.id ? slot.id : opened.slot.id;
  await store.slots.replace([slot], [former.id], needed);
  return slot;
}

/**
 * Removes a slot. Whoever does it has opened the store by another one, so one that works is always left.
 * @throws CustosError SLOT_UNKNOWN, SLOT_IN_USE: it opened the store, or it is the recovery key; STATE_CONFLICT
 */
export async function removeSlot(parts: Omit<SlotParts, 'passwords'>, id: string): Promise<void> {
  const { store, opened } = parts;
  const slot = (await store.slots.all()).find((one) => one.id === id);
  if (slot === undefined) throw new CustosError('SLOT_UNKNOWN', `the store has no key slot ${id}`);
  if (slot.kind === 'recovery') {
    throw new CustosError(
      'SLOT_IN_USE',
      'the recovery key is replaced by `custos password recovery-key`, and never removed',
    );
  }
  if (slot.id === opened.slot.id) throw new CustosError('SLOT_IN_USE', `key slot ${id} has just opened the store`);
  await openJournal(parts, store, journalKeyFrom(opened, store.storeId));
  await store.slots.replace([], [slot.id], opened.slot.id);
}

function rootOf({ store, opened }: SlotParts): NewRootKey {
  return { rootKey: opened.rootKey, storeId: store.storeId, generation: store.rootGeneration };
}

/** A slot that was opened once. @throws CustosError SLOT_KEY_UNAVAILABLE, SLOT_KEY_WRONG: the key does not give back what it got */
export async function outsideSlot(
  means: SlotParts['passwords'],
  { rootKey, storeId, generation }: NewRootKey,
  { reference, ...programs }: OutsideKey,
): Promise<ExternalSlot> {
  const wrapper = await wrapperFor(means, reference, programs);
  const fresh = makeSlotKey();
  try {
    const place = { storeId, slot: fresh.id };
    const wrapped = await wrapper.wrap(fresh.key, place);
    const slot = makeExternalSlot(rootKey, fresh, { storeId, generation, reference: reference.text, wrapped });
    const key = await wrapper.unwrap(wrapped, place);
    try {
      const again = openExternalSlot([slot], { slot: slot.id, key }, storeId).rootKey;
      const isSame = timingSafeEqual(again, rootKey);
      again.fill(0);
      if (!isSame) throw new CustosError('INTERNAL', 'a new key slot does not open');
    } finally {
      key.fill(0);
    }
    return slot;
  } finally {
    fresh.key.fill(0);
  }
}
