import type { ChainRegistry } from '../core/chain/chain.js';
import { asCustosError, CustosError } from '../core/errors.js';
import type { CheckpointSigner } from '../core/signing/checkpoint.js';
import type { SigningRules } from '../core/signing/signing-rules.js';
import type { Vault } from '../core/signing/vault.js';
import type { JournalKey } from '../core/store/journal-mac.js';
import type { Answer, FromSigner, Question, ToSigner, UnlockRequest } from './messages.js';
import { identifyKeys, signPending } from './sign.js';

/** The child's end of the IPC channel. */
export interface SignerChannel {
  send(message: FromSigner): void;
  onMessage(listener: (message: ToSigner) => void): void;
}

/** An opened vault, and the keys that the front may hold: those of the public halves and of the journal. */
export interface UnlockedVault {
  readonly vault: Vault;
  /** 32 bytes. */
  readonly viewKey: Uint8Array;
  readonly journal?: JournalKey;
  /** Signs heads of the audit log. Its key never leaves this process. */
  readonly audit?: CheckpointSigner;
}

export interface SignerProcessParts {
  readonly channel: SignerChannel;
  readonly chains: ChainRegistry;
  /** Opens the root key, keeps only it, and wipes the password. */
  unlockVault(request: UnlockRequest): Promise<UnlockedVault>;
}

/**
 * Serves sign requests over the channel: a pure function with a key. Only the code of an error crosses the channel, so that no
 * secret can travel with it; the front writes the text.
 */
export function serveSigner({ channel, chains, unlockVault }: SignerProcessParts): void {
  let unlocked: UnlockedVault | undefined;
  let rules: SigningRules = new Map();

  const answer = async (question: Exclude<Question, { kind: 'unlock' }>): Promise<Answer> => {
    const { n } = question;
    try {
      if (unlocked === undefined) throw new CustosError('SIGNER_DIED', 'the signer process is not unlocked yet');
      const { vault } = unlocked;
      if (question.kind === 'identify') return { kind: 'identified', n, result: identifyKeys(question.request, vault) };
      if (question.kind === 'checkpoint') {
        if (unlocked.audit === undefined) throw new CustosError('INTERNAL', 'the vault came without a key of the log');
        return { kind: 'checkpoint', n, note: await unlocked.audit.sign(question.request) };
      }
      return { kind: 'signed', n, result: await signPending(question.request, { vault, chains, rules }) };
    } catch (thrown) {
      return failed(n, thrown);
    }
  };

  const unlock = async ({ n, request }: Extract<Question, { kind: 'unlock' }>): Promise<Answer> => {
    try {
      // Only once: a second unlock must not change the rules.
      if (unlocked !== undefined) throw new CustosError('SIGNER_DIED', 'the signer process is unlocked already');
      unlocked = await unlockVault(request);
      rules = request.rules;
      const { viewKey, journal } = unlocked;
      return { kind: 'unlocked', n, viewKey, ...(journal && { journal }) };
    } catch (thrown) {
      return failed(n, thrown);
    }
  };

  const answerAll = async (questions: ToSigner): Promise<void> => {
    const answers: Answer[] = [];
    for (const question of questions) {
      if (question.kind === 'unlock') void unlock(question).then((answered) => channel.send([answered]));
      else answers.push(await answer(question));
    }
    if (answers.length > 0) channel.send(answers);
  };

  // One request after another, also of several messages: the secrets of at most one request are open.
  let last: Promise<void> = Promise.resolve();
  channel.onMessage((questions) => {
    last = last.then(() => answerAll(questions));
  });
}

function failed(n: number, thrown: unknown): Answer {
  return { kind: 'failed', n, code: asCustosError(thrown).code };
}
