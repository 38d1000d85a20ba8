import { asCustosError } from '../core/errors.js';
import type { ChainId } from '../core/ids.js';
import { tell } from '../core/log.js';
import type { JournalEntry } from '../core/store/journal.js';
import type { DaemonParts } from './parts.js';

/** Milliseconds between two looks. */
const PERIOD = 30_000;
/** Most transactions that one look reads, and most that it asks the source about. */
const READ = 200;
const ASKED = 20;
/** Milliseconds until the source is asked again about an unknown transaction: a cloud may charge for each question. */
const UNKNOWN_PERIOD = 3_600_000;

/** Transactions without bytes that the source no longer lists: the application may have withdrawn them. */
export class Withdrawals {
  readonly #parts: DaemonParts;
  readonly #chain: ChainId;
  /** Where the next look begins. */
  #after = '';
  #next = 0;
  /** Transactions that the source did not know, with the time of the next question. */
  readonly #unknown = new Map<string, number>();

  constructor(parts: DaemonParts, chain: ChainId) {
    this.#parts = parts;
    this.#chain = chain;
  }

  /**
   * Ends a transaction if the source answers for its id that it was withdrawn. A missing or unknown transaction proves nothing:
   * it may be the wrong cloud, or a lost queue.
   * Never throws.
   * @param isOpen - false for a transaction that is listed or on its way
   */
  async look(isOpen: (id: string) => boolean): Promise<void> {
    const { clock, log } = this.#parts;
    const now = clock.now();
    if (!isOver(this.#next, now, PERIOD)) return;
    this.#next = now + PERIOD;
    try {
      for (const entry of await this.#page(isOpen)) await this.#ask(entry);
    } catch (thrown) {
      const { code, message } = asCustosError(thrown);
      tell(log, 'withdrawals-not-looked-up', { chain: this.#chain, code, error: message });
    }
  }

  async #page(isOpen: (id: string) => boolean): Promise<readonly JournalEntry[]> {
    const { clock, journal, network, onlyTransactions, onlyWallets } = this.#parts;
    const now = clock.now();
    const { entries, last } = await journal.unsigned(this.#chain, network, { after: this.#after, limit: READ });
    // No cloud knows what came through a door.
    const isServed = ({ id, pending, intake }: JournalEntry) =>
      intake === undefined &&
      onlyTransactions?.has(id) !== false &&
      pending.keys.every(({ signatureId }) => onlyWallets?.has(signatureId) !== false);
    const isDue = ({ id }: JournalEntry) => isOver(this.#unknown.get(id) ?? now, now, UNKNOWN_PERIOD);
    const open = entries.filter((entry) => isOpen(entry.id) && isServed(entry));
    const asked = open.filter(isDue).slice(0, ASKED);
    // After its end the journal is read from its beginning.
    this.#after = (asked.length === ASKED ? asked.at(-1)?.id : last) ?? '';
    return asked;
  }

  async #ask(entry: JournalEntry): Promise<void> {
    const { clock, source, journal, log } = this.#parts;
    const { id, chain, network, state: from } = entry;
    const status = await source.status(id);
    if (status.kind === 'unknown') {
      const isNew = !this.#unknown.has(id);
      this.#unknown.set(id, clock.now() + UNKNOWN_PERIOD);
      if (isNew) tell(log, 'pending-unknown', { id, chain, network, state: from });
      return;
    }
    if (status.kind !== 'withdrawn' || !(await journal.withdraw(entry))) return;
    this.#unknown.delete(id);
    const fields = { id, chain, network, from, to: 'cancelled', attempts: entry.attempts };
    tell(log, 'transaction-withdrawn', fields);
  }
}

/** True at its end, and where that is further away than it ever was: the clock was put back since. */
function isOver(end: number, now: number, period: number): boolean {
  return end <= now || end > now + period;
}
