import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../src/core/log.js';
import { type HealthOptions, type RunningHealth, startHealth } from '../../src/health/server.js';
import { openMany, parseAnswer, type RawClient, sendRaw } from '../http/sockets.js';

let running: RunningHealth;
let clients: RawClient[] = [];

async function start(limits: HealthOptions['limits'] = {}, change: Partial<HealthOptions> = {}): Promise<void> {
  const usual = { host: '127.0.0.1', port: 0, version: '1', log: silentLog };
  running = await startHealth({ ...usual, reasons: async () => [], metrics: async () => 'x 1\n', ...change, limits });
}

afterEach(async () => {
  for (const { socket } of clients) socket.destroy();
  clients = [];
  await running.close();
});

const get = (headers: string, path = '/health') => `GET ${path} HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`;

describe('a health server that keeps ten connections', () => {
  it.each([
    ['send nothing', ''],
    ['never end their request', 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n'],
    ['ask and stay', 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ])('a health server answers its watchers while two hundred clients %s', async (_name, text) => {
    await start({ connections: 10 });
    clients = await openMany(running.url, 200, text);
    for (const path of ['/health', '/ready', '/metrics']) expect((await fetch(running.url + path)).status).toBe(200);
  });
});

describe('a health server', () => {
  it.each([
    ['a body', get('Host: localhost\r\nContent-Length: 2\r\n').concat('{}'), 400, 'REQUEST_INVALID'],
    [
      'two lengths',
      get('Host: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n'),
      400,
      'REQUEST_INVALID',
    ],
    ['no host', get(''), 400, 'REQUEST_INVALID'],
    [
      'a header that is too large',
      get(`Host: localhost\r\nX: ${'a'.repeat(17_000)}\r\n`),
      431,
      'REQUEST_HEADER_TOO_LARGE',
    ],
    ['half of a header', 'GET /health HTTP/1.1\r\nHost: loc', 408, 'REQUEST_INCOMPLETE'],
  ])('a health server refuses a request with %s in its own form', async (_name, text, wanted, code) => {
    await start({ headerTime: 200 });
    const { status, body } = parseAnswer(await sendRaw(running.url, text));
    expect([status, body]).toEqual([wanted, { status: 'refused', code, text: expect.any(String) }]);
  });

  it('a health server on loopback answers loopback addresses in all their forms, and no other name', async () => {
    await start();
    for (const host of ['localhost', '127.0.0.1', '127.1', '127.9.9.9', '[::1]', 'LOCALHOST:80']) {
      expect(parseAnswer(await sendRaw(running.url, get(`Host: ${host}\r\n`))).status, host).toBe(200);
    }
    const refused = { status: 'refused', text: 'ask by the loopback address' };
    for (const host of ['evil.example', '127.0.0.1.evil.example', '10.0.0.1', '128.0.0.1', '[::2]']) {
      const { status, body } = parseAnswer(await sendRaw(running.url, get(`Host: ${host}\r\n`)));
      expect([status, body], host).toEqual([403, refused]);
    }
  });

  it('a health server hides the reason of its own failure', async () => {
    await start({}, { metrics: () => Promise.reject(new Error('a path, a password')) });
    const response = await fetch(`${running.url}/metrics`);
    expect([response.status, await response.json()]).toEqual([500, { status: 'failed' }]);
  });
});
