import type { Clock } from '../core/clock.js';
import type { CustosError } from '../core/errors.js';

/** Decides how long a caller waits. */
interface Patience {
  readonly milliseconds: number;
  /** @param wait - milliseconds until the request may go */
  tooLong(wait: number): CustosError;
}

/** How fast each other machine may be asked. All clients share it, because a host's limit is for all of them. */
export interface HostLimits {
  /**
   * Resolves when a request to the host may go.
   * @throws CustosError as `patience` says: it would take too long; thrown at once, or when the host asks for another pause in the meantime
   */
  enter(host: string, patience: Patience): Promise<void>;
  /** Called with each answer. @param retryAfter - milliseconds that the host asked for */
  answered(host: string, status: number, retryAfter: number | undefined): void;
}

/** How long a host is left alone after a 429 without a time, in milliseconds. */
const PAUSE = 1_000;
/** Milliseconds without a 429 after which a learned limit is forgotten. */
const MEMORY = 60_000;

/**
 * A token bucket for each host. Without a given rate there is no limit until the host says 429: then it is left alone for as
 * long as it asked, and afterwards gets half as many requests; each answer other than 429 raises the rate a little.
 * @param rate - most requests per second to each host; unlimited when absent
 */
export function createHostLimits(clock: Clock, rate?: number): HostLimits {
  const buckets = new Map<string, Bucket>();
  const bucketOf = (host: string): Bucket => {
    let bucket = buckets.get(host);
    if (bucket === undefined) {
      bucket = new Bucket(clock, rate ?? Number.POSITIVE_INFINITY);
      buckets.set(host, bucket);
    }
    return bucket;
  };
  return {
    enter: (host, patience) => bucketOf(host).enter(patience),
    answered(host, status, retryAfter) {
      if (status === 429) bucketOf(host).refused(retryAfter ?? PAUSE);
      else bucketOf(host).accepted();
    },
  };
}

class Bucket {
  readonly #clock: Clock;
  readonly #ceiling: number;
  #rate: number;
  #tokens: number;
  #filledAt: number;
  #pausedUntil = 0;
  #refusedAt = 0;
  /** Requests since `#countedAt`, to compute the rate at which the host refused. */
  #count = 0;
  #countedAt: number;
  #line: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(clock: Clock, ceiling: number) {
    this.#clock = clock;
    this.#ceiling = ceiling;
    this.#rate = ceiling;
    this.#tokens = Math.max(1, ceiling);
    this.#filledAt = clock.now();
    this.#countedAt = clock.now();
  }

  async enter(patience: Patience): Promise<void> {
    const wait = this.#expected();
    if (wait > patience.milliseconds) throw patience.tooLong(wait);
    this.#count += 1;
    if (wait === 0 && this.#rate === Number.POSITIVE_INFINITY) return;
    const until = this.#clock.now() + patience.milliseconds;
    this.#waiting += 1;
    // One after another, in the order of arrival.
    const taken = this.#line
      .then(() => this.#take(until, patience))
      .finally(() => {
        this.#waiting -= 1;
      });
    this.#line = taken.catch(() => undefined);
    await taken;
  }

  accepted(): void {
    if (this.#rate === this.#ceiling) return;
    if (this.#clock.now() - this.#refusedAt > MEMORY) this.#rate = this.#ceiling;
    else this.#rate = Math.min(this.#rate * 1.01, this.#ceiling);
  }

  refused(pause: number): void {
    const now = this.#clock.now();
    this.#pausedUntil = Math.max(this.#pausedUntil, now + pause);
    const seconds = Math.max(now - this.#countedAt, PAUSE) / 1000;
    const seen = this.#count / seconds;
    // Several 429 answers at the same moment count as one refusal.
    if (now - this.#refusedAt > PAUSE) this.#rate = Math.max(1, Math.min(this.#rate, seen) / 2);
    this.#refusedAt = now;
    this.#tokens = 0;
    this.#filledAt = this.#pausedUntil;
    this.#count = 0;
    this.#countedAt = now;
  }

  async #take(until: number, patience: Patience): Promise<void> {
    for (let wait = this.#wait(); wait > 0; wait = this.#wait()) {
      // An abandoned request takes no token from those behind it.
      if (this.#clock.now() + wait > until) throw patience.tooLong(wait);
      await this.#clock.wait(wait);
    }
    this.#tokens -= 1;
  }

  /** Milliseconds until a new request may go, after all waiting ones. */
  #expected(): number {
    const first = this.#wait();
    if (this.#rate === Number.POSITIVE_INFINITY) return first;
    const missing = Math.max(0, this.#waiting + 1 - this.#tokens);
    return Math.ceil(this.#pause() + (missing / this.#rate) * 1000);
  }

  /** Milliseconds until there is a token. */
  #wait(): number {
    const pause = this.#pause();
    if (pause > 0) return pause;
    if (this.#rate === Number.POSITIVE_INFINITY) return 0;
    const now = this.#clock.now();
    const isPutBack = this.#filledAt > now;
    const gained = isPutBack ? 0 : ((now - this.#filledAt) / 1000) * this.#rate;
    this.#filledAt = now;
    this.#tokens = Math.min(this.#tokens + gained, Math.max(1, this.#rate));
    return this.#tokens >= 1 ? 0 : Math.ceil(((1 - this.#tokens) / this.#rate) * 1000);
  }

  /** No pause is longer than a minute (`parseRetryAfter`): a longer one means that the clock was set back since. */
  #pause(): number {
    const left = this.#pausedUntil - this.#clock.now();
    return left > MEMORY ? 0 : Math.max(0, left);
  }
}
