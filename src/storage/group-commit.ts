import type { Kysely } from 'kysely';
import type { AuditEvent, AuditRecord } from '../core/audit/events.js';
import { CustosError } from '../core/errors.js';
import type { WriteOptions } from './database.js';

/** A unit of work that is done, and not durable yet. */
export interface DoneWork {
  /** What it recorded for the audit log. */
  readonly events: readonly AuditEvent[];
  /** Reports to the caller that it is durable. */
  tell(): void;
}

/** A unit of work that waits to be written. */
export interface QueuedWork<T> {
  /** Does the work. */
  run(database: Kysely<T>): Promise<DoneWork>;
  /** Reports to the caller that it was not done; only the first report counts. */
  reject(error: unknown): void;
  /** Shares its commit with no other. */
  readonly alone: boolean;
  /** Takes a lock that other machines wait for. */
  readonly last: boolean;
  /** How many callers it is for, once it has run. */
  callers(): number;
}

/** How many callers wait for a group that has run. */
export function callersOf<T>(group: readonly QueuedWork<T>[]): number {
  return group.reduce((sum, work) => sum + work.callers(), 0);
}

/** Largest number of units of work in one commit, so that another process gets its turn. */
const GROUP = 500;

/** Longest wait for more work to join a group, in milliseconds. */
const LONGEST_GATHERING = 4;

/**
 * Runs a group in one transaction and reports each result; never rejects.
 * @param isBusy - the group before had several callers: they are on their way, and may have work any moment
 */
type CommitGroup<T> = (group: readonly QueuedWork<T>[], isBusy: boolean) => Promise<void>;

/** Collects work that waits at the same time and commits it in groups, one group after another. */
export class GroupCommit<T> {
  readonly #commit: CommitGroup<T>;
  readonly #now: () => number;
  #waiting: QueuedWork<T>[] = [];
  #running: Promise<void> | undefined;
  #closed = false;
  /** When the last group ended, how long it took (in milliseconds), and how many callers it had. */
  #last = { end: 0, took: 0, size: 0 };

  /**
   * @param now - milliseconds of a clock that only grows
   */
  constructor(commit: CommitGroup<T>, now = () => performance.now()) {
    this.#commit = commit;
    this.#now = now;
  }

  /** @throws CustosError STORE_UNREACHABLE: it is closed; or what the work throws */
  write<R>(
    work: (database: Kysely<T>, record: AuditRecord) => Promise<R>,
    { alone = false, last = false, callers = () => 1 }: WriteOptions = {},
  ): Promise<R> {
    if (this.#closed) return Promise.reject(new CustosError('STORE_UNREACHABLE', 'the store is closed'));
    return new Promise<R>((resolve, reject) => {
      this.#waiting.push({
        run: async (database) => {
          // Fresh for each run: what an undone run recorded never happened.
          const events: AuditEvent[] = [];
          const result = await work(database, (event) => void events.push(event));
          return { events, tell: () => resolve(result) };
        },
        reject,
        alone,
        last,
        callers,
      });
      this.#start();
    });
  }

  /** Takes no more work. Resolves when the accepted work is done. */
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
    if (!this.#isQuiet()) await nextTurn();
    while (this.#waiting.length > 0) {
      await this.#gather();
      const start = this.#now();
      const group = this.#waiting.splice(0, this.#nextSize());
      await this.#commit(group, this.#last.size > 1);
      const end = this.#now();
      this.#last = { end, took: end - start, size: callersOf(group) };
      if (this.#waiting.length > 0) await nextTurn();
    }
  }

  /** One caller after another writes alone, and the disk waits longer for the next write than it took for the last one: none will join. */
  #isQuiet(): boolean {
    const { end, took, size } = this.#last;
    return size <= 1 && this.#now() - end > took;
  }

  #nextSize(): number {
    const alone = this.#waiting.findIndex((work) => work.alone);
    return alone < 0 ? GROUP : Math.min(GROUP, Math.max(1, alone));
  }

  /** Under load, commits take at most half of the time: fewer and larger commits serve every caller sooner. */
  async #gather(): Promise<void> {
    const { end, took, size } = this.#last;
    const rest = end + Math.min(took, LONGEST_GATHERING) - this.#now();
    if (size > 1 && rest >= 1) await new Promise((resolve) => setTimeout(resolve, rest));
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
