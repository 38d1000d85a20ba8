import { CustosApiError, CustosConnectionError, CustosTransactionError, CustosWaitTimeout } from './errors.js';
import type { Signature, Transaction } from './operations.js';
import { requireNumber } from './options.js';
import { pause, within } from './pause.js';

/** Where a wait ends: the network took it, or it is in the chain as deep as the server wants. */
export type Until = 'sent' | 'completed';

export interface WaitOptions {
  /** `sent` by default. */
  readonly until?: Until | undefined;
  /** Milliseconds: 120,000 by default. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a handle follows. */
export type Tracked = Transaction | Signature;

/** Looks at what is followed; the server may answer at once, or after so many seconds at most. */
export type Look<T extends Tracked> = (
  id: string,
  options: { readonly wait: number; readonly signal: AbortSignal | undefined },
) => Promise<T>;

const TIMEOUT = 120_000;
/** Seconds that one look may take at the server. */
const LOOK = 20;
/** Milliseconds between two looks at first, and at last. */
const FIRST = 100;
const LAST = 3000;

/** One transaction or signature, from the moment at which the server has it durably. */
export class RequestHandle<T extends Tracked> {
  readonly id: string;
  /** The key of the request; undefined for a transaction that was found by its id. */
  readonly idempotencyKey: string | undefined;
  readonly #look: Look<T>;
  #latest: T;

  constructor(latest: T, { look, key }: { readonly look: Look<T>; readonly key?: string | undefined }) {
    this.id = latest.id;
    this.idempotencyKey = key;
    this.#latest = latest;
    this.#look = look;
  }

  /** As it was seen last. `state` says whether it is a payment yet. */
  get latest(): T {
    return this.#latest;
  }

  /** Looks again. @throws CustosApiError, CustosConnectionError */
  async refresh({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<T> {
    return this.#seen({ wait: 0, signal });
  }

  /**
   * Resolves once it is sent, or completed. A server that is away does not end the wait: it may come back.
   * @throws CustosTransactionError it was denied, failed or cancelled, or is in the chain without effect
   * @throws CustosWaitTimeout the time is over; it may still happen
   */
  async wait({ until = 'sent', timeout = TIMEOUT, signal }: WaitOptions = {}): Promise<T> {
    const end = performance.now() + requireNumber('timeout', timeout, 0);
    for (let period = FIRST; ; period = Math.min(period * 2, LAST)) {
      if (isEnded(this.#latest)) throw new CustosTransactionError(this.#latest);
      if (isReached(this.#latest, until)) return this.#latest;
      const begun = performance.now();
      if (begun >= end) throw new CustosWaitTimeout(this.#latest, timeout);
      const asked = await this.#lookBefore(end, signal);
      // A server that waited needs no pause beside.
      const rest = Math.min(Math.max(period, asked) - (performance.now() - begun), end - performance.now());
      if (rest > 0 && !isEnded(this.#latest) && !isReached(this.#latest, until)) await pause(rest, signal);
    }
  }

  /** @returns milliseconds that a server which is away for a while asked for; 0: none */
  async #lookBefore(end: number, signal: AbortSignal | undefined): Promise<number> {
    const left = end - performance.now();
    // A second is kept for the way of the answer.
    const wait = Math.max(0, Math.min(LOOK, Math.floor(left / 1000) - 1));
    let isOver = () => false;
    try {
      await within(left, signal, (stop) => {
        isOver = () => stop.aborted;
        return this.#seen({ wait, signal: stop });
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      if (isOver()) return 0;
      const isAway = error instanceof CustosConnectionError || (error instanceof CustosApiError && error.retryable);
      if (!isAway) throw error;
      return error instanceof CustosApiError ? (error.retryAfter ?? 0) * 1000 : 0;
    }
    return 0;
  }

  async #seen(options: Parameters<Look<T>>[1]): Promise<T> {
    const seen = await this.#look(this.id, options);
    if (seen.id === this.id) {
      this.#latest = seen;
      return seen;
    }
    // What stands between may have answers of others, such as a cache.
    const details = { mayHaveHappened: false, key: undefined };
    throw new CustosConnectionError('UNREADABLE', `the answer is about ${seen.id}, and not about ${this.id}`, details);
  }
}

export type TransactionHandle = RequestHandle<Transaction>;
export type SignatureHandle = RequestHandle<Signature>;

function isReached({ state }: Tracked, until: Until): boolean {
  return state === 'completed' || (until === 'sent' && state === 'broadcast');
}

/** Without what was asked for: also where the chain has it, and it had no effect. */
function isEnded({ state, error }: Tracked): boolean {
  return state === 'denied' || state === 'failed' || state === 'cancelled' || (state === 'completed' && error !== null);
}
