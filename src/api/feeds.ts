import type { Clock } from '../core/clock.js';
import type { EventTable, FeedHead, FeedPage, FeedQuery } from '../core/events/feed.js';

/** Milliseconds between two looks for what other processes wrote, while somebody waits. */
const PERIOD = 250;
/** Pages that are shared. Whoever asks for other places or filters each time, while nothing happens, would fill the memory with them. */
const MOST_PAGES = 100;

type Events = Pick<EventTable, 'number' | 'page' | 'onWritten'>;

interface Waiter {
  readonly after: number;
  tell(): void;
}

/**
 * The feeds of events for all who read at the same time. What many wait for is looked up once; without readers, nothing is.
 */
export class Feeds {
  readonly #events: Events;
  readonly #clock: Clock;
  readonly #waiters = new Set<Waiter>();
  readonly #end = new AbortController();
  #running: Promise<FeedHead> | undefined;
  #next: Promise<FeedHead> | undefined;
  #watch: Promise<void> | undefined;
  /** Pages of the present head. */
  #pages = new Map<string, Promise<FeedPage>>();
  #pagesOf = '';

  constructor(events: Events, clock: Clock) {
    this.#events = events;
    this.#clock = clock;
  }

  /** Aborted when the server closes: streams end then. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  close(): void {
    this.#end.abort();
    for (const waiter of this.#waiters) waiter.tell();
  }

  /** Where the feed is, with everything that is committed now. Who asks while it is looked up shares the next look. */
  head(): Promise<FeedHead> {
    this.#next ??= (this.#running ?? Promise.resolve()).then(
      () => this.#look(),
      () => this.#look(),
    );
    return this.#next;
  }

  #look(): Promise<FeedHead> {
    this.#next = undefined;
    const running = this.#events.number().finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }

  /** A page as of a head. Those who are at the same place share it. */
  async page(query: FeedQuery, { epoch, last }: FeedHead): Promise<FeedPage> {
    const head = `${epoch}:${last}`;
    if (head !== this.#pagesOf) {
      this.#pages = new Map();
      this.#pagesOf = head;
    }
    const name = JSON.stringify(query);
    const known = this.#pages.get(name);
    if (known !== undefined) return known;
    const found = this.#events.page(query);
    this.#pages.set(name, found);
    found.catch(() => this.#pages.delete(name));
    const oldest = this.#pages.keys().next().value;
    if (this.#pages.size > MOST_PAGES && oldest !== undefined) this.#pages.delete(oldest);
    return found;
  }

  /** Resolves when the feed is beyond a number, the time is over, the signal is aborted, or the server closes. */
  async beyond(after: number, milliseconds: number, signal: AbortSignal): Promise<void> {
    const ended = AbortSignal.any([signal, this.signal]);
    if (ended.aborted) return;
    const over = new AbortController();
    const waiter: Waiter = { after, tell: () => over.abort() };
    this.#waiters.add(waiter);
    this.#watch ??= this.#watchFeed().finally(() => {
      this.#watch = undefined;
    });
    await this.#clock.wait(milliseconds, AbortSignal.any([ended, over.signal]));
    this.#waiters.delete(waiter);
  }

  /** Looks as long as somebody waits: at once for what this process writes, else from time to time. */
  async #watchFeed(): Promise<void> {
    let woken = new AbortController();
    const stop = this.#events.onWritten(() => woken.abort());
    while (this.#waiters.size > 0 && !this.signal.aborted) {
      const { last } = await this.head().catch(() => ({ last: 0 }));
      for (const waiter of this.#waiters) if (waiter.after < last) waiter.tell();
      await this.#clock.wait(PERIOD, AbortSignal.any([woken.signal, this.signal]));
      woken = new AbortController();
    }
    stop();
  }
}
