import { CustosApiError, CustosConnectionError, CustosTransactionError, CustosWaitTimeout } from './errors.js';
import type { Signature, Transaction } from './operations.js';
import { pause } from './pause.js';

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
    this.#latest = await this.#look(this.id, { wait: 0, signal });
    return this.#latest;
  }

  /**
   * Resolves once it is sent, or completed. A server that is away does not end the wait: it may come back.
   * @throws CustosTransactionError it was denied, failed or cancelled
   * @throws CustosWaitTimeout the time is over; it may still happen
   */
  async wait({ until = 'sent', timeout = TIMEOUT, signal }: WaitOptions = {}): Promise<T> {
    const end = performance.now() + timeout;
    for (let period = FIRST; ; period = Math.min(period * 2, LAST)) {
      if (isEnded(this.#latest)) throw new CustosTransactionError(this.#latest);
      if (isReached(this.#latest, until)) return this.#latest;
      const left = end - performance.now();
      if (left <= 0) throw new CustosWaitTimeout(this.#latest, timeout);
      const begun = performance.now();
      await this.#lookOnce({ wait: Math.min(LOOK, Math.floor(left / 1000)), signal });
      // A server that waited needs no pause beside.
      const rest = Math.min(period - (performance.now() - begun), end - performance.now());
      if (rest > 0 && !isEnded(this.#latest) && !isReached(this.#latest, until)) await pause(rest, signal);
    }
  }

  async #lookOnce(options: Parameters<Look<T>>[1]): Promise<void> {
    try {
      this.#latest = await this.#look(this.id, options);
    } catch (error) {
      const isAway = error instanceof CustosConnectionError || (error instanceof CustosApiError && error.retryable);
      if (!isAway) throw error;
    }
  }
}

export type TransactionHandle = RequestHandle<Transaction>;
export type SignatureHandle = RequestHandle<Signature>;

function isReached({ state }: Tracked, until: Until): boolean {
  return state === 'completed' || (until === 'sent' && state === 'broadcast');
}

function isEnded({ state }: Tracked): boolean {
  return state === 'denied' || state === 'failed' || state === 'cancelled';
}
