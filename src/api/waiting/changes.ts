import type { EventTable } from '../../core/events/feed.js';

/** Milliseconds between two looks for what other processes wrote: shorter ones at first, because most requests end soon. */
interface Periods {
  readonly first: number;
  readonly longest: number;
}

/** What ends a wait without a change. */
interface Ends {
  /** Whoever waits is gone. */
  readonly gone?: AbortSignal;
  /** The server ends. */
  readonly closing?: AbortSignal;
}

/** A look-out for the next change of one request. */
export interface Lookout {
  /** Aborted by the next change that this process writes, and by the signals that end the wait. */
  readonly changed: AbortSignal;
  end(): void;
}

/** Wakes whoever waits for a request, by the step of this process that changes it. */
export class Changes {
  readonly #events: Pick<EventTable, 'onWritten'>;
  readonly periods: Periods;
  readonly #waiting = new Map<string, Set<AbortController>>();
  readonly #closings = new WeakSet<AbortSignal>();
  #stop: (() => void) | undefined;

  /** @param isCarrier - this process carries what it accepts, so that it writes nearly every change itself */
  constructor(events: Pick<EventTable, 'onWritten'>, isCarrier = false) {
    this.#events = events;
    this.periods = isCarrier ? { first: 100, longest: 250 } : { first: 20, longest: 100 };
  }

  /**
   * Begin it before you look at the request: a change in between is not missed then.
   * @param ends - end the wait, too
   */
  lookOut(id: string, { gone, closing }: Ends = {}): Lookout {
    const woken = new AbortController();
    // `AbortSignal.any` costs more than all else that a look-out does.
    const wake = () => woken.abort('ended');
    if (closing !== undefined) this.#wakeWith(closing);
    gone?.addEventListener('abort', wake);
    if (gone?.aborted || closing?.aborted) wake();
    const others = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, others.add(woken));
    this.#stop ??= this.#events.onWritten((ids) => this.#tell(ids));
    return {
      changed: woken.signal,
      end: () => {
        gone?.removeEventListener('abort', wake);
        others.delete(woken);
        if (others.size === 0 && this.#waiting.get(id) === others) this.#waiting.delete(id);
        if (this.#waiting.size > 0) return;
        this.#stop?.();
        this.#stop = undefined;
      },
    };
  }

  /** All who wait look again then, and find that it is over. One listener for all: their number has no limit. */
  #wakeWith(closing: AbortSignal): void {
    if (this.#closings.has(closing)) return;
    this.#closings.add(closing);
    closing.addEventListener('abort', () => this.#tell(new Set(this.#waiting.keys())), { once: true });
  }

  #tell(ids: ReadonlySet<string>): void {
    // Without a reason of its own, each abort makes an exception with its stack.
    for (const id of ids) for (const woken of this.#waiting.get(id) ?? []) woken.abort('changed');
  }
}
