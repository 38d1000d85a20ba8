import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { addPages } from '../../../src/api/console/pages.js';
import type { ConsoleDoor } from '../../../src/api/console/parts.js';
import type { ApiEnvironment } from '../../../src/api/rpc/environment.js';
import { consoleFiles } from '../../../src/app/console/files.js';
import { answers } from './answers.js';

/** Answers in the place of those of the scene, by their paths. */
type Replies = Map<string, (url: URL) => unknown>;

/** The page of the console with its own headers, over a server that always has the same to say. */
export async function openScene() {
  const replies: Replies = new Map();
  const app = new Hono<ApiEnvironment>();
  let origin = '';
  app.get('/v1/events/stream', () => {
    const stream = new ReadableStream({
      start: (controller) => controller.enqueue(Buffer.from(': events follow\n\n')),
    });
    return new Response(stream, { headers: { 'content-type': 'text/event-stream' } });
  });
  for (const path of ['/v1/*', '/health', '/errors/*', '/console/data/*']) {
    app.get(path, ({ req, json }) => {
      const url = new URL(req.url);
      const state = url.searchParams.get('state');
      const named = state === null ? url.pathname : `${url.pathname}?state=${state}`;
      const reply = replies.get(url.pathname);
      const found = reply === undefined ? answers[named] : reply(url);
      if (typeof found === 'string')
        return new Response(found, { headers: { 'content-type': 'application/x-ndjson' } });
      return found === undefined ? json({ code: 'ROUTE_UNKNOWN', detail: named }, 404) : json(found);
    });
  }
  app.post('/v1/*', ({ req, json }) => json(replies.get(new URL(req.url).pathname)?.(new URL(req.url)) ?? {}));
  const persons = { site: () => ({ origin, hasPasskeys: true }) } as ConsoleDoor['persons'];
  addPages(app, { persons, files: consoleFiles() });
  const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
    const made = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => {
      origin = `http://localhost:${port}`;
      resolve(made);
    });
  });
  return {
    url: origin,
    replies,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
    },
  };
}
