import { type ClientRequest, type IncomingMessage, Agent as PlainAgent, request as requestPlain } from 'node:http';
import { request as requestTls, Agent as TlsAgent } from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

/** One request as it goes onto the wire. */
export interface WireRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Milliseconds for the whole exchange, body included. */
  readonly timeout: number;
  /** Bytes of the answer at the most, after decompression. */
  readonly limit: number;
}

/** An answer, read whole; `body` is undefined where it was larger than the limit. A redirect's body is not read. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: WireHeaders;
  readonly body: Uint8Array | undefined;
}

/** The headers of an answer; names in lower case. */
export interface WireHeaders {
  get(name: string): string | null;
}

/** Sends one request. @throws an error of the system or of Node's HTTP client; `WireTimeout` when the time is over */
export type Wire = (request: WireRequest) => Promise<WireAnswer>;

/** The time for an exchange was over. */
export class WireTimeout extends Error {}

/** How long a connection without work is kept, in milliseconds: less than servers commonly do. */
const IDLE = 4000;

/**
 * Connections that are kept for the next request. `node:http` costs a fifth of what `fetch` does for the small exchanges
 * that a daemon has.
 */
export function createWire(): Wire {
  const options = { keepAlive: true, timeout: IDLE };
  const agents = { plain: new PlainAgent(options), tls: new TlsAgent(options) };
  return async (request) => {
    const url = new URL(request.url);
    const agent = url.protocol === 'https:' ? agents.tls : agents.plain;
    try {
      return await exchange(url, request, agent);
    } catch (error) {
      // The server closed a kept connection while the request was on its way: no answer to it, so it goes out anew.
      if (error instanceof StaleConnection) return exchange(url, request, false);
      throw error;
    }
  };
}

/** A kept connection was closed before anything of an answer came. */
class StaleConnection extends Error {}

function exchange(url: URL, request: WireRequest, agent: PlainAgent | false): Promise<WireAnswer> {
  const { method, headers, body, timeout, limit } = request;
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? requestTls : requestPlain;
    const encodings = { 'accept-encoding': 'gzip, deflate, br' };
    const sent = send(url, { method, agent, headers: { ...encodings, ...headers } }, (response) => {
      readAnswer(response, limit).then(end(resolve), end(reject));
    });
    const timer = setTimeout(() => sent.destroy(new WireTimeout()), timeout);
    const end =
      <T>(settle: (value: T) => void) =>
      (value: T) => {
        clearTimeout(timer);
        settle(value);
      };
    sent.on('error', (error) => end(reject)(isStale(sent, error) ? new StaleConnection() : error));
    sent.end(body);
  });
}

function isStale(sent: ClientRequest, error: Error): boolean {
  const isReset = 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
  return sent.reusedSocket && isReset;
}

async function readAnswer(response: IncomingMessage, limit: number): Promise<WireAnswer> {
  const status = response.statusCode ?? 0;
  const headers: WireHeaders = {
    get: (name) => {
      const value = response.headers[name];
      return Array.isArray(value) ? value.join(', ') : (value ?? null);
    },
  };
  if (status >= 300 && status < 400) {
    response.destroy();
    return { status, headers, body: new Uint8Array() };
  }
  return { status, headers, body: await readAll(decoded(response), response, limit) };
}

function decoded(response: IncomingMessage): Readable {
  const decoder = decoderOf(response.headers['content-encoding']?.trim().toLowerCase());
  // Errors on the way in end the decoder, too; whoever reads it hears of them.
  return decoder === undefined ? response : pipeline(response, decoder, () => undefined);
}

function decoderOf(encoding: string | undefined) {
  // Servers that leave the end mark out are read as browsers do.
  const lenient = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };
  if (encoding === 'gzip' || encoding === 'x-gzip') return createGunzip(lenient);
  if (encoding === 'deflate') return createInflate(lenient);
  if (encoding === 'br') return createBrotliDecompress();
  return undefined;
}

function readAll(source: Readable, response: IncomingMessage, limit: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    source.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) {
        chunks.push(chunk);
        return;
      }
      resolve(undefined);
      response.destroy();
      source.destroy();
    });
    source.once('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
    source.on('error', reject);
  });
}
