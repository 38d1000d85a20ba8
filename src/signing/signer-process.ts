import type { ChainRegistry } from '../core/chain/chain.js';
import { asCustosError, CustosError } from '../core/errors.js';
import type { CheckpointSigner } from '../core/signing/checkpoint.js';
import type { FreezeEnd } from '../core/signing/freezes.js';
import type { KeyHolder } from '../core/signing/key-holder.js';
import type { SigningRules } from '../core/signing/signing-rules.js';
import type { Vault } from '../core/signing/vault.js';
import type { JournalKey } from '../core/store/journal-mac.js';
import type { SlotName } from '../core/store/store.js';
import { accountText } from './control/account-question.js';
import type { DecreeSeal } from './control/decrees.js';
import type { ControlOpener } from './control/documents.js';
import { type Account, Gate } from './control/gate.js';
import { createRecord } from './create.js';
import { askElsewhere } from './keeper/elsewhere.js';
import type { Answer, Asking, FromSigner, Notice, Question, ToSigner, UnlockRequest } from './messages.js';
import { identifyKeys, prepareSigning } from './sign.js';

/** The child's end of the IPC channel. */
export interface SignerChannel {
  send(message: FromSigner): void;
  onMessage(listener: (message: ToSigner) => void): void;
}

/** An opened vault, what opens documents of control, and the keys that the front may hold: those of the public halves and of the journal. */
export interface UnlockedVault {
  readonly vault: Vault;
  /** Absent where no documents of control are handed over. */
  readonly control?: ControlOpener;
  /** Seals what persons decide. */
  readonly decrees?: DecreeSeal;
  /** 32 bytes. */
  readonly viewKey: Uint8Array;
  readonly journal?: JournalKey;
  /** The slot that the password opened. */
  readonly slot?: SlotName;
  /** Seals what a keeper remembers, 32 bytes. */
  readonly stateKey?: Uint8Array;
  /** Signs heads of the audit log. Its key never leaves this process. */
  readonly audit?: CheckpointSigner;
  /** Whether somebody with the root key ended a freeze so. */
  readonly isEnd?: (end: FreezeEnd) => boolean;
}

export interface SignerProcessParts {
  readonly channel: SignerChannel;
  readonly chains: ChainRegistry;
  /** Opens the root key, keeps only it, and wipes the password. @param holder - signs with keys outside */
  unlockVault(request: UnlockRequest, holder: KeyHolder): Promise<UnlockedVault>;
}

interface Unlocked extends UnlockedVault {
  readonly rules: SigningRules;
  readonly gate: Gate;
}

type Work = Exclude<Question, { kind: 'unlock' }>;

/** Answers in one message: a message costs, and whoever asked has work with the first of them while the next are signed. */
const TOGETHER = 8;

/**
 * Serves sign requests over the channel: a pure function with a key. Only the code of an error crosses the channel, so that no
 * secret can travel with it; the front writes the text.
 */
export function serveSigner({ channel, chains, unlockVault }: SignerProcessParts): void {
  let unlocked: Unlocked | undefined;
  const accounts = createAccounts(channel);
  const elsewhere = askElsewhere((asked) => channel.send([asked]));

  const unlock = async ({ n, request }: Extract<Question, { kind: 'unlock' }>): Promise<Answer> => {
    try {
      // Only once: a second unlock must not change the rules.
      if (unlocked !== undefined) throw new CustosError('SIGNER_DIED', 'the signer process is unlocked already');
      const opened = await unlockVault(request, elsewhere);
      unlocked = { ...opened, rules: request.rules, gate: new Gate(opened.control, Date.now) };
      const { viewKey, journal, slot, stateKey } = unlocked;
      const keys = { viewKey, ...(journal && { journal }), ...(stateKey && { stateKey }) };
      return { kind: 'unlocked', n, ...keys, ...(slot && { slot }) };
    } catch (thrown) {
      return failed(n, thrown);
    }
  };

  /** Begins a question at once, and gives back what finishes it. */
  const begin = (question: Work): (() => Promise<Answer>) => {
    const { n } = question;
    try {
      if (unlocked === undefined) throw new CustosError('SIGNER_DIED', 'the signer process is not unlocked yet');
      const { vault, rules, gate } = unlocked;
      if (question.kind === 'identify')
        return now({ kind: 'identified', n, result: identifyKeys(question.request, vault) });
      if (question.kind === 'ends') {
        const { isEnd = () => false } = unlocked;
        return now({ kind: 'ends', n, result: question.request.map(isEnd) });
      }
      if (question.kind === 'examine') return now({ kind: 'examined', n, result: gate.examine(question.request) });
      if (question.kind === 'decree') {
        return now({ kind: 'decreed', n, result: gate.decree(question.request, unlocked.decrees) });
      }
      if (question.kind === 'create') {
        return async () => ({ kind: 'created', n, result: await createRecord(question.request, vault) });
      }
      if (question.kind === 'checkpoint') {
        const { audit } = unlocked;
        if (audit === undefined) throw new CustosError('INTERNAL', 'the vault came without a key of the log');
        return async () => ({ kind: 'checkpoint', n, note: await audit.sign(question.request) });
      }
      const work = prepareSigning(question.request, { vault, chains, rules, gate, account: accounts.of(n) });
      return async () => ({ kind: 'signed', n, result: await work() });
    } catch (thrown) {
      return now(failed(n, thrown));
    }
  };

  // All of a message are judged first, so that they ask about budgets together; secrets are opened one after another.
  const answerAll = async (questions: readonly Work[]): Promise<void> => {
    const begun = questions.map((question) => ({ question, finish: begin(question) }));
    const answers: Answer[] = [];
    for (const { question, finish } of begun) {
      const answer = finish().catch((thrown: unknown) => failed(question.n, thrown));
      // A token or service may need seconds, and nobody waits for it but whoever asked.
      if (isElsewhere(question)) void answer.then((one) => channel.send([one]));
      else if (answers.push(await answer) >= TOGETHER) channel.send(answers.splice(0));
    }
    if (answers.length > 0) channel.send(answers);
  };

  // One request after another, also of several messages: the secrets of at most one request are open, but for those beside a key
  // outside.
  let last: Promise<void> = Promise.resolve();
  channel.onMessage((message) => {
    const work: Work[] = [];
    for (const one of message) {
      if (one.kind === 'unlock') void unlock(one).then((answered) => channel.send([answered]));
      else if (one.kind === 'control') unlocked?.gate.apply(one.update);
      else if (one.kind === 'account') accounts.take(one);
      else if (one.kind === 'signed-elsewhere') elsewhere.take(one);
      else work.push(one);
    }
    if (work.length > 0) last = last.then(() => answerAll(work));
  });
}

interface Accounts {
  /** Asks about one question. */
  of(n: number): Account;
  take(notice: Extract<Notice, { kind: 'account' }>): void;
}

/** Asks whoever started this process about budgets and approvals. */
function createAccounts(channel: SignerChannel): Accounts {
  const waiting = new Map<number, (notice: Extract<Notice, { kind: 'account' }>) => void>();
  let outbox: Asking[] = [];
  const flush = () => {
    const asked = outbox;
    outbox = [];
    channel.send(asked);
  };
  return {
    of: (n) => (question) =>
      new Promise((resolve, reject) => {
        waiting.set(n, (notice) => {
          if ('sums' in notice) resolve(notice.sums);
          else reject(new CustosError(notice.code, 'the account refused the signature'));
        });
        outbox.push({ kind: 'ask', n, question: accountText(question) });
        // What is asked in one turn is one message.
        if (outbox.length === 1) queueMicrotask(flush);
      }),
    take(notice) {
      const resolve = waiting.get(notice.n);
      waiting.delete(notice.n);
      resolve?.(notice);
    },
  };
}

/** True if a key outside signs. */
function isElsewhere(question: Work): boolean {
  return question.kind === 'sign' && question.request.sealed.some(({ kind }) => kind === 'remote');
}

function now(answer: Answer): () => Promise<Answer> {
  return async () => answer;
}

function failed(n: number, thrown: unknown): Answer {
  return { kind: 'failed', n, code: asCustosError(thrown).code };
}
