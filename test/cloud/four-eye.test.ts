import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FourEyeService } from '../../src/cloud/four-eye-client.js';
import type { Summary } from '../../src/core/chain/summary.js';
import { Secret } from '../../src/core/secret.js';
import { makeFourEye, questionAbout } from '../support/four-eye.js';
import {
  closing,
  half,
  hanging,
  json,
  type Reply,
  type Server,
  startServer,
  testClock,
  text,
} from '../support/http.js';
import { makePending } from './parts.js';

let server: Server;

beforeAll(async () => {
  server = await startServer(json({}));
});
beforeEach(() => {
  server.reply = json({});
  server.seen.length = 0;
});
afterAll(() => server.close());

const summary: Summary = {
  kind: 'transfer',
  from: '0x01',
  to: '0x02',
  value: { asset: 'ETH', amount: 10n ** 30n },
  tokens: [],
  fee: { asset: 'ETH', amount: 21_000n },
  nonce: 7n,
  chainId: 11155111n,
  hazards: [],
  opaque: false,
  text: 'sends coins',
};

const completed = '{"nonce":7,"to":"0x02"}';
const digest = createHash('sha256').update(completed).digest('hex');

function decide(change: Partial<FourEyeService> = {}, id = 'fe0af7f9cbcfc33c7be2021b') {
  const judge = makeFourEye({
    url: `${server.url}/approve/`,
    method: 'GET',
    network: 'testnet',
    clock: testClock(),
    timeout: 5000,
    ...change,
  });
  return judge.decide(questionAbout({ ...makePending('a'), id }, summary, completed));
}

describe('the four-eye service', () => {
  it('a GET question to the four-eye service contains only the id', async () => {
    expect(await decide()).toEqual({ kind: 'allow' });
    expect(server.seen).toEqual([
      expect.objectContaining({ method: 'GET', url: '/approve/fe0af7f9cbcfc33c7be2021b', body: '' }),
    ]);
  });

  it('a GET question to the four-eye service contains the digest of what will be signed, and a new nonce each time', async () => {
    await decide();
    await decide();
    const [first, second] = server.seen.map(({ headers }) => headers);
    expect(first).toMatchObject({
      'x-custos-digest': digest,
      'x-custos-nonce': expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(second).toMatchObject({ 'x-custos-digest': digest });
    expect(second?.['x-custos-nonce']).not.toBe(first?.['x-custos-nonce']);
  });

  it('a POST question to the four-eye service contains the received request, with the summary and digest of what will be signed', async () => {
    await decide({ method: 'POST' });
    expect(server.seen[0]).toMatchObject({ method: 'POST', url: '/approve/fe0af7f9cbcfc33c7be2021b' });
    expect(JSON.parse(server.seen[0]!.body)).toEqual({
      ...makePending('a').received,
      completed,
      digest,
      nonce: expect.stringMatching(/^[0-9a-f]{32}$/),
      summary: {
        ...summary,
        value: { asset: 'ETH', amount: '1000000000000000000000000000000' },
        fee: { asset: 'ETH', amount: '21000' },
        nonce: '7',
        chainId: '11155111',
      },
    });
  });

  it('the cloud cannot put a foreign summary into the four-eye question', async () => {
    const judge = makeFourEye({ url: server.url, method: 'POST', network: 'testnet', clock: testClock() });
    const foreign = { summary: 'harmless', digest: 'd', nonce: 'n', completed: 'c' };
    await judge.decide(questionAbout(makePending('a', foreign), summary, completed));
    expect(JSON.parse(server.seen[0]!.body)).toMatchObject({ summary: { text: 'sends coins' }, digest, completed });
  });

  it.each([400, 401, 403, 404, 405, 409, 410, 418, 422, 451])('the four-eye service denies with %i', async (status) => {
    server.reply = json({ approved: true }, status);
    const reason = `the service answered with status ${status}`;
    expect(await decide()).toEqual({ kind: 'deny', rule: 'four-eye', reason });
  });

  const silence: readonly (readonly [string, Reply])[] = [
    ...[301, 302, 303, 307, 308].map((status): readonly [string, Reply] => [
      `a redirect ${status} to a yes`,
      (response, { url }) =>
        url === '/yes'
          ? json({})(response, server.seen[0]!)
          : text('', status, { location: '/yes' })(response, server.seen[0]!),
    ]),
    ...[304, 408, 425, 429, 500, 501, 502, 503, 504, 599].map((status): readonly [string, Reply] => [
      `status ${status}`,
      (response) => response.writeHead(status).end(),
    ]),
    ['a closed connection', closing],
    ['no answer', hanging],
    ['a yes whose body never ends', half('hang')],
    ['a yes whose body breaks off', half('close')],
  ];

  it.each(silence)('the four-eye service holds with %s and is asked once', async (_name, reply) => {
    server.reply = reply;
    const verdict = await decide({ timeout: 1500 });
    expect(verdict).toMatchObject({ kind: 'hold', rule: 'four-eye', reason: expect.stringMatching(/./) });
    expect(server.seen).toHaveLength(1);
  });

  it('the four-eye service holds when it cannot be reached', async () => {
    const gone = await startServer(json({}));
    await gone.close();
    const verdict = await decide({ url: gone.url });
    expect(verdict).toMatchObject({ kind: 'hold', reason: expect.stringContaining('ECONNREFUSED') });
  });

  it.each(['../healthz?', '..', '%2e%2e', 'a/b', '?x', '#', '', '.', 'a\\..\\b'])(
    'the four-eye service gets no question for the id "%s"',
    async (id) => {
      await expect(decide({}, id)).rejects.toMatchObject({ code: 'PENDING_INVALID' });
      expect(server.seen).toHaveLength(0);
    },
  );

  it('the four-eye service must use https on mainnet, except on a private host', () => {
    const make = (url: string) => makeFourEye({ url, method: 'GET', network: 'mainnet', clock: testClock() });
    expect(() => make('http://example.com')).toThrowError(expect.objectContaining({ code: 'URL_INSECURE' }));
    expect(() => make('https://example.com/?a=b')).toThrowError(expect.objectContaining({ code: 'URL_INVALID' }));
    expect(make('http://10.0.0.7/approve').name).toBe('four-eye');
  });
});

const hmac = (text: string) => createHmac('sha256', 'a shared secret').update(text).digest('hex');

describe('a shared secret', () => {
  it.each(['GET', 'POST'] as const)('a shared secret signs time, method, path and body of a %s', async (method) => {
    const clock = testClock();
    await decide({ method, clock, secret: Secret.text('a shared secret') });
    const [seen] = server.seen;
    const timestamp = String(clock.now());
    const signature = hmac(`${timestamp}.${method}.${seen?.url}.${seen?.body}`);
    expect(seen?.headers).toMatchObject({ 'x-custos-timestamp': timestamp, 'x-custos-signature': signature });
    expect(JSON.stringify(seen)).not.toContain('a shared secret');
  });

  it('without a shared secret its headers are missing, too', async () => {
    await decide();
    const { 'x-custos-timestamp': time, 'x-custos-signature': signature } = server.seen[0]!.headers;
    expect([time, signature]).toEqual([undefined, undefined]);
  });

  it('a shared secret is not shown in a reason that repeats it', async () => {
    server.reply = text('a shared secret', 503);
    const verdict = await decide({ secret: Secret.text('a shared secret') });
    expect(JSON.stringify(verdict)).not.toContain('a shared secret');
  });
});
