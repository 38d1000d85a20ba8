import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import type { Clock } from '../../src/core/clock.js';

/** A request as it arrived: `url` is the path as it stood on the wire, `body` the text. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Reply = (response: ServerResponse, seen: Seen) => unknown;

export interface Server {
  readonly url: string;
  readonly seen: Seen[];
  /** What comes next; may be changed while the server runs. */
  reply: Reply;
  close(): Promise<void>;
}

/** A server on loopback that answers as told. */
export async function startServer(reply: Reply): Promise<Server> {
  const seen: Seen[] = [];
  const listener = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const { method = '', url = '', headers } = request;
    const one = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') };
    seen.push(one);
    server.reply(response, one);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const server: Server = {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    seen,
    reply,
    async close() {
      const closed = once(listener, 'close');
      listener.close();
      listener.closeAllConnections();
      await closed;
    },
  };
  return server;
}

export const json =
  (value: unknown, status = 200, headers: Record<string, string> = {}): Reply =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
  };

export const text =
  (body: string | Buffer, status = 200, headers: Record<string, string> = {}): Reply =>
  (response) => {
    response.writeHead(status, headers).end(body);
  };

/** Replies by turns; the last one stays. */
export const turns = (...replies: Reply[]): Reply => {
  let turn = 0;
  return (response, seen) => replies[Math.min(turn++, replies.length - 1)]!(response, seen);
};

export const closing: Reply = (response) => void response.destroy();
export const hanging: Reply = () => undefined;
/** Half of a body; then nothing more comes, or the connection ends. */
export const half =
  (then: 'hang' | 'close'): Reply =>
  (response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('[{"id":"half of', () => {
      if (then === 'close') response.destroy();
    });
  };

export interface TestClock extends Clock {
  /** Milliseconds that were waited for, in order. */
  readonly waits: number[];
}

/** Time that stands still until somebody waits. */
export function testClock(start = Date.parse('2026-01-01T00:00:00Z')): TestClock {
  let now = start;
  const waits: number[] = [];
  return {
    waits,
    now: () => now,
    async wait(milliseconds) {
      waits.push(milliseconds);
      now += milliseconds;
    },
  };
}

/** The error that a promise ends with. */
export async function failure(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in outcome && outcome.error instanceof Error) return outcome.error;
  throw new Error(`no error came, but ${inspect(outcome)}`);
}

/** Everything that a log, a report or a curious reader could get out of an error. */
export function everythingOf(error: unknown): string {
  const parts = [inspect(error, { depth: 20, showHidden: true, maxStringLength: null }), JSON.stringify(error)];
  for (let at = error; at instanceof Error; at = at.cause) {
    parts.push(String(at), at.stack ?? '', JSON.stringify(Object.getOwnPropertyDescriptors(at)));
  }
  return parts.join('\n');
}
