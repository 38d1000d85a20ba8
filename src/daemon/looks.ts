import type { CustosError } from '../core/errors.js';
import type { ChainId } from '../core/ids.js';
import type { JournalEntry } from '../core/store/journal.js';
import type { Outcome } from '../lifecycle/parts.js';
import type { Breaker } from './breaker.js';
import type { DaemonParts } from './parts.js';

/** Milliseconds between the beginnings of two looks: hundreds that are due at once would hold up what is new. */
const SPACING = { idle: 5, busy: 20 };

export interface LooksOptions {
  readonly chain: ChainId;
  /** How many looks of the chain are on their way at the same time. */
  readonly most: number;
  readonly breaker: Breaker;
  /** How many transactions of the chain are on their way beside them. */
  readonly others: () => number;
  readonly onOutcome: (outcome: Outcome) => void;
  readonly onEnded: () => void;
  readonly onDamaged: (error: CustosError) => void;
}

type From = 'cloud' | 'door';

/** Which of those that are due are to be gone on with. */
interface Wanted {
  readonly from: From;
  isOpen(entry: JournalEntry): boolean;
}

/** Entries that are due, and whether there may be more. */
interface Batch {
  readonly open: readonly JournalEntry[];
  readonly isLast: boolean;
}

/**
 * Goes on with what is signed or sent and due again: mostly it looks whether a block has it. What is new has room of its own, and does
 * not wait for this.
 */
export class Looks {
  readonly #parts: DaemonParts;
  readonly #options: LooksOptions;
  readonly #running = new Set<Promise<void>>();
  readonly #sweeps = new Map<From, Promise<void>>();
  #stopping = false;

  constructor(parts: DaemonParts, options: LooksOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  /** How many are on their way. */
  get running(): number {
    return this.#running.size;
  }

  get isBusy(): boolean {
    return this.#running.size > 0 || this.#sweeps.size > 0;
  }

  /** Starts nothing new from now on. */
  stop(): void {
    this.#stopping = true;
  }

  async settled(): Promise<void> {
    await Promise.all(this.#sweeps.values());
    await Promise.all(this.#running);
  }

  /**
   * Begins to take up everything that is due, unless that is going on already.
   * @returns how many there are at first
   * @throws CustosError STORE_*
   */
  async resume(from: From, isOpen: (entry: JournalEntry) => boolean): Promise<number> {
    if (this.#sweeps.has(from)) return this.#running.size;
    if (this.#room() === 0) return 0;
    const wanted = { from, isOpen };
    const first = await this.#due(wanted, new Set());
    if (first.open.length === 0) return 0;
    const sweep = this.#sweep(wanted, first).finally(() => this.#sweeps.delete(from));
    this.#sweeps.set(from, sweep);
    return first.open.length;
  }

  async #sweep(wanted: Wanted, first: Batch): Promise<void> {
    const tried = new Set<string>();
    for (let batch = first; batch.open.length > 0; batch = await this.#dueOrNone(wanted, tried)) {
      for (const entry of batch.open) {
        tried.add(entry.id);
        if (!(await this.#hasRoom())) return;
        if (this.#parts.way.has(entry.id)) continue;
        this.#start(entry);
        await this.#parts.clock.wait(this.#options.others() === 0 ? SPACING.idle : SPACING.busy);
      }
      if (batch.isLast) return;
    }
  }

  async #due({ from, isOpen }: Wanted, tried: ReadonlySet<string>): Promise<Batch> {
    const { chain, most, onDamaged } = this.#options;
    const { journal, network, way, onlyTransactions } = this.#parts;
    // Those that are being looked at are still due.
    const limit = most + this.#running.size;
    const isWanted = (entry: JournalEntry) =>
      isOpen(entry) && !way.has(entry.id) && !tried.has(entry.id) && onlyTransactions?.has(entry.id) !== false;
    const { entries, damaged } = await journal.due(chain, network, { most: limit, isWanted }, from);
    for (const { error } of damaged) onDamaged(error);
    return { open: entries, isLast: entries.length < limit };
  }

  /** A store that cannot be read now cannot be read in the next round either, which says so. */
  #dueOrNone(wanted: Wanted, tried: ReadonlySet<string>): Promise<Batch> {
    return this.#due(wanted, tried).catch(() => ({ open: [], isLast: true }));
  }

  #room(): number {
    const { breaker, most, others } = this.#options;
    if (this.#stopping) return 0;
    return breaker.room(this.#running.size + others(), most + others());
  }

  async #hasRoom(): Promise<boolean> {
    while (this.#room() === 0 && this.#running.size > 0 && !this.#stopping) await Promise.race(this.#running);
    return this.#room() > 0;
  }

  #start(entry: JournalEntry): void {
    const { way, source } = this.#parts;
    const { onOutcome, onEnded } = this.#options;
    const work = async (): Promise<void> => {
      const found = await way.resume(source, entry);
      if (found !== undefined) onOutcome(found);
    };
    const done = work().finally(() => {
      this.#running.delete(done);
      onEnded();
    });
    this.#running.add(done);
  }
}
