import { asCustosError, CustosError } from '../core/errors.js';
import type { ChainId, SignatureId } from '../core/ids.js';
import type { PolledTransaction } from '../core/network/cloud.js';
import type { PendingTransaction } from '../core/signing/pending.js';
import { type ClaimResult, type Damaged, isDue } from '../core/store/journal.js';
import { A_TURN, nextTurn } from '../core/turn.js';
import { Backlog } from './backlog.js';
import { Breaker } from './breaker.js';
import { carry } from './carry.js';
import type { ErrorReports } from './error-reports.js';
import { Pace, type Periods } from './pace.js';
import { type DaemonParts, step } from './parts.js';
import { Refusals } from './refusals.js';
import { closeAgain, resolve } from './resume.js';
import { SenderQueues } from './sender-queues.js';
import type { Outcome, OutcomeKind } from './settle.js';
import { Withdrawals } from './withdrawals.js';

/** What one round or a whole life did. `pollErrors` counts polls without an answer. */
export type Tally = Record<OutcomeKind | 'refused' | 'pollErrors', number>;

export interface LaneOptions {
  readonly periods: Periods;
  /** How many transactions of the chain are on their way at the same time. */
  readonly concurrency: number;
  readonly tally: Tally;
  readonly reports: ErrorReports;
}

/** Wallets in one question to the cloud, at the most; it takes no more. */
const IDS_A_POLL = 25_000;
const POLLS_AT_ONCE = 4;
/** Milliseconds after which what is ended, but still listed, is looked at again: a person may have retried it. */
const ENDED_REST = 30_000;

/** One chain: polls it, and takes what is pending through. Chains share nothing, so that a dead one never slows another. */
export class Lane {
  readonly chain: ChainId;
  readonly #parts: DaemonParts;
  readonly #options: LaneOptions;
  readonly #senders = new SenderQueues();
  readonly #backlog: Backlog;
  readonly #breaker: Breaker;
  readonly #pace: Pace;
  readonly #withdrawals: Withdrawals;
  readonly #onTheWay = new Map<string, Promise<void>>();
  /** What is being claimed just now: a transaction has one way into this process at a time. */
  #wanted: ReadonlySet<string> = new Set();
  /** What waits to be tried again, and until when, so that it is not claimed at every poll. */
  readonly #resting = new Map<string, number>();
  /** Rows that cannot be read and were told of: once is enough, they stay so until a person mends them. */
  readonly #damaged = new Set<unknown>();
  /** What the cloud listed before: it is received once, however often it is listed. */
  readonly #seen = new Set<string>();
  /** What the cloud lists although it is ended here, which is nothing to hurry for. */
  readonly #ended = new Set<string>();
  readonly #refusals: Refusals;
  #claiming: Promise<void> | undefined;
  #stopping = false;

  constructor(parts: DaemonParts, chain: ChainId, options: LaneOptions) {
    this.chain = chain;
    this.#parts = parts;
    this.#options = options;
    this.#backlog = new Backlog(parts.shared);
    this.#withdrawals = new Withdrawals(parts, chain);
    this.#pace = new Pace(options.periods);
    this.#refusals = new Refusals(parts, chain, options.reports);
    this.#breaker = new Breaker(parts.clock, (state) => {
      parts.meter.breaker(chain, state);
      if (state === 'open') parts.log.warn({ chain }, 'chain shut after faults');
      else parts.log.info({ chain }, 'chain open again');
    });
  }

  get isBusy(): boolean {
    return this.#onTheWay.size > 0 || this.#claiming !== undefined;
  }

  /** Polls until `signal` is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.stop(), { once: true });
    while (!signal.aborted) {
      const pause = await this.round();
      // Reports go out beside the next poll, so that a slow cloud never holds the chain up.
      void this.#options.reports.flush();
      await this.#parts.clock.wait(pause, signal);
    }
  }

  /** Nothing new is begun from now on. */
  stop(): void {
    this.#stopping = true;
  }

  /** Polls once and sets everything that is due on its way. Never throws. @returns milliseconds until the next round */
  async round(): Promise<number> {
    const start = performance.now();
    const { meter } = this.#parts;
    this.#refusals.endRound();
    try {
      const listed = await step(this.#parts, 'poll', undefined, () => this.#poll());
      meter.polled(this.chain, 'ok', performance.now() - start);
      this.#backlog.keepOnly(listed);
      for (const id of this.#resting.keys()) if (!listed.has(id)) this.#resting.delete(id);
      for (const id of this.#seen) if (!listed.has(id)) this.#seen.delete(id);
      for (const id of this.#ended) if (!listed.has(id)) this.#ended.delete(id);
      this.#pump();
      const resumed = await this.#resume(listed);
      await this.#withdrawals.look((id) => !listed.has(id) && !this.#onTheWay.has(id) && !this.#wanted.has(id));
      const isBusy = listed.size > this.#ended.size || resumed > 0 || this.#onTheWay.size > 0;
      return this.#pace.after(isBusy ? 'busy' : 'idle');
    } catch (thrown) {
      const error = asCustosError(thrown);
      meter.polled(this.chain, 'failed', performance.now() - start);
      this.#options.tally.pollErrors += 1;
      this.#parts.log.error({ chain: this.chain, code: error.code, error: error.message }, 'poll failed');
      return this.#pace.afterFault(error.retryAfter);
    }
  }

  /** Resolves when everything that was found is carried as far as it goes now. */
  async settled(): Promise<void> {
    while (this.isBusy) {
      await this.#claiming;
      await Promise.all(this.#onTheWay.values());
    }
    this.#refusals.endRound();
    this.#options.tally.waiting += this.#backlog.size;
  }

  /** Asks for all wallets, page by page. @returns the ids that the cloud lists */
  async #poll(): Promise<ReadonlySet<string>> {
    const { wallets, network, cloud } = this.#parts;
    const listed = new Set<string>();
    const pages = wallets.idPages({ chain: this.chain, network }, IDS_A_POLL)[Symbol.asyncIterator]();
    const work = async () => {
      for (let page = await pages.next(); page.done !== true; page = await pages.next()) {
        const ids = this.#allowed(page.value);
        if (ids.length > 0) await this.#take(await cloud.pending(this.chain, network, ids), listed);
      }
    };
    await Promise.all(Array.from({ length: POLLS_AT_ONCE }, work));
    return listed;
  }

  #allowed(ids: readonly SignatureId[]): readonly SignatureId[] {
    const { onlyWallets } = this.#parts;
    return onlyWallets === undefined ? ids : ids.filter((id) => onlyWallets.has(id));
  }

  /** A long list is worked on by and by, so that no chain's list holds up the others, nor a signal that ends the daemon. */
  async #take(polled: readonly PolledTransaction[], listed: Set<string>): Promise<void> {
    const { onlyTransactions, log, clock } = this.#parts;
    const fresh: PendingTransaction[] = [];
    let received = 0;
    for (const [at, element] of polled.entries()) {
      if (at % A_TURN === A_TURN - 1) await nextTurn();
      if (this.#stopping) return;
      if (element.kind === 'refused') this.#refuse(element.error);
      else if (onlyTransactions?.has(element.pending.id) !== false) {
        // A transaction of several wallets may stand in the answers for several pages.
        const { id } = element.pending;
        const isNew = !listed.has(id) && !this.#onTheWay.has(id) && isDue(this.#resting.get(id) ?? 0, clock.now());
        if (!listed.has(id) && !this.#seen.has(id)) received += 1;
        this.#seen.add(id);
        listed.add(id);
        if (isNew) fresh.push(element.pending);
      }
    }
    if (received > 0) log.info({ chain: this.chain, count: received }, 'pending transactions received');
    this.#backlog.add(fresh);
    this.#pump();
  }

  /** Claims more, as long as there is room; one claim at a time. */
  #pump(): void {
    if (this.#claiming !== undefined || this.#stopping) return;
    const { concurrency } = this.#options;
    const room = this.#breaker.room(this.#onTheWay.size, concurrency);
    // Half a width in one write, while the other half is carried.
    const batch = Math.min(Math.ceil(concurrency / 2), this.#backlog.size);
    const isIdle = this.#onTheWay.size === 0;
    if (room === 0 || batch === 0 || (room < batch && !isIdle)) return;
    this.#claiming = this.#claim(this.#backlog.take(Math.min(room, batch))).finally(() => {
      this.#claiming = undefined;
      this.#pump();
    });
  }

  async #claim(taken: readonly PendingTransaction[]): Promise<void> {
    const { journal, log } = this.#parts;
    const batch = taken.filter(({ id }) => !this.#onTheWay.has(id));
    this.#wanted = new Set(batch.map(({ id }) => id));
    try {
      for (const result of await step(this.#parts, 'claim', undefined, () => journal.claim(batch))) this.#start(result);
    } catch (thrown) {
      // The cloud lists them again.
      const error = asCustosError(thrown);
      log.error({ chain: this.chain, code: error.code, error: error.message }, 'claim failed');
      this.#options.tally.waiting += batch.length;
    } finally {
      this.#wanted = new Set();
    }
  }

  #start(result: ClaimResult): void {
    if (result.kind === 'damaged') {
      this.#passOver(result);
      return;
    }
    const { entry } = result;
    const now = this.#parts.clock.now();
    const isEnded = entry.state === 'failed' || entry.state === 'denied' || entry.state === 'cancelled';
    if (!isEnded) this.#ended.delete(entry.id);
    if (result.kind === 'changed') {
      const text = `another payload came under the id ${entry.id}`;
      this.#refuse(new CustosError('PENDING_CHANGED', text, { details: { id: entry.id } }));
    } else if (result.lease !== undefined) {
      const { lease } = result;
      this.#track(entry.id, async () => this.#count(await carry(this.#parts, this.#senders, { entry, lease })));
    } else if (isEnded) {
      this.#ended.add(entry.id);
      this.#resting.set(entry.id, now + ENDED_REST);
    } else if (!isDue(entry.nextAttemptAt, now)) {
      this.#resting.set(entry.id, entry.nextAttemptAt);
    } else if (entry.state === 'completed') {
      this.#track(entry.id, () => closeAgain(this.#parts, entry));
    }
  }

  #refuse(error: CustosError): void {
    this.#options.tally.refused += 1;
    this.#refusals.add(error);
  }

  /** The cloud is not told: bytes that may be on their way must not look like a payment that failed. */
  #passOver({ error }: Damaged): void {
    const { id } = error.details;
    if (this.#damaged.has(id)) return;
    this.#damaged.add(id);
    this.#options.tally.refused += 1;
    this.#parts.log.error({ chain: this.chain, id, code: error.code, error: error.message }, 'transaction passed over');
  }

  /** Goes on with what is signed, due and no longer listed. @returns how many */
  async #resume(listed: ReadonlySet<string>): Promise<number> {
    const { journal, network, onlyTransactions } = this.#parts;
    const room = this.#breaker.room(this.#onTheWay.size, this.#options.concurrency);
    if (room === 0 || this.#stopping) return 0;
    const { entries, damaged } = await journal.due(this.chain, network, room);
    for (const one of damaged) this.#passOver(one);
    const open = entries.filter(({ id, state }) => {
      const isListed = listed.has(id) && state === 'signed';
      const isBegun = this.#onTheWay.has(id) || this.#wanted.has(id);
      return !isListed && !isBegun && onlyTransactions?.has(id) !== false;
    });
    for (const entry of open) {
      this.#track(entry.id, async () => {
        const outcome = await resolve(this.#parts, this.#senders, entry);
        if (outcome !== undefined) this.#count(outcome);
      });
    }
    return open.length;
  }

  #track(id: string, work: () => Promise<void>): void {
    const done = work().finally(() => {
      this.#onTheWay.delete(id);
      this.#pump();
    });
    this.#onTheWay.set(id, done);
  }

  #count({ id, kind, report, isFault }: Outcome): void {
    this.#options.tally[kind] += 1;
    this.#parts.meter.ended(this.chain, kind);
    const end = kind === 'failed' || kind === 'denied' ? 'final' : 'open';
    if (report !== undefined) this.#options.reports.add(id, report, end);
    if (isFault) this.#breaker.failed();
    else this.#breaker.succeeded();
  }
}
