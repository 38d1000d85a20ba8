import { Hono } from 'hono';
import type { Log } from '../../src/core/log.js';
import { readJson } from '../../src/http/body.js';
import { hostCheck, noContent } from '../../src/http/guard.js';
import type { Limits } from '../../src/http/limits.js';
import { type Listening, listen } from '../../src/http/listen.js';
import { refusalOf } from '../../src/http/problems.js';
import type { ServerTls } from '../../src/http/tls.js';

/** A server of a third kind, made of what servers share. */
export interface PlainServer extends Listening {
  /** Paths of the requests that passed the guards. */
  readonly reached: string[];
  /** Bodies that `POST /echo` read to their end. */
  readonly echoed: unknown[];
  /** Log lines, each with its level. */
  readonly lines: { readonly level: string; readonly event: string; readonly fields: Record<string, unknown> }[];
  /** Lets `GET /slow` answer. */
  release(): void;
  /** Resolves when as many requests are in work at `GET /slow`. */
  slow(count: number): Promise<void>;
  /** Resolves when a request has reached the path. */
  path(path: string): Promise<void>;
  /** Resolves when the line is logged. */
  logged(event: string): Promise<void>;
}

const usual: Limits = { connections: 100, headerTime: 60_000, requestTime: 60_000, silence: 60_000 };

export async function startPlain(change: Partial<Limits> = {}, port = 0, tls?: ServerTls): Promise<PlainServer> {
  const reached: string[] = [];
  const echoed: unknown[] = [];
  const lines: PlainServer['lines'] = [];
  const watchers: (() => void)[] = [];
  const changed = () => {
    for (const look of watchers) look();
  };
  const until = (isSo: () => boolean) =>
    new Promise<void>((resolve) => {
      watchers.push(() => isSo() && resolve());
      changed();
    });
  const line = (level: string) => (fields: object, event: string) => {
    lines.push({ level, event, fields: { ...fields } });
    changed();
  };
  const log: Log = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const refuse = (thrown: unknown) => {
    const { code, status, message, problems } = refusalOf(thrown, log);
    return Response.json({ code, message, problems }, { status });
  };
  const app = new Hono();
  const checkHost = hostCheck('127.0.0.1', []);
  app.use('*', async ({ req }, next) => {
    checkHost(req.header('host'));
    await next();
  });
  app.use('*', noContent);
  app.use('*', async ({ req }, next) => {
    reached.push(req.path);
    changed();
    await next();
  });
  app.get('/', (request) => request.json({ status: 'ok' }));
  app.get('/slow', (request) => released.then(() => request.json({ status: 'late' })));
  app.post('/echo', async (request) => {
    const body = await readJson(request);
    echoed.push(body);
    return request.json(body);
  });
  app.onError(refuse);
  const listening = await listen({
    ...{ host: '127.0.0.1', port, log, portName: 'plain port ', answer: app.fetch, refuse },
    ...(tls && { tls }),
    limits: { ...usual, ...change },
  });
  const count = (wanted: string) => reached.filter((path) => path === wanted).length;
  return {
    ...listening,
    reached,
    echoed,
    lines,
    release: () => release(),
    slow: (wanted) => until(() => count('/slow') >= wanted),
    path: (wanted) => until(() => count(wanted) > 0),
    logged: (wanted) => until(() => lines.some(({ event }) => event === wanted)),
  };
}
