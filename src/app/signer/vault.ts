import { createRegistry } from '../../chains/registry.js';
import { Secret } from '../../core/secret.js';
import type { KeyHolder } from '../../core/signing/key-holder.js';
import { journalMac } from '../../core/store/journal-mac.js';
import { type Checks, loadChecks, useChecks } from '../../crypto/secp256k1-checks.js';
import { endMac } from '../../policy/freezes.js';
import type { DecreeSeal } from '../../signing/control/decrees.js';
import type { ControlOpener } from '../../signing/control/documents.js';
import type { UnlockRequest } from '../../signing/messages.js';
import { type SignerChannel, serveSigner, type UnlockedVault } from '../../signing/signer-process.js';
import { auditSeedOf, checkpointSigner } from '../../vault/audit-key.js';
import { controlSeal } from '../../vault/control-seal.js';
import { openExternalSlot } from '../../vault/external-slot.js';
import { freezeKeyOf } from '../../vault/freeze-key.js';
import { journalKeyOf } from '../../vault/journal-key.js';
import { keeperStateKeyOf } from '../../vault/keeper-state-key.js';
import { isOfFirstForm, type OpenedSlot, openSlot } from '../../vault/key-slots.js';
import { openVault, viewKey } from '../../vault/vault.js';
import { freezeMacs } from '../freezes/macs.js';

const chains = createRegistry();

export { loadChecks };

/** Connects the real chains and the vault to the signer's channel. @param checks - check its signatures, in place of what makes them */
export function serveVault(channel: SignerChannel, checks: Checks): void {
  useChecks(checks);
  serveSigner({ channel, chains, unlockVault });
}

/** What opens constitutions and policies, and seals what persons decide. */
function controlOf(
  rootKey: Uint8Array,
  storeId: string,
): { readonly control: ControlOpener; readonly decrees: DecreeSeal } {
  const seal = controlSeal(rootKey, storeId);
  const { mac, rootMac } = freezeMacs(rootKey, storeId);
  return {
    control: { storeId, open: (kind, { version, box }) => seal.open(kind, { version, box, viewBox: box }) },
    decrees: {
      policy: (version, content) => seal.seal('policy', version, content),
      end(text, facts) {
        const ended = { text, ...facts };
        return { ...facts, mac: endMac(mac, ended), rootMac: endMac(rootMac, ended) };
      },
    },
  };
}

async function openRoot({ slots, slot, storeId }: UnlockRequest, password: Secret): Promise<OpenedSlot> {
  if (slot === undefined) return openSlot(slots, password, storeId);
  return openExternalSlot(slots, { slot, key: password.exposeBytes() }, storeId);
}

/** Opens the root key with the password or slot key from the channel, and wipes that copy of it. */
export async function unlockVault(request: UnlockRequest, holder?: KeyHolder): Promise<UnlockedVault> {
  const password = Secret.bytes(request.password);
  try {
    const { rootKey, slot } = await openRoot(request, password);
    try {
      const endKey = journalMac(freezeKeyOf(rootKey, request.storeId));
      return {
        vault: openVault({ rootKey, storeId: request.storeId, chains, ...(holder && { holder }) }),
        ...controlOf(rootKey, request.storeId),
        viewKey: viewKey(rootKey, request.storeId),
        stateKey: keeperStateKeyOf(rootKey, request.storeId),
        audit: checkpointSigner(request.storeId, [auditSeedOf(rootKey, request.storeId)]),
        isEnd: (end) => end.rootMac === endMac(endKey, end),
        journal: { key: journalKeyOf(rootKey, request.storeId), mayAdopt: isOfFirstForm(slot) },
        slot: { id: slot.id, kind: slot.kind },
      };
    } finally {
      rootKey.fill(0);
    }
  } finally {
    password.wipe();
  }
}
