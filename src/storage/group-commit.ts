import type { Kysely } from 'kysely';
import { CustosError } from '../core/errors.js';

/** A work that waits to be written. */
export interface QueuedWork<T> {
  /** Does the work. @returns tells whoever waits that it is durable */
  run(database: Kysely<T>): Promise<() => void>;
  /** Tells whoever waits that it was not done; only the first word counts. */
  reject(error: unknown): void;
}

/** Works in one commit at the most, so that another process gets its turn. */
const GROUP = 500;

/** The longest that works wait for company, in milliseconds. */
const LONGEST_GATHERING = 10;

/** Collects works that wait at the same time and hands them over in groups, one group after another. */
export class GroupCommit<T> {
  readonly #commit: (group: readonly QueuedWork<T>[]) => Promise<void>;
  #waiting: QueuedWork<T>[] = [];
  #running: Promise<void> | undefined;
  #closed = false;
  /** When the last group ended and how long it took, in milliseconds; how many works it had. */
  #last = { end: 0, took: 0, size: 0 };

  /** @param commit - runs the works in one transaction and tells each how it went; never rejects */
  constructor(commit: (group: readonly QueuedWork<T>[]) => Promise<void>) {
    this.#commit = commit;
  }

  /** @throws CustosError STORE_UNREACHABLE: it is closed; or what the work throws */
  write<R>(work: (database: Kysely<T>) => Promise<R>): Promise<R> {
    if (this.#closed) return Promise.reject(new CustosError('STORE_UNREACHABLE', 'the store is closed'));
    return new Promise<R>((resolve, reject) => {
      this.#waiting.push({
        run: async (database) => {
          const result = await work(database);
          return () => resolve(result);
        },
        reject,
      });
      this.#start();
    });
  }

  /** Takes no more works. Resolves when those that were taken are done. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#running !== undefined) await this.#running;
  }

  #start(): void {
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined;
      // A write that arrived after the last group was taken has not been started yet.
      if (this.#waiting.length > 0) this.#start();
    });
  }

  async #drain(): Promise<void> {
    // One turn of the event loop lets everything that is ready join the group; between groups it lets others write.
    await nextTurn();
    while (this.#waiting.length > 0) {
      await this.#gather();
      const start = performance.now();
      const group = this.#waiting.splice(0, GROUP);
      await this.#commit(group);
      const end = performance.now();
      this.#last = { end, took: end - start, size: group.length };
      if (this.#waiting.length > 0) await nextTurn();
    }
  }

  /** Where many write, at most every other moment is spent with commits: fewer and larger ones serve all of them sooner. */
  async #gather(): Promise<void> {
    const { end, took, size } = this.#last;
    const rest = end + Math.min(took, LONGEST_GATHERING) - performance.now();
    if (size > 1 && rest >= 1) await new Promise((resolve) => setTimeout(resolve, rest));
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
