import { asCustosError, type CustosError } from '../core/errors.js';
import type { ChainId } from '../core/ids.js';
import { tell } from '../core/log.js';
import type { Place } from '../core/network/intake.js';
import type { PendingTransaction } from '../core/signing/pending.js';
import type { JournalEntry } from '../core/store/journal.js';
import type { Outcome, OutcomeKind } from '../lifecycle/parts.js';
import { Breaker } from './breaker.js';
import { Claimer } from './claimer.js';
import type { ErrorReports } from './error-reports.js';
import { Listing } from './listing.js';
import { Pace, type Periods } from './pace.js';
import type { DaemonParts } from './parts.js';
import type { Places } from './places.js';
import { Poller } from './poller.js';
import { Refusals } from './refusals.js';
import { Withdrawals } from './withdrawals.js';

/** What one round or a daemon's whole life did. `pollErrors` counts polls without an answer. */
export type Tally = Record<OutcomeKind | 'refused' | 'pollErrors', number>;

export interface LaneOptions {
  readonly periods: Periods;
  /** Of all chains together. */
  readonly places: Places;
  readonly tally: Tally;
  readonly reports: ErrorReports;
}

/**
 * One chain: polls it, and has its pending transactions claimed and carried. Chains share nothing, so that a dead one never
 * slows another.
 */
export class Lane {
  readonly chain: ChainId;
  readonly #parts: DaemonParts;
  readonly #options: LaneOptions;
  readonly #poller: Poller;
  readonly #claimer: Claimer;
  readonly #listing = new Listing();
  readonly #breaker: Breaker;
  readonly #pace: Pace;
  readonly #ownPace: Pace;
  readonly #withdrawals: Withdrawals;
  readonly #refusals: Refusals;

  constructor(parts: DaemonParts, chain: ChainId, options: LaneOptions) {
    this.chain = chain;
    this.#parts = parts;
    this.#options = options;
    this.#withdrawals = new Withdrawals(parts, chain);
    this.#pace = new Pace(options.periods);
    this.#ownPace = new Pace(options.periods);
    this.#refusals = new Refusals(parts, chain, options.reports);
    this.#breaker = new Breaker(parts.clock, (state) => {
      parts.meter.breaker(chain, state);
      tell(parts.log, state === 'open' ? 'chain-shut' : 'chain-opened', { chain });
    });
    const listing = this.#listing;
    const onRefused = (error: CustosError) => this.#refuse(error);
    this.#claimer = new Claimer(parts, {
      chain,
      listing,
      onRefused,
      places: options.places,
      breaker: this.#breaker,
      onOutcome: (outcome) => this.#count(outcome),
      onDamaged: (error) => this.#passOver(error),
      onUnclaimed: (count) => this.#wait(count),
    });
    this.#poller = new Poller(parts, {
      chain,
      listing,
      onRefused,
      onFresh: (pending) => this.#claimer.add(pending),
    });
  }

  /** Polls until `signal` is aborted. What came through a door does not wait for the source. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.stop(), { once: true });
    const polling = this.#repeat(signal, async () => {
      const pause = await this.round();
      // Reports are sent during the next poll, so that a slow source never delays the chain.
      void this.#options.reports.flush();
      return pause;
    });
    await Promise.all([polling, this.#repeat(signal, () => this.ownRound())]);
  }

  async #repeat(signal: AbortSignal, round: () => Promise<number>): Promise<void> {
    while (!signal.aborted) await this.#parts.clock.wait(await round(), signal);
  }

  /** Starts a request that this process has just accepted. */
  wake(entry: JournalEntry): void {
    this.#claimer.wake(entry);
  }

  /** Keeps a place for a request that this process is about to accept, if it can begin at once. */
  place(pending: PendingTransaction): Place | undefined {
    return this.#claimer.place(pending);
  }

  /** Starts nothing new from now on. */
  stop(): void {
    this.#poller.stop();
    this.#claimer.stop();
  }

  /** Polls once and starts everything that is due. Never throws. @returns milliseconds until the next round */
  async round(): Promise<number> {
    const start = performance.now();
    const { meter, log, way, journal, network } = this.#parts;
    this.#refusals.endRound();
    try {
      const listed = await this.#poller.poll();
      meter.polled(this.chain, 'ok', performance.now() - start);
      this.#claimer.keepOnly(listed);
      // Before anything is waited for: what is being claimed may have ended by then.
      const hasFresh = listed.size > this.#listing.ended;
      const isIdle = await journal.isIdle(this.chain, network);
      const resumed = isIdle ? 0 : await this.#claimer.resume(listed);
      await this.#withdrawals.look((id) => !listed.has(id) && !way.has(id));
      const isBusy = hasFresh || resumed > 0 || this.#claimer.inProgress > 0;
      return this.#pace.after(isBusy ? 'busy' : 'idle');
    } catch (thrown) {
      const { code, message, retryAfter } = asCustosError(thrown);
      meter.polled(this.chain, 'failed', performance.now() - start);
      this.#options.tally.pollErrors += 1;
      tell(log, 'poll-failed', { chain: this.chain, code, error: message });
      return this.#pace.afterFault(retryAfter);
    }
  }

  /** Looks once for requests that came through a door. Never throws. @returns milliseconds until the next look */
  async ownRound(): Promise<number> {
    const { journal, network, log } = this.#parts;
    try {
      if (await journal.isIdle(this.chain, network)) return this.#ownPace.after('idle');
      for (const entry of await journal.endExpired(this.chain, network)) {
        const { id, chain, state: to, errorCode: code } = entry;
        tell(log, 'transaction-cancelled', { id, chain, network, to, code });
      }
      const found = await this.#claimer.resumeOwn();
      return this.#ownPace.after(found > 0 ? 'busy' : 'idle');
    } catch (thrown) {
      const { code, message, retryAfter } = asCustosError(thrown);
      tell(log, 'requests-not-looked-up', { chain: this.chain, code, error: message });
      return this.#ownPace.afterFault(retryAfter);
    }
  }

  /** Resolves when everything that was found is carried as far as possible for now. */
  async settled(): Promise<void> {
    await this.#claimer.settled();
    this.#refusals.endRound();
    this.#wait(this.#claimer.waiting);
  }

  #wait(count: number): void {
    this.#options.tally.waiting += count;
  }

  #refuse(error: CustosError): void {
    this.#options.tally.refused += 1;
    this.#refusals.add(error);
  }

  #passOver(error: CustosError): void {
    if (this.#refusals.passOver(error)) this.#options.tally.refused += 1;
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
