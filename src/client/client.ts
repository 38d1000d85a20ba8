import { recordOf } from './answers.js';
import { CustosClientError, CustosConnectionError } from './errors.js';
import { RequestHandle, type SignatureHandle, type TransactionHandle } from './handle.js';
import {
  type Operations,
  operations,
  type Preview,
  type Signature,
  type SignatureRequest,
  type Transaction,
  type TransactionRequest,
} from './operations.js';
import { pause } from './pause.js';
import { type Asked, Transport, type TransportOptions } from './transport.js';

export type OperationName = keyof Operations;

/** Operations that answer a page of a list. */
export type ListName = {
  [K in OperationName]: Operations[K]['answer'] extends {
    readonly data: readonly unknown[];
    readonly next: infer N;
  }
    ? null extends N
      ? K
      : never
    : never;
}[OperationName];

/** What a list has. */
export type Element<K extends ListName> = Operations[K]['answer'] extends { readonly data: readonly (infer E)[] }
  ? E
  : never;

type Parts<K extends OperationName> = Omit<Operations[K], 'answer'>;
/** A part with nothing that must be there may be left out. */
type OptionalPart<T> = { [P in keyof T as object extends T[P] ? P : never]?: T[P] };
type NeededPart<T> = { [P in keyof T as object extends T[P] ? never : P]: T[P] };

/** The parts of a request: `params` of its path, `query` and `body`, as far as the operation has them. */
export type RequestOf<K extends OperationName> = OptionalPart<Parts<K>> & NeededPart<Parts<K>>;

export interface CallOptions {
  /** Names the request for ever: made twice under one key, it is done once. Made by the client if it is not given. */
  readonly idempotencyKey?: string | undefined;
  /** Seconds that the server may wait, for operations that can: at most 60. */
  readonly wait?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

type Arguments<K extends OperationName> =
  object extends RequestOf<K>
    ? [request?: RequestOf<K>, options?: CallOptions]
    : [request: RequestOf<K>, options?: CallOptions];

type Page<K extends OperationName> = Operations[K]['answer'];

export interface EventsOptions {
  /** Where to begin, and what to see. */
  readonly query?: Omit<Operations['listEvents']['query'], 'wait'> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Seconds that the server waits for an event. */
const WAIT = 30;
/** Milliseconds between two pages without an event, at least. */
const PERIOD = 500;

/** The API of one server, as one token may use it. */
export class CustosClient {
  readonly #transport: Transport;

  constructor(options: TransportOptions) {
    this.#transport = new Transport(options);
  }

  /**
   * Calls one operation of the API (docs/api.md).
   * @throws CustosApiError, CustosConnectionError
   */
  async call<K extends OperationName>(name: K, ...[request, options]: Arguments<K>): Promise<Operations[K]['answer']> {
    const asked = askedOf(name, { ...request }, { ...options });
    // The server's own table of types: what the client itself relies on is checked where it is read.
    return (await this.#transport.ask(asked)) as Operations[K]['answer'];
  }

  /**
   * The elements of a list, page by page, for `for await`.
   * @throws CustosApiError, CustosConnectionError
   */
  async *list<K extends ListName>(name: K, ...[request, options]: Arguments<K>): AsyncGenerator<Element<K>, void> {
    const parts: CallParts = { ...request };
    for (let after: unknown = recordOf(parts.query)['after']; ; ) {
      const query = { ...parts.query, ...(after !== undefined && { after }) };
      const page = recordOf(await this.#transport.ask(askedOf(name, { ...parts, query }, { ...options })));
      const { data, next } = page;
      if (!Array.isArray(data) || (next !== null && typeof next !== 'string') || next === after) {
        throw unreadable('a page of a list');
      }
      yield* data;
      if (next === null) return;
      after = next;
    }
  }

  /**
   * What happens, page by page, without an end: it waits where there is nothing yet. Keep `next` of a page after all of its
   * events are dealt with, and begin there (`query.after`) after a restart: nothing is missed.
   * @throws CustosApiError, CustosConnectionError
   */
  async *events({ query = {}, signal }: EventsOptions = {}): AsyncGenerator<Page<'listEvents'>, never> {
    for (let after = query.after; ; ) {
      const begun = performance.now();
      const asked = { ...query, wait: WAIT, ...(after !== undefined && { after }) };
      const page = await this.call('listEvents', { query: asked }, { wait: WAIT, signal });
      if (!isFeed(page)) throw unreadable('a page of events');
      if (page.data.length > 0) yield page;
      after = page.next;
      // A server that goes down answers at once.
      if (page.data.length === 0) await pause(Math.max(0, begun + PERIOD - performance.now()), signal);
    }
  }

  /**
   * Asks for a transaction. It is durable when this resolves, and signed and sent once, whatever happens; `wait()` of the handle
   * says how it ends. Give a key of your own to be able to ask again after your program has ended.
   * @throws CustosApiError, CustosConnectionError
   */
  async submit(body: TransactionRequest, options: CallOptions = {}): Promise<TransactionHandle> {
    const key = options.idempotencyKey ?? newKey();
    const answer = await this.call('createTransaction', { body }, { ...options, idempotencyKey: key });
    return new RequestHandle(requireTracked<Transaction>(answer, key), { look: this.#look, key });
  }

  /** What a transaction would do; nothing is stored. @throws CustosApiError, CustosConnectionError */
  async preview(body: TransactionRequest, options: Pick<CallOptions, 'signal'> = {}): Promise<Preview> {
    const answer = await this.call('createTransaction', { body, query: { dryRun: 'true' } }, options);
    if (isPreview(answer)) return answer;
    throw unreadable('a preview');
  }

  /** A transaction that is known by its id. @throws CustosApiError PENDING_UNKNOWN; CustosConnectionError */
  async transaction(id: string, { signal }: Pick<CallOptions, 'signal'> = {}): Promise<TransactionHandle> {
    return new RequestHandle(await this.#look(id, { wait: 0, signal }), { look: this.#look });
  }

  /**
   * Asks for a signature of a message, of typed data or of a hash; `wait()` of the handle resolves to it.
   * @throws CustosApiError, CustosConnectionError
   */
  async sign(body: SignatureRequest, options: CallOptions = {}): Promise<SignatureHandle> {
    const key = options.idempotencyKey ?? newKey();
    const answer = await this.call('createSignature', { body }, { ...options, idempotencyKey: key });
    return new RequestHandle(requireTracked<Signature>(answer, key), { look: this.#lookAtSignature, key });
  }

  readonly #look = async (id: string, { wait, signal }: LookOptions): Promise<Transaction> => {
    const options = { signal, ...(wait > 0 && { wait }) };
    return requireTracked<Transaction>(await this.call('getTransaction', { params: { id } }, options), undefined);
  };

  readonly #lookAtSignature = async (id: string, { wait, signal }: LookOptions): Promise<Signature> => {
    const options = { signal, ...(wait > 0 && { wait }) };
    return requireTracked<Signature>(await this.call('getSignature', { params: { id } }, options), undefined);
  };
}

interface LookOptions {
  readonly wait: number;
  readonly signal: AbortSignal | undefined;
}

/** A client of an API. @throws CustosClientError CLIENT_OPTIONS */
export function createClient(options: TransportOptions): CustosClient {
  return new CustosClient(options);
}

interface CallParts {
  readonly params?: unknown;
  readonly query?: object;
  readonly body?: unknown;
}

function askedOf(name: OperationName, { params, query, body }: CallParts, options: CallOptions): Asked {
  const { method, path, hasKey, isJson } = operations[name];
  const isTrial = recordOf(query)['dryRun'] === 'true';
  const key = hasKey && !isTrial ? requireKey(options.idempotencyKey ?? newKey()) : undefined;
  return {
    ...{ method, isJson, body, key },
    path: `${filled(path, recordOf(params))}${searchOf(query)}`,
    wait: options.wait,
    signal: options.signal,
  };
}

/** @throws CustosClientError CLIENT_OPTIONS: a member of the path is missing; the request would reach another operation */
function filled(path: string, params: Readonly<Record<string, unknown>>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    // `.` and `..` are steps of a path, however they are written.
    if ((typeof value === 'string' && !/^\.{0,2}$/.test(value)) || typeof value === 'number') {
      return encodeURIComponent(value);
    }
    throw new CustosClientError('CLIENT_OPTIONS', `\`${name}\` of ${path} is missing`);
  });
}

function searchOf(query: object = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  if (given.length === 0) return '';
  return `?${given.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')}`;
}

/** @throws CustosClientError CLIENT_OPTIONS: it cannot be a header */
function requireKey(key: string): string {
  if (/^[\x21\x23-\x7e]{1,255}$/.test(key)) return key;
  throw new CustosClientError(
    'CLIENT_OPTIONS',
    'an idempotency key has 1 to 255 visible ASCII characters, without quotes',
  );
}

/** 128 random bits. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function isFeed(page: unknown): boolean {
  const { data, next } = recordOf(page);
  return Array.isArray(data) && typeof next === 'string' && next !== '';
}

function isPreview(answer: unknown): answer is Preview {
  const { digest, summary } = recordOf(answer);
  return typeof digest === 'string' && typeof recordOf(summary)['text'] === 'string';
}

function requireTracked<T extends Transaction | Signature>(answer: unknown, key: string | undefined): T {
  if (isTracked<T>(answer)) return answer;
  throw unreadable('a transaction or a signature', key);
}

/** What a handle relies on. */
function isTracked<T extends Transaction | Signature>(answer: unknown): answer is T {
  const { id, state } = recordOf(answer);
  return typeof id === 'string' && id !== '' && typeof state === 'string';
}

function unreadable(what: string, key?: string): CustosConnectionError {
  const details = { mayHaveHappened: key !== undefined, key };
  return new CustosConnectionError('UNREADABLE', `the answer is not ${what}`, details);
}
