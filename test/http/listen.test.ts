import { expect, test } from 'vitest';
import { freePort } from '../support/anvil.js';
import { startPlain } from './server.js';
import { openMany, openRaw } from './sockets.js';

test('a port that is in use is named with its purpose', async () => {
  const server = await startPlain();
  const error = { code: 'PORT_IN_USE', message: `plain port 127.0.0.1:${server.port}: the port is in use` };
  await expect(startPlain({}, server.port)).rejects.toMatchObject(error);
  await server.close(0);
});

test('closing waits for requests in work, and frees the port', async () => {
  const port = await freePort();
  const server = await startPlain({}, port);
  const inWork = fetch(`${server.url}/slow`).then((response) => response.json());
  await server.slow(1);
  const closed = server.close(60_000);
  server.release();
  expect(await inWork).toEqual({ status: 'late' });
  await closed;
  await (await startPlain({}, port)).close(0);
});

test('closing does not wait for connections on which no request is in work', async () => {
  const server = await startPlain();
  const answered = await openRaw(server.url);
  answered.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await answered.received(/"ok"/);
  const idle = [answered, ...(await openMany(server.url, 5)), ...(await openMany(server.url, 5, 'GET / HTTP/1.1\r\n'))];
  // Longer than any test may take.
  await server.close(600_000);
  await Promise.all(idle.map(({ ended }) => ended));
});

test('closing cuts what is still in work after the grace period', async () => {
  const server = await startPlain();
  const client = await openRaw(server.url);
  client.send('GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await server.slow(1);
  await server.close(0);
  expect(await client.ended).toBe('');
});

test('a connection is kept longer than clients and proxies keep theirs, so that none is cut under a request', async () => {
  const server = await startPlain();
  const client = await openRaw(server.url);
  client.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const [, seconds] = /timeout=(\d+)/i.exec(await client.received(/keep-alive: timeout=\d+/i)) ?? [];
  expect(Number(seconds)).toBeGreaterThan(60);
  await server.close(0);
});
