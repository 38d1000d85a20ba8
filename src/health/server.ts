import { Hono } from 'hono';
import type { UnreadyReason } from '../core/health.js';
import type { Log } from '../core/log.js';
import { hostCheck, noContent } from '../http/guard.js';
import type { Limits } from '../http/limits.js';
import { type Listening, listen } from '../http/listen.js';
import { seriesAnswer } from '../http/meter.js';
import { refusalOf } from '../http/problems.js';
import { readyAnswer } from '../http/readiness.js';

/** Enough for every watcher, and too little to burden the daemon. */
const limits: Limits = { connections: 64, headerTime: 5000, requestTime: 5000, silence: 30_000 };

export interface HealthOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly version: string;
  readonly log: Log;
  /** An empty list means ready. */
  readonly reasons: () => Promise<readonly UnreadyReason[]>;
  /** All series in Prometheus' text format. */
  readonly metrics: () => Promise<string>;
  /** Replace the defaults. */
  readonly limits?: Partial<Limits>;
}

/** The health server while it listens. */
export interface RunningHealth extends Pick<Listening, 'url' | 'port'> {
  /** Cuts open connections: a watcher loses nothing. */
  close(): Promise<void>;
}

/**
 * Serves `/health`, `/ready` and `/metrics`, for reading only and without a key.
 * @throws CustosError PORT_IN_USE
 */
export async function startHealth(options: HealthOptions): Promise<RunningHealth> {
  const { host, port, log } = options;
  const {
    url,
    port: taken,
    close,
  } = await listen({
    ...{ host, port, log, portName: 'health port ' },
    limits: { ...limits, ...options.limits },
    answer: healthRoutes(options).fetch,
    refuse: (error) => refuse(error, log),
    // A watcher never keeps the daemon from ending.
    holdsProcess: false,
  });
  return { url, port: taken, close: () => close(0) };
}

function healthRoutes({ host, version, log, reasons, metrics }: HealthOptions): Hono {
  const app = new Hono();
  const checkHost = hostCheck(host, []);
  app.use('*', async (request, next) => {
    checkHost(request.req.header('host') ?? new URL(request.req.url).host);
    await next();
    request.header('cache-control', 'no-store');
    request.header('x-content-type-options', 'nosniff');
  });
  app.use('*', noContent);
  app.get('/health', (request) => request.json({ status: 'ok', version, uptimeSeconds: Math.round(process.uptime()) }));
  app.get('/ready', async () => readyAnswer(await reasons()));
  app.get('/metrics', async () => seriesAnswer(await metrics()));
  app.notFound((request) => request.json({ status: 'unknown', text: 'ask for /health, /ready or /metrics' }, 404));
  app.onError((error) => refuse(error, log));
  return app;
}

/** The log gets the details of a failure; the client does not. */
function refuse(thrown: unknown, log: Log): Response {
  const { code, status, message } = refusalOf(thrown, log);
  if (code === 'HOST_NOT_ALLOWED') return answer(status, { status: 'refused', text: 'ask by the loopback address' });
  return status >= 500 ? answer(500, { status: 'failed' }) : answer(status, { status: 'refused', code, text: message });
}

function answer(status: number, body: object): Response {
  return Response.json(body, { status });
}
