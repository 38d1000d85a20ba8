import { parsed, refusalOf } from './answers.js';
import { CustosApiError, CustosClientError, CustosConnectionError } from './errors.js';
import { requireNumber } from './options.js';
import { begunWithin, pause, within } from './pause.js';
import { delayOf, type Failure, mayRepeat } from './retries.js';

export interface TransportOptions {
  /** Where the API listens, such as `http://127.0.0.1:8646`. */
  readonly url: string;
  /** Of the API (`custos token create`). */
  readonly token: string;
  /** How often a request that fails for a while is made again: 6 by default. */
  readonly retries?: number | undefined;
  /** Milliseconds for one answer: 30,000 by default. */
  readonly timeout?: number | undefined;
  /** Replaces the `fetch` of the runtime. */
  readonly fetch?: typeof fetch | undefined;
}

/** A request before it is sent. */
export interface Asked {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: unknown;
  /** The idempotency key; the same for every attempt. */
  readonly key: string | undefined;
  /** Seconds that the server may wait with its answer. */
  readonly wait: number | undefined;
  readonly isJson: boolean;
  readonly signal: AbortSignal | undefined;
}

interface Answer {
  readonly response: Response;
  readonly text: string;
  readonly mayHaveHappened: boolean;
}

const RETRIES = 6;
const TIMEOUT = 30_000;

/** Sends requests, and sends them again where that is safe. */
export class Transport {
  readonly #base: string;
  readonly #token: string;
  readonly #retries: number;
  readonly #timeout: number;
  readonly #fetch: typeof fetch;

  /** @throws CustosClientError CLIENT_OPTIONS */
  constructor(options: TransportOptions) {
    this.#base = baseOf(options.url);
    this.#token = requireToken(options.token);
    this.#retries = requireNumber('retries', options.retries ?? RETRIES, 0);
    this.#timeout = requireNumber('timeout', options.timeout ?? TIMEOUT, 1);
    // A browser's `fetch` wants to be called on the window.
    this.#fetch = options.fetch ?? ((url, init) => fetch(url, init));
  }

  /** @returns JSON, or the answer itself where it is something else. @throws CustosApiError, CustosConnectionError */
  async ask(asked: Asked): Promise<unknown> {
    if (asked.wait !== undefined) requireNumber('wait', asked.wait, 0);
    const isSafe = asked.method !== 'POST' || asked.key !== undefined;
    // Made once: each attempt sends the same bytes.
    const init = this.#initOf(asked);
    for (let attempt = 1, mayHaveHappened = false; ; attempt++) {
      try {
        return await this.#once(asked, init, mayHaveHappened);
      } catch (error) {
        const failure = failureOf(error);
        if (failure === undefined || attempt > this.#retries || !mayRepeat(failure, isSafe)) throw error;
        mayHaveHappened ||= failure.mayHaveHappened;
        await pause(delayOf(attempt, failure.retryAfter, Math.random()), asked.signal);
      }
    }
  }

  /** @param mayHaveHappened - whether an attempt before this one may have been taken */
  async #once(asked: Asked, init: RequestInit, mayHaveHappened: boolean): Promise<unknown> {
    const { signal, wait = 0, isJson } = asked;
    try {
      return await (isJson ? within : begunWithin)(this.#timeout + wait * 1000, signal, async (stop) => {
        const response = await this.#fetch(`${this.#base}${asked.path}`, { ...init, signal: stop });
        if (response.ok && !isJson) return response;
        const text = await response.text();
        return this.#read(asked, { response, text, mayHaveHappened });
      });
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (error instanceof CustosClientError) throw error;
      // The reason alone: what a `fetch` throws may hold the request, and with it the token.
      throw connectionError('UNREACHABLE', `no answer from ${this.#base}: ${reasonOf(error)}`, asked);
    }
  }

  #read(asked: Asked, { response, text, mayHaveHappened }: Answer): unknown {
    if (!response.ok) {
      const { method, key } = asked;
      const failedWithin = response.status >= 500 || response.status === 408;
      const isOpen = method !== 'GET' && (mayHaveHappened || failedWithin);
      throw refusalOf(response, text, { token: this.#token, key, mayHaveHappened: isOpen });
    }
    if (response.status === 204) return undefined;
    const value = parsed(text);
    if (value !== undefined) return value;
    throw connectionError('UNREADABLE', `the answer from ${this.#base} is not JSON`, asked);
  }

  #initOf({ method, body, key, wait }: Asked): RequestInit {
    return {
      method,
      // Custos leads nowhere else: what does is not Custos.
      redirect: 'manual',
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${this.#token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(key !== undefined && { 'idempotency-key': key }),
        ...(wait !== undefined && { prefer: `wait=${wait}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    };
  }
}

function connectionError(code: 'UNREACHABLE' | 'UNREADABLE', message: string, { method, key }: Asked) {
  return new CustosConnectionError(code, message, { mayHaveHappened: method !== 'GET', key });
}

/** @returns undefined: the application stopped it, or the answer cannot be read */
function failureOf(error: unknown): (Failure & { readonly mayHaveHappened: boolean }) | undefined {
  if (error instanceof CustosApiError) return error;
  if (!(error instanceof CustosConnectionError) || error.code !== 'UNREACHABLE') return undefined;
  const { mayHaveHappened } = error;
  return { status: undefined, retryable: true, retryAfter: undefined, mayHaveHappened };
}

/** A code of the system, such as `ECONNREFUSED`, where the runtime says one. */
function reasonOf(error: unknown): string {
  const { name, cause } = Object(error);
  const code = Object(cause).code;
  const known = typeof code === 'string' && /^[A-Z_]{2,40}$/.test(code);
  if (known) return code;
  return name === 'AbortError' ? 'its time was over' : 'the connection failed';
}

/** @throws CustosClientError CLIENT_OPTIONS */
function baseOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain =
    url !== undefined && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!isPlain || !/^https?:$/.test(url.protocol)) {
    throw new CustosClientError('CLIENT_OPTIONS', '`url` is not the address of an API, such as http://127.0.0.1:8646');
  }
  return url.href.replace(/\/+$/, '');
}

/** What is no header would be named in the error of `fetch`. @throws CustosClientError CLIENT_OPTIONS */
function requireToken(token: unknown): string {
  if (typeof token === 'string' && /^[\x21-\x7e]{1,500}$/.test(token)) return token;
  throw new CustosClientError('CLIENT_OPTIONS', '`token` is not a token of the API');
}
