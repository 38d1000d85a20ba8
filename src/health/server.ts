import type { Server } from 'node:http';
import { isIP } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { CustosError } from '../core/errors.js';
import type { UnreadyReason } from '../core/health.js';

/** Connections at the same time: enough for every watcher, too few to be a burden. */
const CONNECTIONS = 64;
/** How long a request may take to arrive, in milliseconds. */
const REQUEST_TIME = 5000;
const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8';

export interface HealthOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly version: string;
  /** An empty list means ready. */
  readonly reasons: () => Promise<readonly UnreadyReason[]>;
  /** All series in Prometheus' text format. */
  readonly metrics: () => Promise<string>;
}

/** The health server while it listens. */
export interface RunningHealth {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Cuts what is open: nobody loses anything by it. */
  close(): Promise<void>;
}

/**
 * Serves `/health`, `/ready` and `/metrics`, for reading only and without a key.
 * @throws CustosError PORT_IN_USE
 */
export async function startHealth(options: HealthOptions): Promise<RunningHealth> {
  const { host } = options;
  const { server, port } = await listen(healthRoutes(options), options);
  return {
    url: `http://${isIP(host) === 6 ? `[${host}]` : host}:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function healthRoutes({ host, version, reasons, metrics }: HealthOptions): Hono {
  const app = new Hono();
  const local = isLoopback(host);
  app.use('*', async (request, next) => {
    // A page in a browser on this machine reaches loopback under a name of its own (DNS rebinding).
    const asked = new URL(request.req.url).hostname;
    if (local && !isLoopback(asked))
      return request.json({ status: 'refused', text: 'ask by the loopback address' }, 403);
    await next();
    request.header('cache-control', 'no-store');
    request.header('x-content-type-options', 'nosniff');
    return undefined;
  });
  app.get('/health', (request) => request.json({ status: 'ok', version, uptimeSeconds: Math.round(process.uptime()) }));
  app.get('/ready', async (request) => {
    const found = await reasons();
    return found.length === 0
      ? request.json({ status: 'ready', reasons: [] })
      : request.json({ status: 'not ready', reasons: found }, 503);
  });
  app.get('/metrics', async (request) => request.body(await metrics(), 200, { 'content-type': PROMETHEUS }));
  app.notFound((request) => request.json({ status: 'unknown', text: 'ask for /health, /ready or /metrics' }, 404));
  app.onError((_error, request) => request.json({ status: 'failed' }, 500));
  return app;
}

/** True for the addresses and names of this machine that nobody else reaches. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  if (isIP(bare) === 4) return bare.startsWith('127.');
  return bare === '::1' || bare === 'localhost';
}

function listen(app: Hono, { host, port }: HealthOptions): Promise<{ server: Server; port: number }> {
  return new Promise((resolve, reject) => {
    const serverOptions = { requestTimeout: REQUEST_TIME, headersTimeout: REQUEST_TIME };
    const server = serve({ fetch: app.fetch, hostname: host, port, serverOptions }, (info) => {
      if (!('closeAllConnections' in server)) {
        reject(new CustosError('INTERNAL', 'the health server is of another kind'));
        return;
      }
      server.maxConnections = CONNECTIONS;
      // Whoever watches never keeps the daemon from ending.
      server.unref();
      resolve({ server, port: info.port });
    });
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'the port is in use' : `it cannot be listened on (${error.code})`;
      reject(new CustosError('PORT_IN_USE', `health port ${host}:${port}: ${reason}`, { cause: error }));
    });
  });
}
