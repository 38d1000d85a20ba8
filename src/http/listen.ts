import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { isIP } from 'node:net';
import { getRequestListener, RequestError } from '@hono/node-server';
import { asCustosError, CustosError } from '../core/errors.js';
import { type Log, tell } from '../core/log.js';
import { limitConnections } from './connections.js';
import { HEADER_BYTES, KEEP_ALIVE, type Limits } from './limits.js';
import { refuseMalformed } from './malformed.js';
import { isPlain, type PlainExchange } from './plain.js';
import { Shares } from './shares.js';
import { clientFingerprint, type ServerTls, tlsOptions } from './tls.js';

/** The longest interval between checks for late requests, in milliseconds. */
const CHECK_PERIOD = 1000;
/** The interval at which cut connections are logged, in milliseconds. */
const CUT_PERIOD = 60_000;

/** The other end of a connection. */
export interface Peer {
  /** Of the machine, or of the proxy in front; undefined if the connection is gone. */
  readonly address: string | undefined;
  /** The fingerprint of the certificate by which a client of TLS is known, if it has one. */
  certificate(): string | undefined;
  /** Counts the request for a party, until its answer is over. @returns false where the party has its share of the server already */
  take(party: string): boolean;
  /** Ends the connection. */
  cut(): void;
}

export interface ListenOptions {
  /** Name or address. */
  readonly host: string;
  /** 0 uses any free port. */
  readonly port: number;
  /** What errors call the port, with a trailing space. */
  readonly portName?: string;
  /** Absent: plain HTTP. */
  readonly tls?: ServerTls;
  readonly limits: Limits;
  readonly log: Log;
  readonly answer: (request: Request, peer: Peer) => Response | Promise<Response>;
  /** Answers a plain request itself, if it can. @returns false: `answer` is asked */
  readonly answerPlain?: (exchange: PlainExchange, peer: Peer) => boolean;
  /** Makes the answer to an invalid request: malformed, with too large a header, or not complete in time. */
  readonly refuse: (error: CustosError) => Response;
  /** False if the process may end although the server listens. */
  readonly holdsProcess?: boolean;
}

/** A server that listens. */
export interface Listening {
  /** Without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** Accepts no new requests, waits at most `grace` milliseconds for running ones, and resolves when all connections are closed. */
  close(grace: number): Promise<void>;
}

/**
 * Listens for HTTP, in plain or by TLS.
 * @throws CustosError PORT_IN_USE
 */
export async function listen(options: ListenOptions): Promise<Listening> {
  const { host, limits, log, refuse } = options;
  const server = makeServer(options);
  const connections = limitConnections(server, limits.connections, cutLog(log));
  refuseMalformed(server, connections, refuse);
  const port = await bind(server, options);
  // Without a listener, a connection that cannot be accepted for lack of file descriptors would end the process.
  server.on('error', (error: NodeJS.ErrnoException) => tell(log, 'connection-not-taken', { error: error.code }));
  if (options.holdsProcess === false) server.unref();
  return {
    url: `http${options.tls === undefined ? '' : 's'}://${isIP(host) === 6 ? `[${host}]` : host}:${port}`,
    port,
    close: (grace) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => server.closeAllConnections(), grace);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        connections.drain();
      }),
  };
}

function makeServer({ answer, answerPlain, refuse, host, limits, tls }: ListenOptions): Server {
  const malformed = () =>
    refuse(new CustosError('REQUEST_INVALID', 'the request line or its Host header is not valid'));
  const options = {
    // Refused below, with this server's own answer.
    requireHostHeader: false,
    maxHeaderSize: HEADER_BYTES,
    // Whatever NODE_OPTIONS says: two lenient readers of one request may find different requests in it.
    insecureHTTPParser: false,
    headersTimeout: limits.headerTime,
    requestTimeout: limits.requestTime,
    connectionsCheckingInterval: Math.min(CHECK_PERIOD, limits.headerTime),
    keepAliveTimeout: KEEP_ALIVE,
  };
  const shares = new Shares(limits.connections);
  const fetched = getRequestListener(
    (request, { incoming, outgoing }) =>
      hasOneHost(incoming) ? answer(request, peerOf({ incoming, outgoing }, shares)) : malformed(),
    {
      hostname: host,
      errorHandler: (error) => (error instanceof RequestError ? malformed() : refuse(asCustosError(error))),
    },
  );
  const listener: RequestListener = (incoming, outgoing) => {
    const isTaken =
      answerPlain !== undefined &&
      isPlain(incoming) &&
      answerPlain({ incoming, outgoing }, peerOf({ incoming, outgoing }, shares));
    if (!isTaken) void fetched(incoming, outgoing);
  };
  const server =
    tls === undefined
      ? createServer(options, listener)
      : createTlsServer({ ...options, ...tlsOptions(tls, limits.headerTime) }, listener);
  server.setTimeout(limits.silence);
  return server;
}

interface Exchanged {
  readonly incoming: Pick<IncomingMessage, 'socket'>;
  readonly outgoing: Parameters<Shares['take']>[0];
}

function peerOf({ incoming: { socket }, outgoing }: Exchanged, shares: Shares): Peer {
  return {
    address: socket.remoteAddress,
    certificate: () => clientFingerprint({ socket }, Date.now()),
    take: (party) => shares.take(outgoing, party),
    cut: () => void socket.destroy(),
  };
}

/** RFC 9112, 3.2: a request without one is allowed only before HTTP/1.1; a request with two is never allowed. */
function hasOneHost({ rawHeaders, httpVersion }: Pick<IncomingMessage, 'rawHeaders' | 'httpVersion'>): boolean {
  const count = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host').length;
  return count === 1 || (count === 0 && httpVersion === '1.0');
}

function bind(server: Server, { host, port, portName = '' }: ListenOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'the port is in use' : `listening on it failed (${error.code})`;
      reject(new CustosError('PORT_IN_USE', `${portName}${host}:${port}: ${reason}`, { cause: error }));
    };
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Logs at most once a minute how many connections were cut; the first cut is logged at once. */
function cutLog(log: Log): () => void {
  let cut = 0;
  let next = 0;
  return () => {
    cut += 1;
    const now = performance.now();
    if (now < next) return;
    tell(log, 'connections-cut', { count: cut });
    cut = 0;
    next = now + CUT_PERIOD;
  };
}
