import type { ChainRegistry } from '../core/chain/chain.js';
import { CustosError } from '../core/errors.js';
import type { Signer } from '../core/signing/signer.js';
import type { SigningRules } from '../core/signing/signing-rules.js';
import type { Vault } from '../core/signing/vault.js';
import type { JournalKey } from '../core/store/journal-mac.js';
import { identifyKeys, signPending } from './sign.js';

/** An opened vault, and the key of the public halves that the front may hold. */
export interface UnlockedVault {
  readonly vault: Vault;
  readonly publicKey: Uint8Array;
  readonly journal?: JournalKey;
}

/** Opens the vault once, when it is first needed. @throws CustosError PASSWORD_WRONG */
type UnlockVault = () => Promise<UnlockedVault>;

/** @throws CustosError INTERNAL */
export function requireJournalKey(journal: JournalKey | undefined): JournalKey {
  if (journal === undefined) throw new CustosError('INTERNAL', 'the signer told no key of the journal');
  return journal;
}

/** A signer in this very process, for one-shot commands and tests. Same contract as the signer process. */
export function createInProcessSigner(parts: {
  unlockVault: UnlockVault;
  chains: ChainRegistry;
  rules: SigningRules;
}): Signer {
  let unlocked: Promise<UnlockedVault> | undefined;
  let closed = false;
  const open = () => {
    if (closed) throw new CustosError('SIGNER_DIED', 'the signer is closed');
    unlocked ??= parts.unlockVault();
    return unlocked;
  };
  return {
    name: 'this process',
    unlock: async () => (await open()).publicKey,
    journalKey: async () => requireJournalKey((await open()).journal),
    sign: async (request) =>
      signPending(request, { vault: (await open()).vault, chains: parts.chains, rules: parts.rules }),
    identify: async (request) => identifyKeys(request, (await open()).vault),
    async close() {
      closed = true;
      const opened = await unlocked?.catch(() => undefined);
      opened?.vault.wipe();
    },
  };
}
