import { z } from 'zod';
import { CustosError } from '../../core/errors.js';
import type { Secret } from '../../core/secret.js';
import type { ExternalSlot, Store } from '../../core/store/store.js';
import { openExternalSlot } from '../../vault/external-slot.js';
import { type OpenedSlot, openSlot } from '../../vault/key-slots.js';
import { func, secret, text } from './argument.js';

/** An outside key as the embedding program reaches it: `custos key-slot add` has made its slot. */
export interface OutsideKey {
  /** What names the key, as `custos key-slot list` shows it. */
  readonly reference: string;
  /**
   * Unwraps the slot key, by whatever means the program has.
   * @param wrapped - what the outside key made of the slot key; docs/wallet-store.md says how it looks
   * @param place - what a service binds to it
   * @returns 32 bytes, which are wiped
   */
  unwrap(wrapped: Uint8Array, place: { readonly storeId: string; readonly slot: string }): Promise<Uint8Array>;
}

/** Exactly one of `password` and `outsideKey`. */
export interface OpenStoreOptions {
  /** Path of a SQLite file, or a `postgres://` URL; a remote database needs sslmode=verify-full. */
  readonly location: string;
  /** The caller keeps and wipes it. */
  readonly password?: Secret;
  /** Opens a key slot in the place of a password. */
  readonly outsideKey?: OutsideKey;
}

export const openStoreOptions = z
  .strictObject({
    location: text,
    password: secret.exactOptional(),
    outsideKey: z.strictObject({ reference: text, unwrap: func as z.ZodType<OutsideKey['unwrap']> }).exactOptional(),
  })
  .refine(
    ({ password, outsideKey }) => (password === undefined) !== (outsideKey === undefined),
    'needs exactly one of password and outsideKey',
  );

/** @throws CustosError PASSWORD_WRONG, PASSWORD_EMPTY, SLOT_UNKNOWN, SLOT_KEY_UNAVAILABLE, SLOT_KEY_WRONG */
export async function openBy(store: Store, { password, outsideKey }: OpenStoreOptions): Promise<OpenedSlot> {
  const slots = await store.slots.all();
  if (outsideKey === undefined) return openSlot(slots, password as Secret, store.storeId);
  const { reference } = outsideKey;
  const slot = slots.find((one): one is ExternalSlot => one.kind === 'external' && one.reference === reference);
  if (slot === undefined) throw new CustosError('SLOT_UNKNOWN', `the store has no key slot of ${reference}`);
  const key = await unwrapped(outsideKey, slot, store.storeId);
  try {
    return openExternalSlot(slots, { slot: slot.id, key }, store.storeId);
  } finally {
    key.fill(0);
  }
}

async function unwrapped({ unwrap }: OutsideKey, slot: ExternalSlot, storeId: string): Promise<Uint8Array> {
  let key: unknown;
  try {
    key = await unwrap(Uint8Array.from(slot.wrapped), { storeId, slot: slot.id });
  } catch (cause) {
    // Its text may quote the key.
    throw new CustosError('SLOT_KEY_UNAVAILABLE', 'unwrap threw an error', { cause });
  }
  if (key instanceof Uint8Array) return key;
  throw new CustosError('SLOT_KEY_UNAVAILABLE', 'unwrap gave no bytes');
}
