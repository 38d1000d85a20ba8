import { setMaxListeners } from 'node:events';
import { asCustosError } from '../core/errors.js';
import type { ChainId } from '../core/ids.js';
import { tell } from '../core/log.js';
import type { Place } from '../core/network/intake.js';
import type { PendingTransaction } from '../core/signing/pending.js';
import type { JournalEntry } from '../core/store/journal.js';
import { ErrorReports } from './error-reports.js';
import { Lane, type Tally } from './lane.js';
import type { Periods } from './pace.js';
import type { DaemonParts } from './parts.js';
import { Places } from './places.js';

export type { Tally } from './lane.js';

/** How long an ending daemon waits for transactions on their way, in milliseconds. */
const GRACE = 30_000;

export interface DaemonOptions {
  /** Milliseconds between two polls of the same chain. */
  readonly periods: Periods;
  /** Chains to serve; all that have wallets when absent. */
  readonly chains?: readonly ChainId[];
  /** How many transactions are on their way at the same time, those of all chains together. */
  readonly concurrency: number;
}

/** Polls all chains at the same time, and has each pending transaction carried on its way. */
export class Daemon {
  readonly #parts: DaemonParts;
  readonly #options: DaemonOptions;
  readonly #reports: ErrorReports;
  readonly #places: Places;
  readonly #lanes = new Map<ChainId, Lane>();
  /** Begins to serve a chain, while this daemon serves. */
  #begin: ((chain: ChainId) => void) | undefined;
  readonly #tally: Tally = {
    completed: 0,
    unconfirmed: 0,
    held: 0,
    denied: 0,
    failed: 0,
    waiting: 0,
    refused: 0,
    pollErrors: 0,
  };

  constructor(parts: DaemonParts, options: DaemonOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#reports = new ErrorReports(parts.source, parts.log);
    this.#places = new Places(options.concurrency);
  }

  get tally(): Readonly<Tally> {
    return { ...this.#tally };
  }

  /** One round over all chains; resolves when everything it found is carried as far as possible. */
  async runOnce(): Promise<Readonly<Tally>> {
    const stop = new AbortController();
    const kept = this.#keepLeases(stop.signal);
    for (const chain of await this.#chains()) this.#lane(chain);
    await Promise.all([...this.#lanes.values()].flatMap((lane) => [lane.round(), lane.ownRound()]));
    await this.#settled();
    stop.abort();
    await kept;
    return this.tally;
  }

  /** Serves until `signal` is aborted, then finishes transactions on their way (for at most `GRACE`). */
  async run(signal: AbortSignal): Promise<Readonly<Tally>> {
    const { clock } = this.#parts;
    // Each chain listens to it.
    setMaxListeners(0, signal);
    const overtime = new AbortController();
    const kept = this.#keepLeases(overtime.signal);
    const loops = new Map<ChainId, Promise<void>>();
    const begin = (chain: ChainId) => {
      if (!signal.aborted && !loops.has(chain)) loops.set(chain, this.#lane(chain).run(signal));
    };
    this.#begin = begin;
    while (!signal.aborted) {
      for (const chain of await this.#chainsOrNone()) begin(chain);
      await clock.wait(this.#options.periods.shortest, signal);
    }
    const ended = Promise.all(loops.values()).then(() => this.#settled());
    await Promise.race([ended, clock.wait(GRACE, overtime.signal)]);
    overtime.abort();
    await kept;
    return this.tally;
  }

  /** Carries a request that this process has just accepted. A chain that is not served yet begins with it. */
  wake(entry: JournalEntry): void {
    const { chain } = entry;
    const lane = this.#lanes.get(chain);
    if (lane !== undefined) lane.wake(entry);
    else if (this.#options.chains?.includes(chain) !== false) this.#begin?.(chain);
  }

  /** Keeps a place for a request that this process is about to accept, if it can begin at once. */
  place(pending: PendingTransaction): Place | undefined {
    return this.#lanes.get(pending.chain)?.place(pending);
  }

  #lane(chain: ChainId): Lane {
    const { periods } = this.#options;
    const shared = { places: this.#places, tally: this.#tally, reports: this.#reports };
    const lane = new Lane(this.#parts, chain, { periods, ...shared });
    this.#lanes.set(chain, lane);
    return lane;
  }

  #keepLeases(signal: AbortSignal): Promise<void> {
    const { leases, clock, way } = this.#parts;
    return leases.run(clock, signal, () => way.isBusy);
  }

  async #settled(): Promise<void> {
    await Promise.all([...this.#lanes.values()].map((lane) => lane.settled()));
    await this.#reports.flush();
  }

  async #chains(): Promise<readonly ChainId[]> {
    const { wallets, network } = this.#parts;
    // A cloud is asked for the first tenant alone; requests that came through a door are of any.
    const withWallets = await wallets.chains(network);
    const { chains } = this.#options;
    return chains === undefined ? withWallets : withWallets.filter((chain) => chains.includes(chain));
  }

  async #chainsOrNone(): Promise<readonly ChainId[]> {
    try {
      return await this.#chains();
    } catch (thrown) {
      const { code, message } = asCustosError(thrown);
      tell(this.#parts.log, 'wallet-store-not-readable', { code, error: message });
      return [];
    }
  }
}
