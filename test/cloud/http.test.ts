import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHostLimits } from '../../src/cloud/host-limits.js';
import { cloudFaults, createHttpClient, type HttpRequest, MAX_ANSWER } from '../../src/cloud/http.js';
import { MAX_RETRY_AFTER, parseRetryAfter } from '../../src/cloud/retry-after.js';
import { isRetryable } from '../../src/core/errors.js';
import { Secret } from '../../src/core/secret.js';
import {
  closing,
  everythingOf,
  failure,
  half,
  hanging,
  json,
  type Reply,
  type Server,
  startServer,
  type TestClock,
  testClock,
  text,
  turns,
} from '../support/http.js';

const apiKey = 'k3y/with "signs" & more';
let server: Server;
let clock: TestClock;

beforeAll(async () => {
  server = await startServer(json({}));
});
beforeEach(() => {
  clock = testClock();
  server.seen.length = 0;
});
afterAll(() => server.close());

function send(reply: Reply, change: Partial<HttpRequest> = {}) {
  server.reply = reply;
  const http = createHttpClient({ clock, secrets: [Secret.text(apiKey)] });
  const url = `${server.url}/v3/web3/${encodeURIComponent(apiKey)}`;
  return http.send({ method: 'POST', url, body: {}, timeout: 5000, retries: 2, faults: cloudFaults, ...change });
}

describe('an exchange', () => {
  it('an exchange returns status, headers and text', async () => {
    const answer = await send(json({ ok: true }, 201, { 'x-header': 'yes' }));
    expect(answer).toMatchObject({ status: 201, text: '{"ok":true}' });
    expect(answer.headers.get('x-header')).toBe('yes');
  });

  it('an exchange sends a body as JSON, and none without one', async () => {
    await send(json({}), { body: { b: 1, a: 2 } });
    await send(json({}), { method: 'GET', body: undefined });
    expect(server.seen.map(({ method, body, headers }) => [method, body, headers['content-type']])).toEqual([
      ['POST', '{"b":1,"a":2}', 'application/json'],
      ['GET', '', undefined],
    ]);
  });

  it('an exchange reads a compressed answer', async () => {
    const body = gzipSync(JSON.stringify({ packed: true }));
    expect((await send(text(body, 200, { 'content-encoding': 'gzip' }))).text).toBe('{"packed":true}');
  });

  it.each([400, 401, 403, 404, 409, 422, 501])('an exchange returns status %i without a second try', async (status) => {
    expect((await send(json({ no: true }, status))).status).toBe(status);
    expect(server.seen).toHaveLength(1);
  });
});

describe('a failing try', () => {
  const passing: readonly (readonly [string, Reply, string])[] = [
    ['status 500', json({}, 500), 'CLOUD_UNREACHABLE'],
    ['status 502', json({}, 502), 'CLOUD_UNREACHABLE'],
    ['status 503', json({}, 503), 'CLOUD_UNREACHABLE'],
    ['status 408', json({}, 408), 'CLOUD_TIMEOUT'],
    ['status 429', json({}, 429), 'CLOUD_RATE_LIMITED'],
    ['a closed connection', closing, 'CLOUD_UNREACHABLE'],
    ['half a body and a closed connection', half('close'), 'CLOUD_UNREACHABLE'],
  ];

  it.each(passing)('a try that fails with %s is repeated', async (_name, reply) => {
    expect((await send(turns(reply, json({ well: true })))).text).toBe('{"well":true}');
    expect(server.seen).toHaveLength(2);
  });

  it.each(passing)('a try that fails with %s is repeated only as often as allowed', async (_name, reply, code) => {
    const error = await failure(send(reply));
    expect(error).toMatchObject({ code });
    expect(isRetryable(error)).toBe(true);
    expect(server.seen).toHaveLength(3);
  });

  it('a repeated try sends the same bytes each time', async () => {
    await failure(send(json({}, 503), { body: { txData: '0x01' } }));
    expect(new Set(server.seen.map(({ body }) => body))).toEqual(new Set(['{"txData":"0x01"}']));
  });

  it('the wait after each failed try grows, with jitter', async () => {
    await failure(send(json({}, 503), { retries: 4 }));
    expect(clock.waits).toHaveLength(4);
    for (const [turn, wait] of clock.waits.entries()) {
      expect(wait).toBeGreaterThanOrEqual(250 * 2 ** turn * 0.75);
      expect(wait).toBeLessThanOrEqual(250 * 2 ** turn * 1.25);
    }
  });

  it('a failed try is repeated only on the statuses that the request names', async () => {
    await failure(send(json({}, 500), { repeatOn: new Set([503]) }));
    expect(server.seen).toHaveLength(1);
    await failure(send(json({}, 503), { repeatOn: new Set([503]) }));
    expect(server.seen).toHaveLength(4);
  });

  it('an answer that settles the question is returned', async () => {
    const answer = await send(json({ error: 1 }, 500), { settles: ({ text }) => text.includes('error') });
    expect(answer.status).toBe(500);
    expect(server.seen).toHaveLength(1);
  });

  it('a try against a closed port shows the code of the system', async () => {
    const gone = await startServer(json({}));
    await gone.close();
    await expect(send(json({}), { url: gone.url })).rejects.toMatchObject({
      code: 'CLOUD_UNREACHABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

describe('a time-out', () => {
  it.each([
    ['no answer at all', hanging],
    ['half a body', half('hang')],
  ])('a time-out ends %s', async (_name, reply) => {
    const error = await failure(send(reply, { timeout: 80, retries: 1 }));
    expect(error).toMatchObject({ code: 'CLOUD_TIMEOUT', message: expect.stringContaining('within 80 ms') });
    expect(server.seen).toHaveLength(2);
  });
});

describe('an answer that is not one', () => {
  it.each([301, 302, 303, 307, 308])('redirect %i is not followed', async (status) => {
    const error = await failure(send(text('', status, { location: `${server.url}/elsewhere` })));
    expect(error).toMatchObject({ code: 'CLOUD_ANSWER_INVALID' });
    expect(server.seen).toHaveLength(1);
  });

  it('an answer is not read beyond 32 MiB', async () => {
    const megabyte = Buffer.alloc(1024 * 1024, 0x20);
    let sent = 0;
    const endless: Reply = (response) => {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write(megabyte)) sent += 1;
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    };
    const error = await failure(send(endless, { timeout: 30_000 }));
    expect(error).toMatchObject({ code: 'CLOUD_ANSWER_INVALID', message: expect.stringContaining(String(MAX_ANSWER)) });
    expect(sent).toBeLessThan(100);
    expect(server.seen).toHaveLength(1);
  });

  it('an answer is refused when its bytes are not UTF-8', async () => {
    await expect(send(text(Buffer.from([0x22, 0xff, 0x22])))).rejects.toMatchObject({ code: 'CLOUD_ANSWER_INVALID' });
  });

  it('a refusal may contain any bytes, because it is only shown', async () => {
    expect((await send(text(Buffer.from([0x22, 0xff, 0x22]), 400))).text).toBe('"\ufffd"');
  });
});

describe('Retry-After', () => {
  it('the time in Retry-After is waited', async () => {
    await send(turns(json({}, 429, { 'retry-after': '7' }), json({})));
    expect(clock.waits).toEqual([7000]);
  });

  it('a date in Retry-After is waited for', async () => {
    const date = new Date(clock.now() + 9000).toUTCString();
    await send(turns(json({}, 503, { 'retry-after': date }), json({})));
    expect(clock.waits).toEqual([9000]);
  });

  it('the final error contains the time in Retry-After', async () => {
    const error = await failure(send(json({}, 429, { 'retry-after': '3600' }), { retries: 0 }));
    expect(error).toMatchObject({ code: 'CLOUD_RATE_LIMITED', retryAfter: MAX_RETRY_AFTER });
  });

  it('a Retry-After beyond the time-out of the next try is reported at once, and nothing is sent meanwhile', async () => {
    server.reply = json({}, 429, { 'retry-after': '60' });
    const http = createHttpClient({ clock, secrets: [], limits: createHostLimits(clock) });
    const request = { method: 'GET', url: server.url, timeout: 5000, retries: 0, faults: cloudFaults } as const;
    await failure(http.send(request));
    // The pause, and one second at the rate that is left.
    const refused = { code: 'CLOUD_RATE_LIMITED', retryAfter: 61_000 };
    expect(await failure(http.send({ ...request, retries: 3 }))).toMatchObject(refused);
    expect(server.seen).toHaveLength(1);
    expect(clock.waits).toEqual([]);
  });

  it.each([
    ['0', 0],
    ['120', MAX_RETRY_AFTER],
    ['99999999999999999999999999', MAX_RETRY_AFTER],
    ['Thu, 01 Jan 2026 00:00:05 GMT', 5000],
    ['Thursday, 01-Jan-26 00:00:05 GMT', 5000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['-5', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['', undefined],
    [null, undefined],
  ])('Retry-After %s is read as %s', (value, expected) => {
    expect(parseRetryAfter(value, Date.parse('2026-01-01T00:00:00Z'))).toBe(expected);
  });

  it('any form of Retry-After causes a wait of at most a minute', () => {
    const value = fc.oneof(
      fc.string(),
      fc.integer().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    );
    fc.assert(
      fc.property(value, (header) => {
        const wait = parseRetryAfter(header, clock.now()) ?? 0;
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(MAX_RETRY_AFTER);
      }),
    );
  });
});

describe('the API key', () => {
  const echoes = `${apiKey} ${encodeURIComponent(apiKey)} ${JSON.stringify({ apiKey })}`;
  const replies: readonly (readonly [string, Reply])[] = [
    ['status 500 that repeats it', text(echoes, 500)],
    ['status 429', json({}, 429)],
    ['a closed connection', closing],
    ['a time-out', hanging],
    ['half a body', half('hang')],
    ['a redirect that repeats it', text('', 302, { location: `/${encodeURIComponent(apiKey)}` })],
    ['bytes that are not UTF-8', text(Buffer.from([0xff]))],
  ];

  it.each(replies)('the API key is in no part of the error after %s', async (_name, reply) => {
    const error = await failure(send(reply, { timeout: 80, retries: 0 }));
    const shown = everythingOf(error);
    for (const form of [apiKey, encodeURIComponent(apiKey), JSON.stringify(apiKey).slice(1, -1)]) {
      expect(shown).not.toContain(form);
    }
    expect(error.message).toContain('POST 127.0.0.1:');
    expect(error.message).toContain('/v3/web3/{apiKey}');
  });
});

describe('foreign text in messages', () => {
  const secrets = [Secret.text(apiKey)];
  const { quote } = createHttpClient({ clock: testClock(), secrets });

  it('foreign text in a message is cut to 300 characters', () => {
    expect(quote('x'.repeat(301))).toBe(`${'x'.repeat(297)}...`);
    expect(quote('x'.repeat(300))).toBe('x'.repeat(300));
  });

  it('foreign text in a message reaches no terminal with control characters', () => {
    expect(quote('\u001b[2Jred\u202e\r\nnext\u2028line\u0000')).toBe('[2Jred next line');
  });

  it('foreign text in a message never holds the key, a control character or more than 300 characters', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(apiKey, encodeURIComponent(apiKey), '\u0007'),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const shown = quote(pieces.join(''));
        expect(shown).not.toContain(apiKey);
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        expect(shown.length).toBeLessThanOrEqual(300);
      }),
    );
  });
});
