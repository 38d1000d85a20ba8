import { type ChildProcess, fork } from 'node:child_process';
import { CustosError, type ErrorCode } from '../core/errors.js';
import type { Log } from '../core/log.js';
import type { Secret } from '../core/secret.js';
import type { IdentifyRequest, SignRequest } from '../core/signer.js';
import type { KeySlot } from '../core/store.js';
import type { Answer, FromSigner, Question } from './messages.js';

export interface SignerClientOptions {
  /** Program of the signer process. */
  readonly program: string;
  /** Node's own flags for it, such as the permission model's. */
  readonly nodeFlags: readonly string[];
  readonly slots: readonly KeySlot[];
  readonly storeId: string;
  /** Kept to open a signer that takes a dead one's place; wiped by `close`. */
  readonly password: Secret;
  /** How many signer processes at the most. */
  readonly count: number;
  readonly log: Log;
  /** Told when a signer process has taken a dead one's place. */
  readonly onRestart?: () => void;
  /** Milliseconds for one signature, and for the start with its key derivation. */
  readonly timeouts?: { readonly sign: number; readonly start: number };
}

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: CustosError) => void;
  readonly timer: NodeJS.Timeout;
}

/** What a signer process is asked. */
export type Work =
  | { readonly kind: 'sign'; readonly request: SignRequest }
  | { readonly kind: 'identify'; readonly request: IdentifyRequest };
type Ask = { readonly kind: 'unlock' } | Work;

/** Few enough that the first answers come while the signer still works on the others. */
const QUESTIONS_A_MESSAGE = 16;

/** Milliseconds after which a signer that could not be started ahead is tried again. */
const START_AGAIN = 30_000;

/** One place for a signer process, and whichever process fills it now. */
export class SignerSlot {
  readonly #options: SignerClientOptions;
  readonly #waiting = new Map<number, Waiting>();
  /** Questions that leave together at the end of this turn of the event loop. */
  #outbox: Question[] = [];
  #child: ChildProcess | undefined;
  #unlocked: Promise<Uint8Array> | undefined;
  #isOpen = false;
  #load = 0;
  #startedAhead = Number.NEGATIVE_INFINITY;
  #lastNumber = 0;
  #closed = false;
  #wasStarted = false;

  constructor(options: SignerClientOptions) {
    this.#options = options;
  }

  get name(): string {
    return `signer process ${this.#child?.pid ?? '(not running)'}`;
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  /** True when it can sign at once. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  get mayStart(): boolean {
    return !this.#closed && performance.now() - this.#startedAhead > START_AGAIN;
  }

  /** Questions that are asked and not answered. */
  get load(): number {
    return this.#load;
  }

  async unlock(): Promise<Uint8Array> {
    this.#unlocked ??= this.#start();
    try {
      return await this.#unlocked;
    } catch (error) {
      this.#unlocked = undefined;
      throw error;
    }
  }

  /** Starts a process that nobody waits for; one that fails is told in the log. */
  startAhead(): void {
    this.#startedAhead = performance.now();
    this.unlock().catch(() => undefined);
  }

  /** Asks once, and of a successor once more when the process dies or hangs over it. */
  async ask(question: Work): Promise<Answer> {
    this.#load += 1;
    try {
      return await this.#askTwice(question);
    } finally {
      this.#load -= 1;
    }
  }

  async #askTwice(question: Work): Promise<Answer> {
    try {
      return await this.#askOnce(question);
    } catch (error) {
      const died = error instanceof CustosError && (error.code === 'SIGNER_DIED' || error.code === 'SIGNER_TIMEOUT');
      if (!died || this.#closed) throw error;
      return this.#askOnce(question);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    // The child holds no state, so there is nothing to wait for.
    child.kill('SIGKILL');
    await ended;
  }

  async #askOnce(question: Work): Promise<Answer> {
    await this.unlock();
    return this.#ask(question);
  }

  async #start(): Promise<Uint8Array> {
    if (this.#closed) throw new CustosError('SIGNER_DIED', 'the signer is closed');
    this.#child = this.#spawn();
    const answer = await this.#ask({ kind: 'unlock' });
    if (answer.kind !== 'unlocked') throw unexpected(answer);
    this.#isOpen = true;
    this.#options.log.info({ signer: this.#child?.pid }, 'signer process started');
    if (this.#wasStarted) this.#options.onRestart?.();
    this.#wasStarted = true;
    return answer.publicKey;
  }

  #spawn(): ChildProcess {
    const child = fork(this.#options.program, [], {
      env: {},
      execArgv: [...this.#options.nodeFlags],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    child.on('message', (message) => {
      for (const answer of message as FromSigner) this.#receive(answer);
    });
    child.on('error', () => this.#lost(child, 'SIGNER_DIED', 'the signer process could not be started'));
    child.on('exit', (code, signal) => {
      if (!this.#closed) this.#options.log.warn({ signer: child.pid, exit: signal ?? code }, 'signer process ended');
      this.#lost(child, 'SIGNER_DIED', `the signer process ended with ${signal ?? `exit code ${code}`}`);
    });
    return child;
  }

  #ask(ask: Ask): Promise<Answer> {
    const child = this.#child;
    if (child === undefined) throw new CustosError('SIGNER_DIED', 'the signer process is not running');
    const n = ++this.#lastNumber;
    const { sign, start } = this.#options.timeouts ?? { sign: 10_000, start: 60_000 };
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => {
          this.#lost(child, 'SIGNER_TIMEOUT', 'the signer process did not answer in time');
          child.kill('SIGKILL');
        },
        ask.kind === 'unlock' ? start : sign,
      );
      this.#waiting.set(n, { resolve, reject, timer });
      this.#outbox.push(this.#question(ask, n));
      if (this.#outbox.length === 1) setImmediate(() => this.#send(child));
    });
  }

  #send(child: ChildProcess): void {
    if (this.#child !== child) return;
    const questions = this.#outbox;
    this.#outbox = [];
    for (let at = 0; at < questions.length; at += QUESTIONS_A_MESSAGE) {
      child.send(questions.slice(at, at + QUESTIONS_A_MESSAGE), (error) => {
        if (error !== null) this.#lost(child, 'SIGNER_DIED', 'the channel to the signer process is closed');
      });
    }
  }

  #question(ask: Ask, n: number): Question {
    if (ask.kind === 'sign') return { kind: 'sign', n, request: lean(ask.request) };
    if (ask.kind === 'identify') return { kind: 'identify', n, request: ask.request };
    const { slots, storeId, password } = this.#options;
    return { kind: 'unlock', n, request: { slots, storeId, password: password.exposeBytes() } };
  }

  #receive(answer: Answer): void {
    const waiting = this.#waiting.get(answer.n);
    if (waiting === undefined) return;
    this.#waiting.delete(answer.n);
    clearTimeout(waiting.timer);
    if (answer.kind === 'failed') {
      waiting.reject(new CustosError(answer.code, answer.message, { details: answer.details }));
    } else {
      waiting.resolve(answer);
    }
  }

  /** Gives up one child: all its questions fail, and the next one starts a successor. */
  #lost(child: ChildProcess, code: ErrorCode, reason: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#unlocked = undefined;
    this.#isOpen = false;
    this.#outbox = [];
    const open = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { timer, reject } of open) {
      clearTimeout(timer);
      reject(new CustosError(code, reason));
    }
  }
}

/** @returns the error for an answer of another kind than the question's */
export function unexpected(answer: Answer): CustosError {
  return new CustosError('INTERNAL', `the signer process answered with ${answer.kind}`);
}

/** What the signer needs of a request: the rest would be copied twice for nothing. */
function lean({ pending, ...request }: SignRequest): SignRequest {
  const { chain, network, keys, withdrawal } = pending;
  return { ...request, pending: { chain, network, keys, ...(withdrawal !== undefined && { withdrawal }) } };
}
