import type { IncomingMessage, ServerResponse } from 'node:http';
import { Ending, type EndSignal } from '../core/end-signal.js';
import type { CustosError } from '../core/errors.js';
import { incompleteBody, requireJson } from './body.js';

/**
 * A request that says what it wants in the usual way, and its answer. To read and write it without the objects of the Fetch standard
 * saves a tenth to a fifth of a short request; for everything unusual they are worth their price.
 */
export interface PlainExchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  /** Absent: nobody asked for one. */
  readonly body?: PlainBody | undefined;
}

/** An answer whose body is known. */
export interface PlainAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: no body. */
  readonly text: string | undefined;
}

/** A longer body is not received before it is known who sends it. */
const MOST_BYTES = 16 * 1024;
/** How long the rest of a body may come after its answer, in milliseconds. */
const REST_TIME = 500;

/** Neither a query, nor a dot segment, nor anything encoded. */
const usualPath = /^(?:\/[\w~@:-][\w.~@:-]*)+$/;
const usualMethods: ReadonlySet<string | undefined> = new Set(['GET', 'POST', 'PUT', 'DELETE']);
/** Headers that change how a request is read. */
const unusual = ['transfer-encoding', 'content-encoding', 'expect', 'upgrade', 'trailer', 'cookie'] as const;

export function isPlain({ method, url = '', httpVersion, headers, rawHeaders }: IncomingMessage): boolean {
  return (
    httpVersion === '1.1' &&
    usualMethods.has(method) &&
    headers.host !== undefined &&
    // No header stands twice: readers differ in which one they take.
    rawHeaders.length === 2 * Object.keys(headers).length &&
    unusual.every((name) => headers[name] === undefined) &&
    isUsualLength(headers['content-length'], method) &&
    usualPath.test(url)
  );
}

function isUsualLength(length: string | undefined, method: string | undefined): boolean {
  if (length === undefined) return true;
  // Node's parser refuses one that is not a number in digits.
  return method !== 'GET' && length.length <= 5 && Number(length) <= MOST_BYTES;
}

export class PlainBody {
  readonly #incoming: IncomingMessage;
  readonly #parts: Buffer[] = [];
  #isReceived = false;
  #isOver = false;
  #fault: CustosError | undefined;
  #told: (() => void) | undefined;

  constructor(incoming: IncomingMessage) {
    this.#incoming = incoming;
  }

  /** Whether nothing of it is still to come. */
  get isOver(): boolean {
    return this.#isOver || this.#incoming.complete;
  }

  /** Its bytes. @throws CustosError CONTENT_TYPE_UNSUPPORTED, REQUEST_INCOMPLETE */
  async bytes(): Promise<Uint8Array> {
    requireJson(this.#incoming.headers['content-type']);
    if (!this.#isReceived) await this.#take();
    if (!this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#told = resolve;
      });
    }
    if (this.#fault !== undefined) throw this.#fault;
    const [first, second] = this.#parts;
    return first !== undefined && second === undefined ? first : Buffer.concat(this.#parts);
  }

  /** Receives it from now on, so that it is there if the client goes away while somebody looks who it is. */
  receive(): void {
    if (this.#isReceived) return;
    this.#isReceived = true;
    const incoming = this.#incoming;
    // Each is told once; to say so would make a wrapper of each.
    incoming.on('data', (part: Buffer) => this.#parts.push(part));
    incoming.on('end', () => this.#end());
    incoming.on('error', (cause) => this.#end(incompleteBody(cause)));
    // To make an error takes longer than to read a short body, so it is made only where there is one.
    incoming.on('close', () => this.#isOver || this.#end(incompleteBody(undefined)));
  }

  /** A short body comes in one piece with its header, and is read as soon as this turn has gone through it: events would cost as much again. */
  async #take(): Promise<void> {
    await undefined;
    const part: Buffer | null = this.#incoming.read();
    if (part !== null) this.#parts.push(part);
    // Node's parser gives no more and no less than what was announced.
    if (part?.length === Number(this.#incoming.headers['content-length'])) {
      this.#isReceived = true;
      this.#isOver = true;
    } else this.receive();
  }

  #end(fault?: CustosError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#fault = fault;
    this.#told?.();
  }
}

/** Aborted when the client goes away before its answer is written. */
export function goneSignal(outgoing: ServerResponse): AbortSignal {
  const gone = new AbortController();
  whenGone(outgoing, gone);
  return gone.signal;
}

/** The same at a small price, for every call. */
export function goneEnding(outgoing: ServerResponse): EndSignal {
  const gone = new Ending();
  whenGone(outgoing, gone);
  return gone;
}

function whenGone(outgoing: ServerResponse, gone: { abort(): void }): void {
  if (outgoing.destroyed) gone.abort();
  else outgoing.once('close', () => outgoing.writableFinished || gone.abort());
}

export function writePlain({ incoming, outgoing, body }: PlainExchange, { status, headers, text }: PlainAnswer): void {
  if (outgoing.destroyed) return;
  // Names and values in turns: so the library takes them as they are.
  const list: string[] = [];
  for (const name of Object.keys(headers)) list.push(name, headers[name] ?? '');
  if (text !== undefined) list.push('content-length', String(Buffer.byteLength(text)));
  outgoing.writeHead(status, list);
  outgoing.end(text);
  if (!incoming.complete && body?.isOver !== true) endUnlessComplete(incoming);
}

/** The connection cannot be used for the next request before this one is over. */
function endUnlessComplete(incoming: IncomingMessage): void {
  const timer = setTimeout(() => incoming.complete || incoming.socket.destroySoon(), REST_TIME);
  timer.unref();
}
