import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PlainServer, startPlain } from './server.js';
import { openRaw, parseAnswer, sendRaw } from './sockets.js';

let server: PlainServer;
beforeAll(async () => {
  server = await startPlain();
});
afterAll(() => server.close(0));

const post = (headers: string, body = '') => `POST /echo HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n\r\n${body}`;
const chunked = 'Transfer-Encoding: chunked';

describe('a request that is not valid HTTP', () => {
  test.each([
    ['a length beside a transfer coding', post(`Content-Length: 2\r\n${chunked}`, '2\r\n{}\r\n0\r\n\r\n')],
    ['a transfer coding beside a length', post(`${chunked}\r\nContent-Length: 2`, '2\r\n{}\r\n0\r\n\r\n')],
    ['two lengths', post('Content-Length: 2\r\nContent-Length: 3', '{}')],
    ['a length that is a list', post('Content-Length: 2, 2', '{}')],
    ['a length that is negative', post('Content-Length: -1')],
    ['a length with a sign', post('Content-Length: +2', '{}')],
    ['a transfer coding that does not end with chunked', post('Transfer-Encoding: chunked, gzip', '{}')],
    ['an unknown transfer coding', post('Transfer-Encoding: xchunked', '{}')],
    ['a chunk whose size is not a number', post(chunked, 'zz\r\n{}\r\n0\r\n\r\n')],
    ['a space before the colon of a header', post('Content-Length : 2', '{}')],
    ['a header line that is folded', post('X: a\r\n b')],
    ['a NUL in a header', post('X: a\0b')],
    ['no Host header', 'GET / HTTP/1.1\r\n\r\n'],
    ['two Host headers', 'GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n'],
    ['a Host header that is not a host', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n'],
    ['a target without a path', 'OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['an unknown method', 'FETCH / HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['an unknown version', 'GET / HTTP/9.9\r\nHost: localhost\r\n\r\n'],
    ['no request line', 'hello\r\n\r\n'],
    ['the greeting of TLS', '\x16\x03\x01\x02\x00\x01\x00'],
  ])('an invalid request with %s gets a coded answer and is not carried out', async (_name, text) => {
    const client = await openRaw(server.url);
    client.send(text);
    await client.received(/\r\n\r\n\{.*\}$/s);
    client.socket.destroy();
    const { status, body } = parseAnswer(await client.ended);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'REQUEST_INVALID', message: expect.stringMatching(/^The request .*\.$/) });
    expect([...server.echoed, ...server.reached.filter((path) => path !== '/echo')]).toEqual([]);
  });

  test('an invalid request ends its connection, because the start of the next request is unknown', async () => {
    const text = post(`Content-Length: 2\r\n${chunked}`, '0\r\n\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const answers = await sendRaw(server.url, text);
    expect(answers.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(answers).toContain('connection: close');
    expect(server.reached).not.toContain('/');
  });

  test('a request with a header above 16 KiB gets 431', async () => {
    for (const text of [
      post(`X: ${'a'.repeat(17_000)}`),
      `GET /?${'a'.repeat(17_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    ]) {
      const { status, body } = parseAnswer(await sendRaw(server.url, text));
      expect([status, body['code']]).toEqual([431, 'REQUEST_HEADER_TOO_LARGE']);
    }
  });
});

test('bytes that follow a request in work are not answered in its place', async () => {
  const other = await startPlain();
  const client = await openRaw(other.url);
  client.send('GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\nhello\r\n\r\n');
  expect(await client.ended).toBe('');
  expect(other.reached).toEqual(['/slow']);
  other.release();
  await other.close(0);
});

describe('content of a request that only reads', () => {
  test.each([
    ['with a length', 'Content-Length: 2', '{}'],
    ['in chunks', chunked, '2\r\n{}\r\n0\r\n\r\n'],
  ])('content %s of a read request is refused', async (_name, header, content) => {
    for (const method of ['GET', 'HEAD']) {
      const request = `${method} / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${header}\r\n\r\n${content}`;
      const text = await sendRaw(server.url, request);
      expect(text).toMatch(/^HTTP\/1\.1 400 /);
      if (method === 'HEAD') continue;
      expect(parseAnswer(text).body).toMatchObject({ problems: [{ property: 'body', text: `${method} has no body` }] });
    }
    expect(server.reached).not.toContain('/');
  });

  test('content of no bytes counts as none', async () => {
    const request = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
    expect(parseAnswer(await sendRaw(server.url, request)).status).toBe(200);
  });
});
