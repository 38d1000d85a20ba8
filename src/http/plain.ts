import type { IncomingMessage, ServerResponse } from 'node:http';
import { incompleteBody, jsonOf, requireJson } from './body.js';

/**
 * A request that says what it wants in the usual way, and its answer. To read and write it without the objects of the Fetch standard
 * saves a tenth to a fifth of a short request; for everything unusual they are worth their price.
 */
export interface PlainExchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
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
  return method !== 'GET' && /^\d{1,5}$/.test(length) && Number(length) <= MOST_BYTES;
}

/**
 * Begins to receive the body, so that it is there if the client goes away while somebody looks who it is.
 * @returns reads it as JSON that says it is JSON; once
 */
export function plainBody(incoming: IncomingMessage): () => Promise<unknown> {
  const whole = received(incoming);
  // Not every operation reads it.
  whole.catch(() => undefined);
  return async () => {
    requireJson(incoming.headers['content-type']);
    return jsonOf(await whole);
  };
}

function received(incoming: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.once('end', () => {
      const [first, ...more] = parts;
      resolve(first !== undefined && more.length === 0 ? first : Buffer.concat(parts));
    });
    incoming.once('error', (cause) => reject(incompleteBody(cause)));
    // To make an error takes longer than to read a short body, so it is made only where there is one.
    incoming.once('close', () => incoming.readableEnded || reject(incompleteBody(undefined)));
  });
}

/** Aborted when the client goes away before its answer is written. */
export function goneSignal(outgoing: ServerResponse): AbortSignal {
  const gone = new AbortController();
  if (outgoing.destroyed) gone.abort();
  else outgoing.once('close', () => outgoing.writableFinished || gone.abort());
  return gone.signal;
}

export function writePlain({ incoming, outgoing }: PlainExchange, { status, headers, text }: PlainAnswer): void {
  if (outgoing.destroyed) return;
  const length = text === undefined ? {} : { 'content-length': Buffer.byteLength(text) };
  outgoing.writeHead(status, { ...headers, ...length });
  outgoing.end(text);
  if (!incoming.complete) endUnlessComplete(incoming);
}

/** The connection cannot be used for the next request before this one is over. */
function endUnlessComplete(incoming: IncomingMessage): void {
  const timer = setTimeout(() => incoming.complete || incoming.socket.destroySoon(), REST_TIME);
  timer.unref();
}
