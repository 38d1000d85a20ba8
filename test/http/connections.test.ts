import { afterEach, describe, expect, test } from 'vitest';
import { type PlainServer, startPlain } from './server.js';
import { countEnded, openMany, openRaw, parseAnswer, type RawClient } from './sockets.js';

const LIMIT = 20;
const started: PlainServer[] = [];
const opened: RawClient[] = [];

async function start(change: Parameters<typeof startPlain>[0] = {}): Promise<PlainServer> {
  const server = await startPlain({ connections: LIMIT, ...change });
  started.push(server);
  return server;
}

async function flood(server: PlainServer, text = ''): Promise<RawClient[]> {
  const clients = await openMany(server.url, 200, text);
  opened.push(...clients);
  return clients;
}

afterEach(async () => {
  for (const { socket } of opened.splice(0)) socket.destroy();
  await Promise.all(started.splice(0).map((server) => server.close(0)));
});

describe('two hundred connections where twenty are allowed', () => {
  test.each([
    ['send nothing', ''],
    ['send half of a header', 'GET / HTTP/1.1\r\nHost: loc'],
    ['send a request and stay', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ])('connections that %s do not keep other clients from their answers', async (_name, text) => {
    const server = await start();
    const clients = await flood(server, text);
    const asked = Array.from({ length: LIMIT / 2 }, () => fetch(server.url).then((response) => response.status));
    expect(new Set(await Promise.all(asked))).toEqual(new Set([200]));
    await Promise.all(clients.slice(0, 200 - LIMIT).map(({ ended }) => ended));
    expect(countEnded(clients)).toBeGreaterThanOrEqual(200 - LIMIT);
  });

  test('too many connections never cut a request in work', async () => {
    const server = await start();
    const inWork = fetch(`${server.url}/slow`).then((response) => response.json());
    await server.slow(1);
    await flood(server);
    expect((await fetch(server.url)).status).toBe(200);
    server.release();
    expect(await inWork).toEqual({ status: 'late' });
  });

  test('a client that was answered keeps its connection while others have never asked', async () => {
    const server = await start();
    const client = await openRaw(server.url);
    opened.push(client);
    client.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await client.received(/"ok"/);
    await flood(server);
    client.send('GET /again HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await client.received(/404/);
  });

  test('too many connections are logged once, not two hundred times', async () => {
    const server = await start();
    await flood(server);
    expect((await fetch(server.url)).status).toBe(200);
    expect(server.lines.filter(({ event }) => event === 'connections cut')).toEqual([
      { level: 'warn', event: 'connections cut', fields: { event: 'connections-cut', count: 1 } },
    ]);
  });
});

test('where every connection is in work, one more is cut, and those continue', async () => {
  const server = await start();
  const inWork = Array.from({ length: LIMIT }, () => fetch(`${server.url}/slow`).then((response) => response.status));
  await server.slow(LIMIT);
  const late = await openRaw(server.url);
  expect(await late.ended).toBe('');
  server.release();
  expect(new Set(await Promise.all(inWork))).toEqual(new Set([200]));
});

describe('a request that is never complete', () => {
  test('a request with an incomplete header gets 408', async () => {
    const server = await start({ headerTime: 200 });
    const client = await openRaw(server.url);
    client.send('GET / HTTP/1.1\r\nHost: loc');
    const { status, body } = parseAnswer(await client.ended);
    expect([status, body['code']]).toEqual([408, 'REQUEST_INCOMPLETE']);
    expect(server.reached).toEqual([]);
  });

  test('a request with an incomplete body gets 408, and is not logged as an internal error', async () => {
    const server = await start({ headerTime: 200, requestTime: 200 });
    const client = await openRaw(server.url);
    client.send('POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{"a"');
    const { status, body } = parseAnswer(await client.ended);
    expect([status, body['code']]).toEqual([408, 'REQUEST_INCOMPLETE']);
    expect(server.reached).toEqual(['/echo']);
    expect(server.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('a request that ends because its client left is not logged as an internal error', async () => {
    const server = await start();
    const client = await openRaw(server.url);
    client.send('POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{"a"');
    await server.path('/echo');
    client.socket.destroy();
    await server.logged('request refused');
    const refused = {
      level: 'debug',
      event: 'request refused',
      fields: { event: 'request-refused', code: 'REQUEST_INCOMPLETE' },
    };
    expect(new Set(server.lines)).toEqual(new Set([refused]));
  });

  test('an incomplete request does not delay other clients', async () => {
    const server = await start();
    await flood(server, 'POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n');
    const echo = () => fetch(`${server.url}/echo`, { method: 'POST', body: '{"a":1}' });
    for (let turn = 0; turn < 30; turn++) expect(await (await echo()).json()).toEqual({ a: 1 });
  });
});

test('an idle connection is ended', async () => {
  const server = await start({ silence: 200 });
  expect(await (await openRaw(server.url)).ended).toBe('');
});
