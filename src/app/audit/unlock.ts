import type { AuditEvent } from '../../core/audit/events.js';
import type { Clock } from '../../core/clock.js';
import { asCustosError, CustosError } from '../../core/errors.js';
import { type Log, tell } from '../../core/log.js';
import type { AuditLog } from '../../core/store/audit.js';
import type { SlotName, Store } from '../../core/store/store.js';
import { auditSeedOf, checkpointSigner } from '../../vault/audit-key.js';
import { journalKeyOf } from '../../vault/journal-key.js';
import type { OpenedSlot } from '../../vault/key-slots.js';
import { Checkpoints } from './checkpoints.js';

/** Which store was opened, and by what. */
export interface Opening {
  readonly store: Store;
  /** Words of the command, or the name of the program that embeds Custos. */
  readonly command: string;
}

/**
 * Records what reads and changes nothing. A store that cannot be written, such as a copy or a standby, can be read all the same:
 * whoever reads a copy leaves no trace in it (docs/audit.md).
 */
export async function recordWhereWritable(audit: AuditLog, events: readonly AuditEvent[]): Promise<void> {
  try {
    await audit.add(events);
  } catch (error) {
    if (!isReadOnly(error)) throw error;
  }
}

function isBroken(error: unknown): boolean {
  return error instanceof CustosError && error.code === 'AUDIT_BROKEN';
}

function isReadOnly(error: unknown): boolean {
  return error instanceof CustosError && error.code === 'STORE_READ_ONLY';
}

/** As `recordWhereWritable`; a broken log gets it before the next event that it takes, which may be never. */
export async function recordOrAnnounce(audit: AuditLog, events: readonly AuditEvent[]): Promise<void> {
  try {
    await recordWhereWritable(audit, events);
  } catch (error) {
    if (!isBroken(error)) throw error;
    // Whoever must stop signing has to get in. Whatever is recorded afterwards still fails.
    audit.announce(events);
  }
}

/**
 * Records that the root key was opened. With a constitution that is done before anything else. Without one it is recorded with
 * the first thing that the process changes or prints, so that a command that is refused leaves the store as it is. The key is
 * wiped if that fails.
 */
export async function recordUnlock(opening: Opening, opened: OpenedSlot): Promise<OpenedSlot> {
  const { rootKey, slot } = opened;
  try {
    await recordOpening(opening, { key: journalKeyOf(rootKey, opening.store.storeId), slot });
    return opened;
  } catch (error) {
    rootKey.fill(0);
    throw error;
  }
}

/** As `recordUnlock`, where another process has the root key. */
export async function recordOpening(
  { store, command }: Opening,
  { key, slot }: { readonly key: Uint8Array; readonly slot: SlotName },
): Promise<void> {
  const { audit } = store;
  const events: readonly AuditEvent[] = [
    { code: 'store.unlocked', detail: { command, slot: slot.id, kind: slot.kind } },
  ];
  store.unlockAudit(key);
  if (await isControlled(store)) await recordOrAnnounce(audit, events);
  else audit.announce(events);
}

/** Records that a password or slot key opened nothing, where there is a constitution. A store that cannot be written refuses it all the same. */
export async function recordRefusal<T>({ store, command }: Opening, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (thrown) {
    const { code } = asCustosError(thrown);
    const isRefusal = ['PASSWORD_WRONG', 'RECOVERY_KEY_INVALID', 'SLOT_KEY_WRONG'].includes(code);
    if (isRefusal && (await isControlled(store).catch(() => false))) {
      await store.audit.add([{ code: 'store.unlock-failed', detail: { command, code } }]).catch(() => undefined);
    }
    throw thrown;
  }
}

async function isControlled({ approvals }: Pick<Store, 'approvals'>): Promise<boolean> {
  return (await approvals.constitution()) !== undefined;
}

/** What signing the log takes. */
interface SigningMeans {
  readonly clock: Clock;
  readonly log: Log;
}

/** Signs what is recorded and not signed yet. What cannot be signed now is signed by the next that opens the store. */
export function signLog(means: SigningMeans, store: Store, rootKey: Uint8Array): Promise<void> {
  return signLogWith(means, store, [auditSeedOf(rootKey, store.storeId)]);
}

/** As `signLog`, with the seeds of one or two keys; it wipes them. */
export async function signLogWith(
  { clock, log }: SigningMeans,
  store: Store,
  seeds: readonly Uint8Array[],
): Promise<void> {
  const signer = checkpointSigner(store.storeId, seeds);
  try {
    await new Checkpoints(store.audit, signer.sign, () => clock.now()).signAll();
  } catch (thrown) {
    if (isReadOnly(thrown)) return;
    const { code, message } = asCustosError(thrown);
    tell(log, 'audit-unsigned', { code, error: message });
  } finally {
    signer.wipe();
  }
}
