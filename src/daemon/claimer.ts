import { asCustosError, type CustosError } from '../core/errors.js';
import type { ChainId } from '../core/ids.js';
import { tell } from '../core/log.js';
import type { Place } from '../core/network/intake.js';
import type { PendingTransaction } from '../core/signing/pending.js';
import type { JournalEntry } from '../core/store/journal.js';
import type { Outcome } from '../lifecycle/parts.js';
import type { Begun, Taken } from '../lifecycle/way.js';
import { Backlog } from './backlog.js';
import type { Breaker } from './breaker.js';
import type { Listing } from './listing.js';
import { Looks } from './looks.js';
import type { DaemonParts } from './parts.js';
import type { Places } from './places.js';

const nothing = () => undefined;
/** Requests of doors that are read at a time. */
const OWN = 1_000;

export interface ClaimerOptions {
  readonly chain: ChainId;
  readonly places: Places;
  readonly listing: Listing;
  readonly breaker: Breaker;
  readonly onOutcome: (outcome: Outcome) => void;
  readonly onRefused: (error: CustosError) => void;
  readonly onDamaged: (error: CustosError) => void;
  /** Called with the number that could not be claimed; the source lists them again. */
  readonly onUnclaimed: (count: number) => void;
}

/** Claims waiting transactions as room permits, and starts them. */
export class Claimer {
  readonly #parts: DaemonParts;
  readonly #options: ClaimerOptions;
  readonly #backlog: Backlog;
  readonly #running = new Set<Promise<void>>();
  readonly #looks: Looks;
  /** How many may be on their way now. */
  readonly #width: () => number;
  /** Places that are kept for requests which are being accepted. */
  #kept = 0;
  #beingClaimed = 0;
  #claiming: Promise<void> | undefined;
  #stopping = false;

  constructor(parts: DaemonParts, options: ClaimerOptions) {
    this.#parts = parts;
    this.#options = options;
    const { chain, breaker, places, onOutcome, onDamaged } = options;
    const allowed = places.admit(this);
    this.#width = () => Math.min(allowed(), breaker.proved);
    this.#backlog = new Backlog({ shared: parts.shared, ofOneSender: () => Math.ceil(this.#width() / 4) });
    this.#looks = new Looks(parts, {
      ...{ chain, breaker, onOutcome, onDamaged },
      // What waits for its block takes nothing but a question now and then: chains need not share these.
      most: Math.ceil(places.all / 2),
      others: () => this.running,
      onEnded: () => this.#pump(),
    });
  }

  /** How many wait to be claimed. */
  get waiting(): number {
    return this.#backlog.size;
  }

  get isBusy(): boolean {
    return this.#running.size > 0 || this.#looks.isBusy || this.#claiming !== undefined;
  }

  /** How many are on their way, or about to be. */
  get running(): number {
    return this.#running.size + this.#kept + this.#beingClaimed;
  }

  /** The same, with those that wait for their block. */
  get inProgress(): number {
    return this.running + this.#looks.running;
  }

  /** Starts nothing new from now on. */
  stop(): void {
    this.#stopping = true;
    this.#looks.stop();
  }

  add(pending: readonly PendingTransaction[]): void {
    this.#backlog.add(pending);
    this.#pump();
  }

  /** Forgets transactions that the source no longer lists. */
  keepOnly(listed: ReadonlySet<string>): void {
    this.#backlog.keepOnly(listed);
    this.#pump();
  }

  /** Resumes signed transactions that are due and no longer listed. @returns how many. @throws CustosError STORE_* */
  resume(listed: ReadonlySet<string>): Promise<number> {
    return this.#looks.resume('cloud', ({ id, state }) => !(listed.has(id) && state === 'signed'));
  }

  /**
   * Takes up requests of doors that are due: those that another process accepted, and those that a process left when it ended.
   * @returns how many
   * @throws CustosError STORE_*
   */
  async resumeOwn(): Promise<number> {
    const { journal, network } = this.#parts;
    const { chain, onDamaged } = this.#options;
    const resumed = await this.#looks.resume('door', () => true);
    if (this.#stopping) return resumed;
    const { entries, damaged } = await journal.waiting(chain, network, {
      most: OWN,
      isWanted: (entry) => this.#mayTake(entry),
    });
    for (const { error } of damaged) onDamaged(error);
    this.#addOwn(entries);
    return resumed + entries.length;
  }

  /** Takes up a request that this process has just accepted. */
  wake(entry: JournalEntry): void {
    if (!this.#stopping && this.#mayTake(entry)) this.#addOwn([entry]);
  }

  /** Keeps a place for a request that is being accepted. @returns undefined if there is none, or others come before it */
  place(pending: PendingTransaction): Place | undefined {
    if (this.#stopping || !this.#mayTake({ id: pending.id, pending })) return undefined;
    if (this.#room() === 0 || !this.#backlog.occupy(pending)) return undefined;
    const { way } = this.#parts;
    way.keep(pending.id);
    this.#kept += 1;
    const free = () => {
      this.#kept -= 1;
    };
    return {
      begin: (entry, lease, wallets) => {
        free();
        this.#begin(pending, { entry, lease, wallets });
      },
      free: () => {
        free();
        way.drop(pending.id);
        this.#backlog.done(pending);
        this.#pump();
      },
    };
  }

  #begin(pending: PendingTransaction, taken: Begun): void {
    const { entry, lease } = taken;
    const { way, source, journal } = this.#parts;
    // Whoever goes on with it after this process need not wait until the lease ends.
    const left = () =>
      journal
        .rest(lease, entry.nextAttemptAt)
        .then(nothing, nothing)
        .finally(() => way.drop(entry.id));
    this.#track(this.#stopping ? left() : way.begin(source, taken), pending);
  }

  #addOwn(entries: readonly JournalEntry[]): void {
    this.#backlog.addOwn(entries.map(({ pending }) => pending));
    this.#pump();
  }

  #mayTake({ id, pending }: Pick<JournalEntry, 'id' | 'pending'>): boolean {
    const { way, onlyTransactions, onlyWallets } = this.#parts;
    const isServed = pending.keys.every(({ signatureId }) => onlyWallets?.has(signatureId) !== false);
    return isServed && !way.has(id) && onlyTransactions?.has(id) !== false;
  }

  /** Resolves when everything that waits is carried as far as possible for now. */
  async settled(): Promise<void> {
    while (this.isBusy) {
      await this.#claiming;
      await Promise.all(this.#running);
      await this.#looks.settled();
    }
  }

  /** Claims more while there is room; one claim at a time. */
  #pump(): void {
    if (this.#claiming !== undefined || this.#stopping) return;
    const width = this.#width();
    const room = this.#room(width);
    // One write claims half of the width, while the other half is carried.
    const batch = Math.min(Math.ceil(width / 2), this.#backlog.size);
    const isIdle = this.#running.size === 0;
    if (room === 0 || batch === 0 || (room < batch && !isIdle)) return;
    const taken = this.#backlog.take(Math.min(room, batch));
    if (taken.length === 0) return;
    this.#claiming = this.#claim(taken).finally(() => {
      this.#claiming = undefined;
      this.#pump();
    });
  }

  /** How many more may begin. */
  #room(width = this.#width()): number {
    return this.#options.breaker.room(this.inProgress, width + this.#looks.running);
  }

  async #claim(batch: readonly PendingTransaction[]): Promise<void> {
    const { way, source, log } = this.#parts;
    const { chain, onUnclaimed } = this.#options;
    const left = new Map(batch.map((item) => [item.id, item]));
    this.#beingClaimed = batch.length;
    try {
      const all = await way.take(source, batch).finally(() => {
        this.#beingClaimed = 0;
      });
      for (const taken of all) {
        this.#note(taken);
        if (taken.kind !== 'begun') continue;
        this.#track(taken.outcome, left.get(taken.id));
        left.delete(taken.id);
      }
    } catch (thrown) {
      // The source lists them again.
      const { code, message } = asCustosError(thrown);
      tell(log, 'claim-failed', { chain, code, error: message });
      onUnclaimed(batch.length);
    }
    for (const item of left.values()) this.#backlog.done(item);
  }

  #note(taken: Taken): void {
    const { listing, onRefused, onDamaged } = this.#options;
    if (taken.kind === 'begun' || taken.kind === 'elsewhere') listing.goesOn(taken.id);
    else if (taken.kind === 'waits') listing.waits(taken.id, taken.until);
    else if (taken.kind === 'ended') listing.ends(taken.id, this.#parts.clock.now());
    else if (taken.kind === 'damaged') onDamaged(taken.error);
    else onRefused(taken.error);
  }

  #track(outcome: Promise<Outcome | undefined>, item: PendingTransaction | undefined): void {
    const { onOutcome } = this.#options;
    const done = outcome
      .then((found) => {
        if (found !== undefined) onOutcome(found);
      })
      .finally(() => {
        this.#running.delete(done);
        if (item !== undefined) this.#backlog.done(item);
        this.#pump();
      });
    this.#running.add(done);
  }
}
