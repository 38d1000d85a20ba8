import { type ChildProcess, fork } from 'node:child_process';
import { CustosError, type ErrorCode } from '../core/errors.js';
import { endingOf, parseAnswers, refusalOf } from './answers.js';
import { lockedFork } from './locked-fork.js';
import type { Answer, Question } from './messages.js';

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
  readonly #waiting = new Map<number, Waiting>();
  /** Questions to send together at the end of this turn of the event loop. */
  #outbox: Question[] = [];
  #lastNumber = 0;
  #silence: NodeJS.Timeout | undefined;
  #isLost = false;
  /** In a row. */
  #refusals = 0;

  /** @throws CustosError SIGNER_DIED: the system starts no process */
  constructor(program: SignerProgram, watcher: SignerWatcher) {
    this.#watcher = watcher;
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
      this.#waiting.set(n, { question, resolve, reject });
      this.#outbox.push(question);
      if (this.#outbox.length === 1) setImmediate(() => this.#send());
      // Counted from its last answer, not from the question: a question behind many others is not late.
      this.#silence ??= setTimeout(
        () => this.#giveUp('SIGNER_TIMEOUT', 'the signer process did not answer in time'),
        limit,
      );
    });
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

  #giveUp(code: ErrorCode, reason: string): void {
    this.#lose(code, reason);
    this.#process.kill('SIGKILL');
  }

  #send(): void {
    const questions = this.#outbox;
    this.#outbox = [];
    for (let at = 0; at < questions.length; at += QUESTIONS_A_MESSAGE) {
      this.#process.send(questions.slice(at, at + QUESTIONS_A_MESSAGE), (error) => {
        if (error !== null) this.#lose('SIGNER_DIED', 'the channel to the signer process is closed');
      });
    }
  }

  #receive(message: unknown): void {
    if (this.#isLost) return;
    try {
      for (const answer of parseAnswers(message, (n) => this.#waiting.get(n)?.question)) this.#settle(answer);
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
      this.#refusals += 1;
      waiting.reject(refusalOf(answer.code, waiting.question));
    } else {
      this.#refusals = 0;
      waiting.resolve(answer);
    }
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

function forked({ program, nodeFlags, start }: SignerProgram): ChildProcess {
  try {
    if (start !== undefined) return start();
    return fork(program, [], lockedFork(nodeFlags));
  } catch (cause) {
    throw new CustosError('SIGNER_DIED', 'the signer process could not be started', { cause });
  }
}
