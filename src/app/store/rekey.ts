import { createRegistry } from '../../chains/registry.js';
import { systemClock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import { silentLog } from '../../core/log.js';
import { Secret } from '../../core/secret.js';
import type { StoredFreeze } from '../../core/store/freezes.js';
import type { JournalMac } from '../../core/store/journal-mac.js';
import { journalMac } from '../../core/store/journal-mac.js';
import type { KeySlot, Store } from '../../core/store/store.js';
import { endMac, freezeMac } from '../../policy/freezes.js';
import { auditKeyLine, auditSeedOf } from '../../vault/audit-key.js';
import { controlSeal } from '../../vault/control-seal.js';
import { freezeKeyOf } from '../../vault/freeze-key.js';
import { journalKeyOf } from '../../vault/journal-key.js';
import { makeRecoveryKey, makeRootKey, makeSlot } from '../../vault/key-slots.js';
import { makeResealing } from '../../vault/reseal.js';
import { resealedSettings } from '../access/settings.js';
import { signLogWith } from '../audit/unlock.js';

/** Called before the first wallet with the total, then with the number done. */
export type RekeyProgress = (done: number, total: number) => void;

export interface Rekey {
  /** The present root key, 32 bytes; the caller wipes it. */
  readonly rootKey: Uint8Array;
  /** What opens the store afterwards: a password, or the maker of a slot of another kind for the new root key. */
  readonly password: Secret | ((root: NewRootKey) => Promise<KeySlot>);
  readonly progress?: RekeyProgress;
}

/** A root key that no slot has yet: 32 bytes, which its maker wipes, and its number. */
export interface NewRootKey {
  readonly rootKey: Uint8Array;
  readonly storeId: string;
  readonly generation: number;
}

/**
 * Gives the store a new root key and seals every wallet again. This ends all old passwords and recovery keys: a key slot of the
 * old root key opens nothing in the store any more.
 * @returns the new recovery key, to show once
 * @throws CustosError DAEMON_RUNNING, RECORD_DAMAGED (nothing is changed), STORE_*
 */
export async function rekeyStore(store: Store, { rootKey, password, progress }: Rekey): Promise<Secret> {
  await store.lockForRekey();
  const { storeId } = store;
  const generation = store.rootGeneration + 1;
  const fresh = makeRootKey();
  const resealing = makeResealing({ from: rootKey, to: fresh }, storeId, createRegistry());
  const [before, after] = [controlSeal(rootKey, storeId), controlSeal(fresh, storeId)];
  const recoveryKey = makeRecoveryKey();
  try {
    const slots = [
      password instanceof Secret
        ? await makeSlot(fresh, password, { kind: 'password', storeId, generation })
        : await password({ rootKey: fresh, storeId, generation }),
      await makeSlot(fresh, recoveryKey, { kind: 'recovery', storeId, generation }),
    ];
    const total = await store.wallets.count({});
    progress?.(0, total);
    const journal = { from: macOf(rootKey, storeId), to: macOf(fresh, storeId) };
    const ends = { from: endMacOf(rootKey, storeId), to: endMacOf(fresh, storeId) };
    store.unlockAudit(journalKeyOf(rootKey, storeId));
    const [seed, formerSeed] = [auditSeedOf(fresh, storeId), auditSeedOf(rootKey, storeId)];
    const [key, formerKey] = [auditKeyLine(seed, storeId), auditKeyLine(formerSeed, storeId)];
    await store.rekey({
      slots,
      journal,
      reseal: resealing.reseal,
      resealOwner: resealing.resealOwner,
      resealAddresses: resealing.resealAddresses,
      resealDocument: (kind, sealed) => after.seal(kind, sealed.version, before.open(kind, sealed)),
      resealSettings: (stored) => resealedSettings(journal, stored),
      remacFreeze: (freeze) => remacFreeze(freeze, { journal, ends }),
      events: [{ code: 'store.rekeyed', detail: { generation, formerKey, key } }],
      progress: (done) => progress?.(done, total),
    });
    // Signed by both keys: whoever trusts the former one can trust the new one.
    await signLogWith({ clock: systemClock, log: silentLog }, store, [seed, formerSeed]);
    return recoveryKey;
  } catch (error) {
    recoveryKey.wipe();
    throw explained(error);
  } finally {
    resealing.wipe();
    before.wipe();
    after.wipe();
    fresh.fill(0);
  }
}

function macOf(rootKey: Uint8Array, storeId: string): JournalMac {
  return journalMac(journalKeyOf(rootKey, storeId));
}

function endMacOf(rootKey: Uint8Array, storeId: string): JournalMac {
  return journalMac(freezeKeyOf(rootKey, storeId));
}

interface TwoMacs {
  readonly from: JournalMac;
  readonly to: JournalMac;
}

function remacFreeze(
  freeze: StoredFreeze,
  { journal, ends }: { readonly journal: TwoMacs; readonly ends: TwoMacs },
): StoredFreeze {
  const { text, mac, end } = freeze;
  const signed = end && { text, at: end.at, signatures: end.signatures };
  return {
    ...freeze,
    ...(mac !== undefined && { mac: mac === freezeMac(journal.from, text) ? freezeMac(journal.to, text) : mac }),
    ...(end &&
      signed && {
        end: {
          ...end,
          mac: end.mac === endMac(journal.from, signed) ? endMac(journal.to, signed) : end.mac,
          rootMac: end.rootMac === endMac(ends.from, signed) ? endMac(ends.to, signed) : end.rootMac,
        },
      }),
  };
}

function explained(error: unknown): unknown {
  if (!(error instanceof CustosError) || error.code !== 'RECORD_DAMAGED') return error;
  const text = `${error.message}; the store keeps its root key and nothing was changed`;
  return new CustosError('RECORD_DAMAGED', text, { details: error.details, cause: error });
}
