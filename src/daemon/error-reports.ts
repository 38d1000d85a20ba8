import { asCustosError } from '../core/errors.js';
import { type Log, tell } from '../core/log.js';
import type { ErrorReport } from '../core/network/cloud.js';
import type { Source } from '../core/network/source.js';

/** How many reports of unreadable transactions are remembered, so that each is sent once. */
const REMEMBERED = 10_000;

/** Errors to report to the source: collected, sent in one request, kept until the source has taken them. */
export class ErrorReports {
  readonly #source: Pick<Source, 'report'>;
  readonly #log: Log;
  readonly #remembered = new Set<string>();
  #waiting: ErrorReport[] = [];
  #sending: Promise<void> | undefined;

  constructor(source: Pick<Source, 'report'>, log: Log) {
    this.#source = source;
    this.#log = log;
  }

  /** @param end - `final` if nothing more happens to it by itself */
  add(pendingId: string, error: string, end: 'final' | 'open'): void {
    this.#waiting.push({ pendingId, error, ...(end === 'final' && { final: true }) });
  }

  /** For errors that the journal does not remember: the same text for the same id is sent once in this process. @returns whether it will be */
  addOnce(pendingId: string, error: string, end: 'final' | 'open'): boolean {
    const key = `${pendingId} ${error}`;
    if (this.#remembered.has(key)) return false;
    if (this.#remembered.size >= REMEMBERED) this.#remembered.clear();
    this.#remembered.add(key);
    this.add(pendingId, error, end);
    return true;
  }

  async flush(): Promise<void> {
    await this.#sending;
    if (this.#waiting.length === 0) return;
    this.#sending = this.#send().finally(() => {
      this.#sending = undefined;
    });
    await this.#sending;
  }

  async #send(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    try {
      await this.#source.report(batch);
    } catch (thrown) {
      // A report is optional: the journal has the story, and the next round tries again.
      this.#waiting = [...batch, ...this.#waiting].slice(-REMEMBERED);
      const error = asCustosError(thrown);
      tell(this.#log, 'report-not-delivered', { count: batch.length, code: error.code, error: error.message });
    }
  }
}
