import { type ChildProcess, fork } from 'node:child_process';
import { CustosError } from '../core/errors.js';
import { type HsmAnswer, type HsmSettings, type HsmWork, parseHsmAnswer, type ToHsm } from './messages.js';

/** How an HSM process is started. */
export interface HsmStart {
  /** Path of its program. */
  readonly program: string;
  /** Node's own flags for it. */
  readonly nodeFlags: readonly string[];
  /** Its whole environment: modules and key services are configured by variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** For key services. */
  readonly settings?: HsmSettings;
}

export interface HsmChildOptions extends HsmStart {
  /** How many questions it may have at a time: a token answers one after another. */
  readonly atOnce: number;
  /** Milliseconds for one answer, counted from when the process got the question. */
  readonly timeout: number;
  /** The PIN of its token; not kept. */
  readonly pin: Uint8Array | undefined;
  /** Called once, when it is not used any more. */
  readonly onFault?: (fault: CustosError) => void;
}

interface Waiting {
  readonly work: HsmWork;
  readonly resolve: (answer: HsmAnswer) => void;
  readonly reject: (error: CustosError) => void;
  timer?: NodeJS.Timeout;
}

/** Questions that wait for one process; more are refused, and asked again later by whoever asks. */
const MOST_WAITING = 10_000;

/** One HSM process, and the questions that it has not answered. When it is lost, all of them fail. */
export class HsmChild {
  readonly #process: ChildProcess;
  readonly #options: HsmChildOptions;
  readonly #queue: Waiting[] = [];
  readonly #asked = new Map<number, Waiting>();
  readonly #startedAt = performance.now();
  #last = 0;
  #fault: CustosError | undefined;

  constructor(options: HsmChildOptions) {
    this.#options = options;
    this.#process = started(options);
    this.#process.on('message', (message: unknown) => this.#receive(message));
    this.#process.on('error', () => this.end(unreachable('the HSM process could not be started')));
    this.#process.on('exit', () => this.end(unreachable('the HSM process ended')));
    const { pin, settings } = options;
    this.#send({ kind: 'open', ...(pin && { pin }), ...(settings && { settings }) });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Why it is not used any more. */
  get fault(): CustosError | undefined {
    return this.#fault;
  }

  /** Milliseconds since its start. */
  get age(): number {
    return performance.now() - this.#startedAt;
  }

  get isIdle(): boolean {
    return this.#asked.size === 0 && this.#queue.length === 0;
  }

  /** @throws CustosError KEY_UNREACHABLE */
  ask(work: HsmWork): Promise<HsmAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#fault !== undefined) return reject(this.#fault);
      if (this.#queue.length >= MOST_WAITING) return reject(unreachable('too many questions wait for the key'));
      this.#queue.push({ work, resolve, reject });
      this.#next();
    });
  }

  /** Ends the process; what waits fails. */
  end(fault: CustosError): void {
    if (this.#fault !== undefined) return;
    this.#fault = fault;
    this.#options.onFault?.(fault);
    this.#process.kill('SIGKILL');
    for (const { reject, timer } of [...this.#asked.values(), ...this.#queue]) {
      clearTimeout(timer);
      reject(fault);
    }
    this.#asked.clear();
    this.#queue.length = 0;
  }

  #next(): void {
    while (this.#asked.size < this.#options.atOnce) {
      const waiting = this.#queue.shift();
      if (waiting === undefined) return;
      const n = ++this.#last;
      this.#asked.set(n, waiting);
      // A module that hangs blocks its process, so that only its end helps.
      waiting.timer = setTimeout(() => this.end(unreachable('no answer came in time')), this.#options.timeout);
      this.#send({ kind: 'ask', n, work: waiting.work });
    }
  }

  #send(message: ToHsm): void {
    if (this.#fault !== undefined) return;
    this.#process.send(message, (error) => {
      if (error !== null) this.end(unreachable('the channel to the HSM process is closed'));
    });
  }

  #receive(message: unknown): void {
    if (this.#fault !== undefined) return;
    try {
      const answer = parseHsmAnswer(message);
      const waiting = this.#asked.get(answer.n);
      this.#asked.delete(answer.n);
      clearTimeout(waiting?.timer);
      waiting?.resolve(answer);
      this.#next();
    } catch (thrown) {
      this.end(thrown instanceof CustosError ? thrown : unreachable('the HSM process does not keep to its protocol'));
    }
  }
}

function started({ program, nodeFlags, environment }: HsmStart): ChildProcess {
  try {
    return fork(program, [], {
      env: { ...environment },
      execArgv: [...nodeFlags],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
  } catch (cause) {
    throw new CustosError('KEY_UNREACHABLE', 'the HSM process could not be started', { cause });
  }
}

function unreachable(text: string): CustosError {
  return new CustosError('KEY_UNREACHABLE', text);
}
