import { setTimeout as wait } from 'node:timers/promises';
import { CustosError } from '../core/errors.js';
import { type Log, tell } from '../core/log.js';
import type { Secret } from '../core/secret.js';
import type { CheckpointRequest } from '../core/signing/checkpoint.js';
import type { ControlDocuments } from '../core/signing/control.js';
import type { CreateRequest } from '../core/signing/create.js';
import type { DecreeRequest } from '../core/signing/decree.js';
import type { FreezeEnd } from '../core/signing/freezes.js';
import type { KeyHolder } from '../core/signing/key-holder.js';
import { leanPending } from '../core/signing/pending.js';
import type { IdentifyRequest, SignRequest } from '../core/signing/signer.js';
import type { SigningRules } from '../core/signing/signing-rules.js';
import type { JournalKey } from '../core/store/journal-mac.js';
import type { KeySlot, SlotName } from '../core/store/store.js';
import type { ControlBook } from './control/book.js';
import type { Answer, Question } from './messages.js';
import { SignerChild, type SignerProgram, type SignerWatcher } from './signer-child.js';

export interface SignerClientOptions extends SignerProgram {
  readonly slots: readonly KeySlot[];
  readonly storeId: string;
  readonly rules: SigningRules;
  /** Kept to open the signer that replaces a dead one; `close` wipes it. */
  readonly password: Secret;
  /** Id of the key slot whose slot key the password is; absent: it is a password. */
  readonly slot?: string;
  /** Most signer processes. */
  readonly count: number;
  /** Milliseconds over which signers need work before another one starts. */
  readonly watched?: number;
  readonly log: Log;
  /** Accounts for budgets and approvals; the client's own if absent, which ends with it. */
  readonly book?: ControlBook;
  /** Gets the key that seals what is remembered, before anything is asked. @throws CustosError KEEPER_STATE_DAMAGED: nothing is */
  readonly onStateKey?: (key: Uint8Array) => void;
  /** Signs with keys outside; absent where none are reached. */
  readonly holder?: KeyHolder;
  /** Called when a new signer process has replaced a dead one. */
  readonly onRestart?: () => void;
  /** Milliseconds for a signer with questions to answer one, and for its start with the key derivation. */
  readonly timeouts?: { readonly sign: number; readonly start: number };
}

/** A question to a signer process. */
export type Work =
  | { readonly kind: 'sign'; readonly request: SignRequest }
  | { readonly kind: 'identify'; readonly request: IdentifyRequest }
  | { readonly kind: 'create'; readonly request: CreateRequest }
  | { readonly kind: 'checkpoint'; readonly request: CheckpointRequest }
  | { readonly kind: 'examine'; readonly request: ControlDocuments }
  | { readonly kind: 'decree'; readonly request: DecreeRequest }
  | { readonly kind: 'ends'; readonly request: readonly FreezeEnd[] };

const TIMEOUTS = { sign: 10_000, start: 60_000 };

/** Number of immediate successive starts without a signature; each later start waits twice as long as the one before. */
const QUICK_STARTS = 5;
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 30_000;

/** Milliseconds until a failed early start of a signer is tried again. */
const START_AGAIN = 30_000;

/**
 * A slot for one signer process, which is replaced when it dies or hangs. Any of its open questions may be the cause, so each
 * becomes a suspect. The next process gets the suspects one at a time, so that only a question that ends a process alone fails.
 */
export class SignerSlot {
  readonly #options: SignerClientOptions;
  readonly #book: ControlBook;
  #child: SignerChild | undefined;
  #unlocked: Promise<Uint8Array> | undefined;
  #journal: JournalKey | undefined;
  #openedBy: SlotName | undefined;
  #isOpen = false;
  #load = 0;
  /** Milliseconds without a question, and since when there is none. */
  #idle = 0;
  #idleSince = performance.now();
  #startedAhead = Number.NEGATIVE_INFINITY;
  #closed = false;
  #wasStarted = false;
  /** Starts since the last useful answer. */
  #fruitless = 0;
  readonly #end = new AbortController();
  /** Each settles when its suspect is done, with or without success. */
  readonly #suspects = new Set<Promise<unknown>>();
  /** The suspect that has the process to itself. */
  #alone: Promise<unknown> | undefined;

  constructor(options: SignerClientOptions, book: ControlBook) {
    this.#options = options;
    this.#book = book;
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

  /** Number of unanswered questions. */
  get load(): number {
    return this.#load;
  }

  /** Milliseconds so far in which there was no question. */
  get idle(): number {
    return this.#load > 0 ? this.#idle : this.#idle + performance.now() - this.#idleSince;
  }

  unlock(): Promise<Uint8Array> {
    if (this.#unlocked !== undefined) return this.#unlocked;
    const started = this.#start();
    this.#unlocked = started;
    started.catch(() => {
      if (this.#unlocked === started) this.#unlocked = undefined;
    });
    return started;
  }

  async journalKey(): Promise<JournalKey> {
    await this.unlock();
    if (this.#journal === undefined) throw new CustosError('INTERNAL', 'the signer gave no key of the journal');
    return this.#journal;
  }

  async openedBy(): Promise<SlotName | undefined> {
    await this.unlock();
    return this.#openedBy;
  }

  /** Tells a running process at once what changed about control. */
  tellControl(): void {
    this.#child?.tellControl();
  }

  /** Starts a process without waiting for it; the log reports a failed start. */
  startAhead(): void {
    this.#startedAhead = performance.now();
    this.unlock().catch(() => undefined);
  }

  /** Asks once, and again in the next process if this one dies or hangs. */
  async ask(work: Work): Promise<Answer> {
    if (this.#load === 0) this.#idle += performance.now() - this.#idleSince;
    this.#load += 1;
    try {
      return await this.#askTwice(work);
    } finally {
      this.#load -= 1;
      if (this.#load === 0) this.#idleSince = performance.now();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#end.abort();
    await this.#child?.kill();
  }

  async #askTwice(work: Work): Promise<Answer> {
    try {
      return await this.#askAmongOthers(work);
    } catch (error) {
      const died = error instanceof CustosError && (error.code === 'SIGNER_DIED' || error.code === 'SIGNER_TIMEOUT');
      if (!died || this.#closed) throw error;
      return this.#suspect(this.#askAlone(work));
    }
  }

  async #suspect(asked: Promise<Answer>): Promise<Answer> {
    this.#suspects.add(asked);
    try {
      return await asked;
    } finally {
      this.#suspects.delete(asked);
    }
  }

  async #askAmongOthers(work: Work): Promise<Answer> {
    let child = await this.#opened();
    while (this.#suspects.size > 0) {
      await Promise.allSettled(this.#suspects);
      child = await this.#opened();
    }
    return this.#ask(child, work);
  }

  async #askAlone(work: Work): Promise<Answer> {
    // Suspects wait for one start together: if it fails, all of them fail at once.
    let child = await this.#opened();
    while (this.#alone !== undefined) {
      await this.#alone;
      child = await this.#opened();
    }
    const asked = this.#ask(child, work);
    this.#alone = asked.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await asked;
    } finally {
      this.#alone = undefined;
    }
  }

  async #ask(child: SignerChild, work: Work): Promise<Answer> {
    const { sign } = this.#options.timeouts ?? TIMEOUTS;
    const answer = await child.ask((n) => questionOf(work, n), sign);
    this.#fruitless = 0;
    return answer;
  }

  async #opened(): Promise<SignerChild> {
    await this.unlock();
    if (this.#child === undefined) throw new CustosError('SIGNER_DIED', 'the signer process is not running');
    return this.#child;
  }

  async #start(): Promise<Uint8Array> {
    await this.#pause();
    if (this.#closed) throw new CustosError('SIGNER_DIED', 'the signer is closed');
    const child = this.#spawn();
    this.#child = child;
    try {
      const viewKey = await this.#open(child);
      this.#isOpen = true;
      tell(this.#options.log, 'signer-started', { signer: child.pid });
      if (this.#wasStarted) this.#options.onRestart?.();
      this.#wasStarted = true;
      return viewKey;
    } catch (error) {
      // Otherwise it would live on beside the process of the next try.
      await child.kill();
      throw error;
    }
  }

  /** A signer that fails endlessly is not started endlessly. */
  async #pause(): Promise<void> {
    const excess = this.#fruitless++ - QUICK_STARTS;
    if (excess < 0 || this.#closed) return;
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** excess);
    await wait(pause, undefined, { signal: this.#end.signal }).catch(() => undefined);
  }

  async #open(child: SignerChild): Promise<Uint8Array> {
    const { slots, storeId, password, slot, rules, timeouts = TIMEOUTS } = this.#options;
    const opening = { slots, storeId, rules, password: password.exposeBytes() };
    const request = { ...opening, ...(slot !== undefined && { slot }) };
    const answer = await child.ask((n) => ({ kind: 'unlock', n, request }), timeouts.start);
    if (answer.kind !== 'unlocked') throw unexpected(answer);
    this.#journal = answer.journal;
    this.#openedBy = answer.slot;
    if (answer.stateKey !== undefined) this.#options.onStateKey?.(answer.stateKey);
    return answer.viewKey;
  }

  #spawn(): SignerChild {
    const watcher: SignerWatcher = {
      onExit: (pid, exit) => {
        if (!this.#closed) tell(this.#options.log, 'signer-ended', { signer: pid, exit });
      },
      onLost: (child) => {
        if (this.#child !== child) return;
        this.#child = undefined;
        // A failed start fails for all who wait for it.
        if (this.#isOpen) this.#unlocked = undefined;
        this.#isOpen = false;
      },
    };
    return new SignerChild(this.#options, watcher, this.#book, this.#options.holder);
  }
}

/** @returns the error for an answer of another kind than the question's */
export function unexpected(answer: Answer): CustosError {
  return new CustosError('INTERNAL', `the signer process answered with ${answer.kind}`);
}

/** The part of a request that the signer needs: the rest would be copied twice for nothing. */
function questionOf(work: Work, n: number): Question {
  if (work.kind !== 'sign') return { ...work, n };
  const { pending, ...request } = work.request;
  return { kind: 'sign', n, request: { ...request, pending: leanPending(pending) } };
}
