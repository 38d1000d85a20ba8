import { randomBytes, randomUUID } from 'node:crypto';
import { CustosError } from '../core/errors.js';
import type { ExternalSlot, KeySlot } from '../core/store/store.js';
import { deriveKey, joinUnambiguously, open, seal } from '../crypto/seal.js';
import type { OpenedSlot } from './key-slots.js';

/** Bytes of a slot key. */
const SLOT_KEY = 32;

/** A slot key, and the slot that it is to open. */
export interface FreshSlotKey {
  /** Id of the slot to be. */
  readonly id: string;
  /** 32 random bytes; the caller wipes them. */
  readonly key: Uint8Array;
}

/** Nothing but the slot's box hangs on it, so whoever wraps it never sees the root key. */
export function makeSlotKey(): FreshSlotKey {
  return { id: randomUUID(), key: new Uint8Array(randomBytes(SLOT_KEY)) };
}

/** What a slot is bound to. */
type ExternalFacts = Pick<ExternalSlot, 'reference' | 'wrapped'> & {
  readonly storeId: string;
  /** Number of the root key in its store. */
  readonly generation: number;
};

/** Puts the root key into a slot that the slot key opens. */
export function makeExternalSlot(
  rootKey: Uint8Array,
  { id, key }: FreshSlotKey,
  { storeId, ...facts }: ExternalFacts,
): ExternalSlot {
  const slot = { id, kind: 'external', createdAt: Date.now(), ...facts } as const;
  const boxKey = boxKeyOf(key, storeId);
  const box = seal(boxKey, rootKey, contextOf(slot, storeId));
  boxKey.fill(0);
  return { ...slot, box };
}

/** A slot key, and the slot that it opens. */
export interface SlotKey {
  readonly slot: string;
  readonly key: Uint8Array;
}

/**
 * Opens the root key with the key of one slot.
 * @returns also the slot; the caller wipes the root key
 * @throws CustosError SLOT_UNKNOWN: the store has no such slot; SLOT_KEY_WRONG: the key is another one
 */
export function openExternalSlot(slots: readonly KeySlot[], { slot: id, key }: SlotKey, storeId: string): OpenedSlot {
  const slot = slots.find((one) => one.id === id);
  if (slot?.kind !== 'external')
    throw new CustosError('SLOT_UNKNOWN', `the store has no key slot ${id} of this root key`);
  if (key.length !== SLOT_KEY) throw wrong(slot, `${key.length} bytes came out in the place of ${SLOT_KEY}`);
  const boxKey = boxKeyOf(key, storeId);
  const rootKey = open(boxKey, slot.box, contextOf(slot, storeId));
  boxKey.fill(0);
  if (rootKey?.length !== 32) throw wrong(slot, 'what came out is not the key of this slot');
  return { slot, rootKey };
}

function wrong({ id, reference }: ExternalSlot, why: string): CustosError {
  return new CustosError('SLOT_KEY_WRONG', `key slot ${id} (${reference}) does not open: ${why}`);
}

function boxKeyOf(key: Uint8Array, storeId: string): Uint8Array {
  return deriveKey(key, Buffer.from(storeId, 'hex'), Buffer.from('custos/v1/slot-key'));
}

function contextOf({ id, kind, generation = 1, reference, wrapped }: Omit<ExternalSlot, 'box'>, storeId: string) {
  return joinUnambiguously(['custos/v3/slot', storeId, id, kind, String(generation), reference, wrapped]);
}
