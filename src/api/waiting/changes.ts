import type { EventTable } from '../../core/events/feed.js';

/** A look-out for the next change of one request. */
export interface Lookout {
  /** Aborted by the next change that this process writes. */
  readonly changed: AbortSignal;
  end(): void;
}

/** Wakes whoever waits for a request, by the step of this process that changes it. */
export class Changes {
  readonly #events: Pick<EventTable, 'onWritten'>;
  readonly #waiting = new Map<string, Set<AbortController>>();
  #stop: (() => void) | undefined;

  constructor(events: Pick<EventTable, 'onWritten'>) {
    this.#events = events;
  }

  /** Begin it before you look at the request: a change in between is not missed then. */
  lookOut(id: string): Lookout {
    const woken = new AbortController();
    const others = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, others.add(woken));
    this.#stop ??= this.#events.onWritten((ids) => this.#tell(ids));
    return {
      changed: woken.signal,
      end: () => {
        others.delete(woken);
        if (others.size === 0 && this.#waiting.get(id) === others) this.#waiting.delete(id);
        if (this.#waiting.size > 0) return;
        this.#stop?.();
        this.#stop = undefined;
      },
    };
  }

  #tell(ids: ReadonlySet<string>): void {
    // Without a reason of its own, each abort makes an exception with its stack.
    for (const id of ids) for (const woken of this.#waiting.get(id) ?? []) woken.abort('changed');
  }
}
