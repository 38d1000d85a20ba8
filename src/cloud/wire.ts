import { type ClientRequest, type IncomingMessage, Agent as PlainAgent, request as requestPlain } from 'node:http';
import { request as requestTls, Agent as TlsAgent } from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { noProxies, type ProxyRules, type WebProxy } from '../core/network/proxy.js';
import { TunnelAgent } from './tunnel.js';

/** One request as it is sent. */
interface WireRequest {
  readonly method: string;
  readonly url: string | URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Milliseconds for the whole exchange, body included. */
  readonly timeout: number;
  readonly signal?: AbortSignal;
  /** Most bytes of the answer, after decompression. */
  readonly limit: number;
}

/** A complete answer; `body` is undefined if it was larger than the limit. A redirect's body is not read. */
interface WireAnswer {
  readonly status: number;
  readonly headers: WireHeaders;
  readonly body: Uint8Array | undefined;
}

/** The headers of an answer; names in lower case. */
export interface WireHeaders {
  get(name: string): string | null;
}

/** Sends one request. @throws an error of the system or of Node's HTTP client; `WireTimeout` when the time is up */
export type Wire = (request: WireRequest) => Promise<WireAnswer>;

/** The exchange took too long. */
export class WireTimeout extends Error {}

/** How long an idle connection is kept, in milliseconds: less than servers usually keep it. */
const IDLE = 4000;

/**
 * Connections that are kept for the next request. For a daemon's small exchanges `node:http` costs a fifth of `fetch`.
 * @param proxies - which requests go through a proxy; none when absent
 */
export function createWire(proxies: ProxyRules = noProxies): Wire {
  const options = { keepAlive: true, timeout: IDLE };
  const agents = { plain: new PlainAgent(options), tls: new TlsAgent(options) };
  const tunnels = new Map<WebProxy, TlsAgent>();
  const tunnel = (proxy: WebProxy): TlsAgent => {
    const made = tunnels.get(proxy) ?? new TunnelAgent(proxy, options);
    tunnels.set(proxy, made);
    return made;
  };
  const routeOf = (url: URL): Route => {
    const proxy = proxies.proxyOf(url);
    if (url.protocol === 'https:') {
      return { url, agent: proxy === undefined ? agents.tls : tunnel(proxy), send: requestTls, options: {} };
    }
    if (proxy === undefined) return { url, agent: agents.plain, send: requestPlain, options: {} };
    const { protocol, authorization } = proxy;
    const isTls = protocol === 'https:';
    const headers = { host: url.host, ...(authorization !== undefined && { 'proxy-authorization': authorization }) };
    // A plain request to a proxy carries the whole URL (RFC 9112, 3.2.2).
    const path = `${url.origin}${url.pathname}${url.search}`;
    return {
      url: new URL(`${protocol}//${proxy.host.includes(':') ? `[${proxy.host}]` : proxy.host}:${proxy.port}`),
      agent: isTls ? agents.tls : agents.plain,
      send: isTls ? requestTls : requestPlain,
      options: { path },
      headers,
    };
  };
  return async (request) => {
    const route = routeOf(typeof request.url === 'string' ? new URL(request.url) : request.url);
    try {
      return await exchange(route, request);
    } catch (error) {
      // The server closed a kept connection while the request was being sent. This is not an answer, so the request is sent again.
      // Tunnels are handled by the agent, which finds the closed connection and makes another.
      if (!(error instanceof StaleConnection)) throw error;
      return exchange(route.agent instanceof TunnelAgent ? route : { ...route, agent: false }, request);
    }
  };
}

/** The route of a request. */
interface Route {
  readonly url: URL;
  readonly agent: PlainAgent | false;
  readonly send: typeof requestPlain;
  readonly options: { readonly path?: string };
  readonly headers?: Readonly<Record<string, string>>;
}

/** True if a kept connection was closed before any part of an answer arrived. */
class StaleConnection extends Error {}

function exchange(route: Route, request: WireRequest): Promise<WireAnswer> {
  const { method, body, timeout, limit } = request;
  const { url, agent, send } = route;
  return new Promise((resolve, reject) => {
    const headers = { 'accept-encoding': 'gzip, deflate, br', ...request.headers, ...route.headers };
    const { signal } = request;
    const options = { ...route.options, method, agent, headers, ...(signal && { signal }) };
    const sent = send(url, options, (response) => {
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
  // Errors of the incoming stream also end the decoder, so its reader sees them.
  return decoder === undefined ? response : pipeline(response, decoder, () => undefined);
}

function decoderOf(encoding: string | undefined) {
  // Some servers omit the end mark; their answers are accepted, as browsers do.
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
