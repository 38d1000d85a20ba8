import type { ChainRegistry } from '../core/chain/chain.js';
import { asCustosError, CustosError } from '../core/errors.js';
import type { SigningRules } from '../core/signing/signing-rules.js';
import type { UnlockedVault } from './in-process-signer.js';
import type { Answer, FromSigner, Question, ToSigner, UnlockRequest } from './messages.js';
import { identifyKeys, signPending } from './sign.js';

/** The child's end of the IPC channel. */
export interface SignerChannel {
  send(message: FromSigner): void;
  onMessage(listener: (message: ToSigner) => void): void;
}

export interface SignerProcessParts {
  readonly channel: SignerChannel;
  readonly chains: ChainRegistry;
  /** Opens the root key, keeps only it, and wipes the password. */
  unlockVault(request: UnlockRequest): Promise<UnlockedVault>;
}

/**
 * Serves sign requests over the channel: a pure function with a key. Errors cross the channel as a code alone, so
 * that nothing of the secrets' surroundings can travel with them; the front writes the words.
 */
export function serveSigner({ channel, chains, unlockVault }: SignerProcessParts): void {
  let unlocked: UnlockedVault | undefined;
  let rules: SigningRules = new Map();

  const answer = (question: Exclude<Question, { kind: 'unlock' }>): Answer => {
    const { n } = question;
    try {
      if (unlocked === undefined) throw new CustosError('SIGNER_DIED', 'the signer process is not unlocked yet');
      const { vault } = unlocked;
      if (question.kind === 'identify') return { kind: 'identified', n, result: identifyKeys(question.request, vault) };
      return { kind: 'signed', n, result: signPending(question.request, { vault, chains, rules }) };
    } catch (thrown) {
      return failed(n, thrown);
    }
  };

  const unlock = async ({ n, request }: Extract<Question, { kind: 'unlock' }>): Promise<Answer> => {
    try {
      // Once: a second opening, whoever asks for it, changes no rule.
      if (unlocked !== undefined) throw new CustosError('SIGNER_DIED', 'the signer process is unlocked already');
      unlocked = await unlockVault(request);
      rules = request.rules;
      const { publicKey, journal } = unlocked;
      return { kind: 'unlocked', n, publicKey, ...(journal && { journal }) };
    } catch (thrown) {
      return failed(n, thrown);
    }
  };

  channel.onMessage((questions) => {
    const answers: Answer[] = [];
    for (const question of questions) {
      if (question.kind === 'unlock') void unlock(question).then((told) => channel.send([told]));
      else answers.push(answer(question));
    }
    if (answers.length > 0) channel.send(answers);
  });
}

function failed(n: number, thrown: unknown): Answer {
  return { kind: 'failed', n, code: asCustosError(thrown).code };
}
