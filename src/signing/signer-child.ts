import { type ChildProcess, fork } from 'node:child_process';
import { asCustosError, CustosError, type ErrorCode } from '../core/errors.js';
import type { KeyHolder } from '../core/signing/key-holder.js';
import { parseAnswers } from './answers.js';
import { parseAccountQuestion } from './control/account-question.js';
import { judgedCodes } from './control/answer-codes.js';
import type { ControlBook, ControlUpdate } from './control/book.js';
import { usedRecords } from './control/revisions.js';
import { Tab } from './control/tab.js';
import { endingOf } from './ending.js';
import { answerElsewhere, MOST_ELSEWHERE, parseAskedElsewhere } from './keeper/elsewhere.js';
import { lockedFork } from './locked-fork.js';
import type { Answer, Notice, Question, ToSigner } from './messages.js';
import { refusalOf } from './refusal.js';

export interface SignerProgram {
  /** Program of the signer process. */
  readonly program: string;
  /** Node's own flags for it, such as the permission model's. */
  readonly nodeFlags: readonly string[];
  /** Starts it where the usual way is locked. */
  readonly start?: () => ChildProcess;
}

/** Callbacks for whoever started a signer process; each is called once. */
export interface SignerWatcher {
  /** It does not answer any more: all of its questions have failed. */
  onLost(child: SignerChild): void;
  onExit(pid: number | undefined, ending: string): void;
}

interface Waiting {
  readonly question: Question;
  /** What it took of budgets and approvals. */
  readonly tab: Tab;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: CustosError) => void;
}

/** Few enough for the first answers to come while the signer still works on the others. */
const QUESTIONS_A_MESSAGE = 16;

/** The front refuses wrong requests itself, so a signer that keeps refusing is faulty, or leaks something by it. */
const REFUSALS = 100;

/** One signer process, and the questions that it has not answered. */
export class SignerChild {
  readonly #process: ChildProcess;
  readonly #watcher: SignerWatcher;
  readonly #book: ControlBook;
  readonly #waiting = new Map<number, Waiting>();
  /** Questions to send together at the end of this turn of the event loop. */
  #outbox: Question[] = [];
  #lastNumber = 0;
  #silence: NodeJS.Timeout | undefined;
  #isLost = false;
  readonly #holder: KeyHolder | undefined;
  /** Signatures of keys outside that it waits for. */
  #elsewhere = 0;
  /** In a row. */
  #refusals = 0;
  #isUnlocked = false;
  /** What it knows of control. */
  #told: ControlUpdate | undefined;

  /** @param book - answers what it asks @throws CustosError SIGNER_DIED: the system starts no process */
  constructor(program: SignerProgram, watcher: SignerWatcher, book: ControlBook, holder?: KeyHolder) {
    this.#watcher = watcher;
    this.#holder = holder;
    this.#book = book;
    this.#process = forked(program);
    this.#process.on('message', (message: unknown) => this.#receive(message));
    this.#process.on('error', () => this.#lose('SIGNER_DIED', 'the signer process could not be started'));
    this.#process.on('exit', (code, signal) => {
      const ending = endingOf(code, signal);
      watcher.onExit(this.pid, ending);
      this.#lose('SIGNER_DIED', `the signer process ended with ${ending}`);
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /**
   * @param make - the question under its number
   * @param limit - milliseconds in which the process must answer something, as long as it has questions
   * @throws CustosError SIGNER_DIED, SIGNER_TIMEOUT, and what the signer answers
   */
  ask(make: (n: number) => Question, limit: number): Promise<Answer> {
    if (this.#isLost) throw new CustosError('SIGNER_DIED', 'the signer process is not running');
    const n = ++this.#lastNumber;
    return new Promise((resolve, reject) => {
      const question = make(n);
      this.#waiting.set(n, { question, tab: new Tab(this.#book), resolve, reject });
      this.#outbox.push(question);
      if (this.#outbox.length === 1) setImmediate(() => this.#send());
      // Counted from its last answer, not from the question: a question behind many others is not late.
      this.#silence ??= setTimeout(() => this.#tooLate(), limit);
    });
  }

  /** Tells it what the book says about control, if it does not know that yet. */
  tellControl(): void {
    const { update } = this.#book;
    if (!this.#isUnlocked || update === undefined || update === this.#told) return;
    this.#told = update;
    // The update may be of long ago, and the clock may have been set back since.
    this.#post([{ kind: 'control', update: { ...update, clock: this.#book.clock } }]);
  }

  /** Resolves when it is gone. It has no state, so it can be killed at once. */
  async kill(): Promise<void> {
    const { exitCode, signalCode, pid } = this.#process;
    this.#lose('SIGNER_DIED', 'the signer process was ended');
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await ended;
  }

  /** While it waits for keys outside, which have a time of their own, its silence says nothing. */
  #tooLate(): void {
    if (this.#elsewhere > 0) this.#silence?.refresh();
    else this.#giveUp('SIGNER_TIMEOUT', 'the signer process did not answer in time');
  }

  #giveUp(code: ErrorCode, reason: string): void {
    this.#lose(code, reason);
    this.#process.kill('SIGKILL');
  }

  #send(): void {
    const questions = this.#outbox;
    this.#outbox = [];
    this.tellControl();
    for (let at = 0; at < questions.length; at += QUESTIONS_A_MESSAGE) {
      this.#post(questions.slice(at, at + QUESTIONS_A_MESSAGE));
    }
  }

  #post(message: ToSigner): void {
    if (this.#isLost) return;
    this.#process.send(message, (error) => {
      if (error !== null) this.#lose('SIGNER_DIED', 'the channel to the signer process is closed');
    });
  }

  #receive(message: unknown): void {
    if (this.#isLost) return;
    try {
      const { asked, elsewhere, rest } = apart(message);
      if (asked.length > 0) this.#post(asked.map((one) => this.#account(one)));
      for (const one of elsewhere) this.#askElsewhere(one);
      for (const answer of parseAnswers(rest, (n) => this.#waiting.get(n)?.question)) this.#settle(answer);
    } catch {
      this.#giveUp('SIGNER_DIED', 'the signer process does not keep to the protocol');
    }
    if (this.#refusals >= REFUSALS) this.#giveUp('SIGNER_DIED', 'the signer process refused too much');
    if (this.#waiting.size > 0) {
      this.#silence?.refresh();
      return;
    }
    clearTimeout(this.#silence);
    this.#silence = undefined;
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.n);
    if (waiting === undefined) return;
    this.#waiting.delete(answer.n);
    if (answer.kind === 'failed') {
      if (!judgedCodes.has(answer.code)) this.#refusals += 1;
      waiting.tab.refused();
      waiting.reject(refusalOf(answer.code, waiting.question));
      return;
    }
    this.#refusals = 0;
    if (answer.kind === 'unlocked') this.#isUnlocked = true;
    // A signature leaves when what it took cannot be lost any more.
    waiting.tab.signed(recordsOf(waiting.question, answer)).then(() => waiting.resolve(answer), waiting.reject);
  }

  /** @throws CustosError SIGNER_DIED: it does not keep to the protocol */
  #account(value: unknown): Notice {
    const n: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'n') : undefined;
    const waiting = typeof n === 'number' ? this.#waiting.get(n) : undefined;
    const asked = typeof value === 'object' && value !== null ? Reflect.get(value, 'question') : undefined;
    const question = parseAccountQuestion(asked);
    if (waiting?.question.kind !== 'sign') {
      throw new CustosError('SIGNER_DIED', 'the signer process asks what no signer asks');
    }
    const about = { kind: 'account', n: waiting.question.n } as const;
    try {
      return { ...about, sums: waiting.tab.answer(question) };
    } catch (thrown) {
      return { ...about, code: asCustosError(thrown).code };
    }
  }

  /** @throws CustosError SIGNER_DIED: it does not keep to the protocol */
  #askElsewhere(value: unknown): void {
    const asked = parseAskedElsewhere(value);
    const isSigning = [...this.#waiting.values()].some(({ question }) => question.kind === 'sign');
    if (asked === undefined || !isSigning || this.#elsewhere >= MOST_ELSEWHERE) {
      throw new CustosError('SIGNER_DIED', 'the signer process asks what no signer asks');
    }
    this.#elsewhere += 1;
    void answerElsewhere(asked, this.#holder).then((answer) => {
      this.#elsewhere -= 1;
      this.#silence?.refresh();
      this.#post([answer]);
    });
  }

  #lose(code: ErrorCode, reason: string): void {
    if (this.#isLost) return;
    this.#isLost = true;
    clearTimeout(this.#silence);
    this.#outbox = [];
    this.#watcher.onLost(this);
    for (const { reject } of this.#waiting.values()) reject(new CustosError(code, reason));
    this.#waiting.clear();
  }
}

/** The records that a signature was made with. */
function recordsOf(question: Question, answer: Answer): ReturnType<typeof usedRecords> {
  return question.kind === 'sign' && answer.kind === 'signed' ? usedRecords(question.request, answer.result) : [];
}

/** What it asks of the account, and its answers. */
function apart(message: unknown): Record<'asked' | 'elsewhere', readonly unknown[]> & { readonly rest: unknown } {
  if (!Array.isArray(message)) return { asked: [], elsewhere: [], rest: message };
  const kindOf = (one: unknown): unknown =>
    typeof one === 'object' && one !== null ? Reflect.get(one, 'kind') : undefined;
  const of = (kind: string) => message.filter((one) => kindOf(one) === kind);
  const [asked, elsewhere] = [of('ask'), of('sign-elsewhere')];
  if (asked.length + elsewhere.length === 0) return { asked, elsewhere, rest: message };
  return { asked, elsewhere, rest: message.filter((one) => !asked.includes(one) && !elsewhere.includes(one)) };
}

function forked({ program, nodeFlags, start }: SignerProgram): ChildProcess {
  try {
    if (start !== undefined) return start();
    return fork(program, [], lockedFork(nodeFlags));
  } catch (cause) {
    throw new CustosError('SIGNER_DIED', 'the signer process could not be started', { cause });
  }
}
