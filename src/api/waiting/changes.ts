import { Ending, type EndSignal } from '../../core/end-signal.js';
import type { EntryOf, EventTable } from '../../core/events/feed.js';
import type { JournalEntry } from '../../core/store/journal.js';

/** Milliseconds between two looks for what other processes wrote: shorter ones at first, because most requests end soon. */
interface Periods {
  readonly first: number;
  readonly longest: number;
}

/** What ends a wait without a change. */
interface Ends {
  /** Whoever waits is gone. */
  readonly gone?: EndSignal;
  /** The server ends. */
  readonly closing?: EndSignal;
}

/** A look-out for the next change of one request. */
export interface Lookout {
  /** Aborted by the next change that this process writes, and by the signals that end the wait. */
  readonly changed: EndSignal;
  /**
   * The request as that change left it, where that is known without reading it again.
   * @param before - the same at the beginning of the look-out
   * @throws CustosError RECORD_DAMAGED
   */
  written(before: JournalEntry): JournalEntry | undefined;
  end(): void;
}

/** Somebody who waits. */
interface Waiter {
  readonly woken: Ending;
  written: Lookout['written'];
}

/** Wakes whoever waits for a request, by the step of this process that changes it. */
export class Changes {
  readonly #events: Pick<EventTable, 'onWritten'>;
  readonly periods: Periods;
  readonly #waiting = new Map<string, Set<Waiter>>();
  readonly #closings = new WeakSet<EndSignal>();
  #stop: (() => void) | undefined;

  /** @param isCarrier - this process carries what it accepts, so that it writes nearly every change itself */
  constructor(events: Pick<EventTable, 'onWritten'>, isCarrier = false) {
    this.#events = events;
    this.periods = isCarrier ? { first: 250, longest: 250 } : { first: 20, longest: 100 };
  }

  /**
   * Begin it before you look at the request: a change in between is not missed then.
   * @param ends - end the wait, too
   */
  lookOut(id: string, { gone, closing }: Ends = {}): Lookout {
    const woken = new Ending();
    const waiter: Waiter = { woken, written: () => undefined };
    const wake = () => woken.abort();
    if (closing !== undefined) this.#wakeWith(closing);
    gone?.addEventListener('abort', wake);
    if (gone?.aborted || closing?.aborted) wake();
    const others = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, others.add(waiter));
    this.#stop ??= this.#events.onWritten((ids, entryOf) => this.#tell(ids, entryOf));
    return {
      changed: woken,
      written: (before) => waiter.written(before),
      end: () => {
        gone?.removeEventListener('abort', wake);
        others.delete(waiter);
        if (others.size === 0 && this.#waiting.get(id) === others) this.#waiting.delete(id);
        if (this.#waiting.size > 0) return;
        this.#stop?.();
        this.#stop = undefined;
      },
    };
  }

  /** All who wait look again then, and find that it is over. One listener for all: their number has no limit. */
  #wakeWith(closing: EndSignal): void {
    if (this.#closings.has(closing)) return;
    this.#closings.add(closing);
    closing.addEventListener('abort', () => this.#tell(this.#waiting.keys(), () => undefined), { once: true });
  }

  #tell(ids: Iterable<string>, entryOf: EntryOf): void {
    for (const id of ids) {
      for (const waiter of this.#waiting.get(id) ?? []) {
        waiter.written = (before) => entryOf(id, before);
        waiter.woken.abort();
      }
    }
  }
}
