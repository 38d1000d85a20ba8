import type { ChainRegistry } from '../core/chain/chain.js';
import { CustosError } from '../core/errors.js';
import type { Signer } from '../core/signing/signer.js';
import type { SigningRules } from '../core/signing/signing-rules.js';
import { identifyKeys, signPending } from './sign.js';
import type { UnlockedVault } from './signer-process.js';

/** A signer in this process, for programs that embed Custos and for tests. Same contract as the signer process. */
export function createInProcessSigner(parts: {
  /** Called once, when the vault is first needed. */
  unlockVault: () => Promise<UnlockedVault>;
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
    unlock: async () => (await open()).viewKey,
    async journalKey() {
      const { journal } = await open();
      if (journal === undefined) throw new CustosError('INTERNAL', 'the vault came without a key of the journal');
      return journal;
    },
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
