import type { ChainRegistry } from '../core/chain/chain.js';
import { CustosError } from '../core/errors.js';
import type { Signer, SignRequest, SignResult } from '../core/signing/signer.js';
import type { SigningRules } from '../core/signing/signing-rules.js';
import { ControlBook } from './control/book.js';
import { type Account, Gate } from './control/gate.js';
import { usedRecords } from './control/revisions.js';
import { Tab } from './control/tab.js';
import { createRecord } from './create.js';
import { identifyKeys, prepareSigning, type SigningParts } from './sign.js';
import type { UnlockedVault } from './signer-process.js';

interface Opened extends UnlockedVault {
  readonly gate: Gate;
}

/** A signer in this process, for programs that embed Custos and for tests. Same contract as the signer process. */
export function createInProcessSigner(parts: {
  /** Called once, when the vault is first needed. */
  unlockVault: () => Promise<UnlockedVault>;
  chains: ChainRegistry;
  rules: SigningRules;
}): Signer {
  const { chains, rules } = parts;
  const book = new ControlBook(Date.now);
  let unlocked: Promise<Opened> | undefined;
  let closed = false;
  const open = () => {
    if (closed) throw new CustosError('SIGNER_DIED', 'the signer is closed');
    unlocked ??= parts.unlockVault().then((vault) => ({ ...vault, gate: new Gate(vault.control, Date.now) }));
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
    async sign(request) {
      const { vault, gate } = await open();
      const tab = new Tab(book);
      const account: Account = async (one) => tab.answer(one);
      const result = await prepareAndSign(request, { vault, chains, rules, gate, account }).catch((error: unknown) => {
        tab.refused();
        throw error;
      });
      await tab.signed(usedRecords(request, result));
      return result;
    },
    identify: async (request) => identifyKeys(request, (await open()).vault),
    create: async (request) => createRecord(request, (await open()).vault),
    async decree(request) {
      const { gate, decrees } = await open();
      book.accept(request.documents, gate.examine(request.documents));
      return gate.decree(request, decrees);
    },
    async control(documents) {
      const { gate } = await open();
      book.accept(documents, gate.examine(documents));
      if (book.update !== undefined) gate.apply(book.update);
    },
    async close() {
      closed = true;
      const opened = await unlocked?.catch(() => undefined);
      opened?.vault.wipe();
    },
  };
}

async function prepareAndSign(request: SignRequest, parts: SigningParts): Promise<SignResult> {
  return prepareSigning(request, parts)();
}
