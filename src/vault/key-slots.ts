import { randomBytes, randomUUID } from 'node:crypto';
import { CustosError } from '../core/errors.js';
import { Secret } from '../core/secret.js';
import type { KeySlot, StretchedSlot } from '../core/store/store.js';
import { defaultScrypt, stretchPassword } from '../crypto/kdf.js';
import { joinUnambiguously, open, seal } from '../crypto/seal.js';
import { formatRecoveryKey, normalizeRecoveryKey } from './recovery/recovery-key.js';

/** A new random root key: 32 bytes, which the caller wipes. */
export function makeRootKey(): Uint8Array {
  return new Uint8Array(randomBytes(32));
}

/** A new store id: 16 random bytes in hexadecimal digits. */
export function makeStoreId(): string {
  return randomBytes(16).toString('hex');
}

/** A new recovery key of 256 random bits in its typed form. */
export function makeRecoveryKey(): Secret {
  return Secret.text(formatRecoveryKey(randomBytes(32)));
}

/**
 * Wraps the root key so that `password` (or a recovery key) opens it.
 * @param generation - number of the root key in its store, which the slot is bound to; a slot without one opens the first
 * @throws CustosError PASSWORD_EMPTY, RECOVERY_KEY_INVALID
 */
export async function makeSlot(
  rootKey: Uint8Array,
  password: Secret,
  { kind, storeId, generation }: { kind: StretchedSlot['kind']; storeId: string; generation?: number },
): Promise<StretchedSlot> {
  const bytes = passwordBytes(password, kind);
  const id = randomUUID();
  const salt = new Uint8Array(randomBytes(32));
  const wrapping = await stretchPassword(bytes, salt, defaultScrypt);
  const box = seal(wrapping, rootKey, slotContext({ id, kind, storeId, generation }));
  wrapping.fill(0);
  bytes.fill(0);
  return {
    id,
    kind,
    kdf: defaultScrypt,
    salt,
    box,
    createdAt: Date.now(),
    ...(generation !== undefined && { generation }),
  };
}

/**
 * Opens the root key with a password, tried on each password slot.
 * @returns 32 bytes; the caller wipes them.
 * @throws CustosError PASSWORD_WRONG, PASSWORD_EMPTY, KDF_PARAMETERS
 */
export async function openSlots(slots: readonly KeySlot[], password: Secret, storeId: string): Promise<Uint8Array> {
  return (await openSlot(slots, password, storeId)).rootKey;
}

/** A root key, which the caller wipes, and the slot that opened it. */
export interface OpenedSlot {
  readonly slot: KeySlot;
  readonly rootKey: Uint8Array;
}

/** As `openSlots`, with the slot that opened. */
export async function openSlot(slots: readonly KeySlot[], password: Secret, storeId: string): Promise<OpenedSlot> {
  const opened = await tryOpen(slots, { password, kind: 'password', storeId });
  if (opened === undefined) throw new CustosError('PASSWORD_WRONG', 'the password does not open this store');
  return opened;
}

/** True for a slot from before journals were authenticated: it is not bound to a number. */
export function isOfFirstForm({ generation }: KeySlot): boolean {
  return generation === undefined;
}

/** As `openSlots`, with the recovery key. @throws CustosError RECOVERY_KEY_INVALID, PASSWORD_WRONG, KDF_PARAMETERS */
export async function openWithRecoveryKey(
  slots: readonly KeySlot[],
  recoveryKey: Secret,
  storeId: string,
): Promise<Uint8Array> {
  return (await openRecoverySlot(slots, recoveryKey, storeId)).rootKey;
}

/** As `openWithRecoveryKey`, with the slot that opened. */
export async function openRecoverySlot(
  slots: readonly KeySlot[],
  recoveryKey: Secret,
  storeId: string,
): Promise<OpenedSlot> {
  const opened = await tryOpen(slots, { password: recoveryKey, kind: 'recovery', storeId });
  if (opened === undefined) throw new CustosError('PASSWORD_WRONG', 'the recovery key does not open this store');
  return opened;
}

/** The slot that a password opens, so that a change replaces only this one. @throws CustosError PASSWORD_EMPTY, KDF_PARAMETERS */
export async function findSlot(
  slots: readonly KeySlot[],
  password: Secret,
  storeId: string,
): Promise<KeySlot | undefined> {
  const opened = await tryOpen(slots, { password, kind: 'password', storeId });
  opened?.rootKey.fill(0);
  return opened?.slot;
}

interface Attempt {
  readonly password: Secret;
  readonly kind: StretchedSlot['kind'];
  readonly storeId: string;
}

async function tryOpen(slots: readonly KeySlot[], { password, kind, storeId }: Attempt) {
  const bytes = passwordBytes(password, kind);
  try {
    for (const slot of slots) {
      if (slot.kind !== kind) continue;
      const wrapping = await stretchPassword(bytes, slot.salt, slot.kdf);
      const rootKey = open(
        wrapping,
        slot.box,
        slotContext({ id: slot.id, kind, storeId, generation: slot.generation }),
      );
      wrapping.fill(0);
      if (rootKey?.length === 32) return { slot, rootKey };
    }
    return undefined;
  } finally {
    bytes.fill(0);
  }
}

/** A password in one Unicode form (NFKC), so that each keyboard gives the same bytes; a recovery key without its separators. */
function passwordBytes(password: Secret, kind: StretchedSlot['kind']): Uint8Array {
  if (password.length === 0) throw new CustosError('PASSWORD_EMPTY', 'the password is empty');
  const text = password.exposeText();
  return Buffer.from(kind === 'recovery' ? normalizeRecoveryKey(text) : text.normalize('NFKC'), 'utf8');
}

interface SlotContext {
  readonly id: string;
  readonly kind: StretchedSlot['kind'];
  readonly storeId: string;
  readonly generation: number | undefined;
}

/** Slots of older versions are not bound to a number: they open the first root key. */
function slotContext({ id, kind, storeId, generation }: SlotContext): Uint8Array {
  if (generation === undefined) return joinUnambiguously(['custos/v1/slot', storeId, id, kind]);
  return joinUnambiguously(['custos/v2/slot', storeId, id, kind, String(generation)]);
}
