import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseVersionNotice } from '../../src/cloud/caller.js';
import { isRetryable } from '../../src/core/errors.js';
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
  text,
  turns,
} from '../support/http.js';
import { apiKey, element, ethId, idOfNumber, makeCloud } from './parts.js';

let server: Server;

beforeAll(async () => {
  server = await startServer(json([]));
});
beforeEach(() => {
  server.reply = json([]);
  server.seen.length = 0;
});
afterAll(() => server.close());

const ids = (count: number) => Array.from({ length: count }, (_, number) => idOfNumber(number));
const poll = (change = {}) => makeCloud(server.url, change).pending(ethId, 'testnet', ids(2));

describe('a poll', () => {
  it('a poll asks for its wallets with key and versions in the headers', async () => {
    await poll();
    const [seen] = server.seen;
    expect(seen).toMatchObject({ method: 'POST', url: '/v3/kms/pending/ETH' });
    expect(seen?.body).toBe(JSON.stringify({ signatureIds: ids(2) }));
    expect(seen?.headers).toMatchObject({
      'x-api-key': apiKey,
      'x-ttm-kms-client-version': '8.0.1',
      'user-agent': 'custos/1.2.3',
      'content-type': 'application/json',
    });
  });

  it('a poll asks below the path of the cloud URL, with or without a slash at its end', async () => {
    for (const end of ['/gateway', '/gateway/']) {
      await makeCloud(server.url + end).pending(ethId, 'testnet', ids(1));
      expect(server.seen.at(-1)?.url).toBe('/gateway/v3/kms/pending/ETH');
    }
  });

  it('a poll of more than 25,000 wallets is split into requests, four at a time, and put together', async () => {
    const wanted = ids(125_001);
    let most = 0;
    let answered = 0;
    const waiting: (() => void)[] = [];
    server.reply = async (response, seen) => {
      if (seen.url === '/probe') return json({})(response, seen);
      const { signatureIds } = JSON.parse(seen.body) as { signatureIds: string[] };
      const elements = [element(`last-${signatureIds.at(-1)?.slice(-6)}`), element('everywhere')];
      waiting.push(() => json(elements)(response, seen));
      if (waiting.length !== Math.min(4, 6 - answered)) return;
      // A fifth one would have come by the time that the same bytes have made the way once more.
      for (let turn = 0; turn < 3; turn++) await fetch(`${server.url}/probe`, { method: 'POST', body: seen.body });
      most = Math.max(most, waiting.length);
      answered += waiting.length;
      for (const answer of waiting.splice(0)) answer();
    };
    const polled = await makeCloud(server.url).pending(ethId, 'testnet', wanted);
    const polls = server.seen.filter(({ url }) => url !== '/probe');
    const asked = polls.map(({ body }) => (JSON.parse(body) as { signatureIds: string[] }).signatureIds);
    expect(asked.map((part) => part.length).sort((one, other) => one - other)).toEqual([1, ...Array(5).fill(25_000)]);
    expect(new Set(asked.flat()).size).toBe(125_001);
    expect(most).toBe(4);
    const found = polled.map((item) => (item.kind === 'pending' ? item.pending.id : item.error.code));
    expect(new Set(found)).toEqual(
      new Set(['everywhere', ...[24_999, 49_999, 74_999, 99_999, 124_999, 125_000].map((n) => `last-${padded(n)}`)]),
    );
    expect(found).toHaveLength(7);
  });

  it('a poll without wallets asks nothing', async () => {
    expect(await makeCloud(server.url).pending(ethId, 'testnet', [])).toEqual([]);
    expect(server.seen).toHaveLength(0);
  });

  const faults: readonly (readonly [string, Reply, string])[] = [
    ['status 500', text('oops', 500), 'CLOUD_UNREACHABLE'],
    ['status 429', json({}, 429), 'CLOUD_RATE_LIMITED'],
    ['a closed connection', closing, 'CLOUD_UNREACHABLE'],
    ['null', json(null), 'CLOUD_ANSWER_INVALID'],
    ['an object', json({ data: [] }), 'CLOUD_ANSWER_INVALID'],
    ['a JSON text', json('a text of many characters'), 'CLOUD_ANSWER_INVALID'],
    ['HTML', text('<html>maintenance</html>'), 'CLOUD_ANSWER_INVALID'],
    ['half JSON', text('[{"id":"a"'), 'CLOUD_ANSWER_INVALID'],
    ['nothing', text(''), 'CLOUD_ANSWER_INVALID'],
    ['no end', hanging, 'CLOUD_TIMEOUT'],
    ['half a body', half('hang'), 'CLOUD_TIMEOUT'],
    ['half a body and a closed connection', half('close'), 'CLOUD_UNREACHABLE'],
    ['status 400', json({ errorCode: 'validation.failed', message: 'no' }, 400), 'CLOUD_REFUSED'],
    ['status 401', json({ errorCode: 'subscription.invalid', message: 'no' }, 401), 'API_KEY_INVALID'],
    ['a withdrawal without the code', json({ state: 'withdrawn' }, 403), 'CLOUD_REFUSED'],
    ['an inactive subscription', json({ errorCode: 'subscription.not.active' }, 403), 'API_KEY_INVALID'],
    ['status 403', json({ message: 'Forbidden' }, 403), 'CLOUD_REFUSED'],
    ['a 404 of something on the way', text('<html>not found</html>', 404), 'CLOUD_ANSWER_INVALID'],
  ];

  it.each(faults)('a poll that is answered with %s fails by its code, without the key', async (_name, reply, code) => {
    server.reply = reply;
    const error = await failure(poll({ timeouts: { poll: 80, other: 80 } }));
    expect(error).toMatchObject({ code });
    expect(isRetryable(error)).toBe(!['CLOUD_REFUSED', 'API_KEY_INVALID'].includes(code));
    expect(everythingOf(error)).not.toContain(apiKey);
    expect(error.message).toContain('/v3/kms/pending/ETH');
    // A failed poll must not spill its wallets.
    expect(error.message).not.toContain(idOfNumber(1));
    expect(error.message.length).toBeLessThan(500);
  });

  it('a poll works again when the fault is over', async () => {
    server.reply = turns(closing, json([element('a')]));
    expect(await poll()).toHaveLength(1);
  });
});

describe('the version that the cloud announces', () => {
  const header = 'x-ttm-kms-latest-version';

  it('the announced version is shown once for each distinct text', async () => {
    const notices: string[] = [];
    const cloud = makeCloud(server.url, { onNotice: (notice) => notices.push(notice) });
    for (const value of ['9.0.0;WARN;please; update', '9.0.0;WARN;please; update', '9.1.0;ERROR;now', 'nonsense']) {
      server.reply = json([], 200, { [header]: value });
      await cloud.pending(ethId, 'testnet', ids(1));
    }
    expect(notices).toEqual(['9.0.0 WARN: please; update', '9.1.0 ERROR: now']);
  });

  it('the announced version is shown without the key', async () => {
    const notices: string[] = [];
    server.reply = json([], 200, { [header]: `9.0.0;WARN;your key ${apiKey}` });
    await poll({ onNotice: (notice: string) => notices.push(notice) });
    expect(notices).toEqual(['9.0.0 WARN: your key {apiKey}']);
  });

  it('the announced version is empty when the header has another form', () => {
    for (const value of [null, '', ';', '9.0.0', ';WARN;text', 'x;WARN;text']) {
      expect(parseVersionNotice(value)).toBeUndefined();
    }
    fc.assert(fc.property(fc.string(), (value) => void parseVersionNotice(value)));
  });
});

describe('closing a pending transaction', () => {
  const complete = () => makeCloud(server.url).complete('a', '0xfeed');

  it.each([
    ['204', text('', 204)],
    ['403 kms.missing', json({ errorCode: 'kms.missing', message: 'No such KMS signature' }, 403)],
    ['404 of the cloud', json({ errorCode: 'kms.missing' }, 404)],
  ])('a pending transaction is closed after %s', async (_name, reply) => {
    server.reply = reply;
    await complete();
    expect(server.seen).toEqual([expect.objectContaining({ method: 'PUT', url: '/v3/kms/a/0xfeed' })]);
  });

  it.each([
    ['403 of another kind', json({ message: 'Forbidden' }, 403), 'CLOUD_REFUSED'],
    ['404 of something on the way', text('<html>not found</html>', 404), 'CLOUD_ANSWER_INVALID'],
    ['409', json({ errorCode: 'STATE_CONFLICT', message: 'Closed by other bytes.' }, 409), 'CLOUD_REFUSED'],
  ])('a pending transaction is not closed after %s', async (_name, reply, code) => {
    server.reply = reply;
    await expect(complete()).rejects.toMatchObject({ code });
  });

  it.each(['..', '.', '', 'a/b', '?x', '#', '%2e%2e', '../healthz?'])(
    'closing asks nothing for the id "%s"',
    async (id) => {
      const cloud = makeCloud(server.url);
      await expect(cloud.complete(id, '0xfeed')).rejects.toMatchObject({ code: 'PENDING_INVALID' });
      await expect(cloud.complete('a', id)).rejects.toMatchObject({ code: 'PENDING_INVALID' });
      await expect(cloud.status(id)).rejects.toMatchObject({ code: 'PENDING_INVALID' });
      expect(server.seen).toHaveLength(0);
    },
  );
});

describe('the status of a pending transaction', () => {
  it.each([
    ['pending', json(element('a')), { kind: 'pending' }],
    ['completed', json({ ...element('a'), txId: '0xfeed' }), { kind: 'completed', txId: '0xfeed' }],
    ['unknown after 403 kms.missing', json({ errorCode: 'kms.missing' }, 403), { kind: 'unknown' }],
    ['withdrawn', json({ errorCode: 'kms.missing', state: 'withdrawn' }, 403), { kind: 'withdrawn' }],
    ['unknown after another word', json({ errorCode: 'kms.missing', state: true }, 403), { kind: 'unknown' }],
    ['unknown after 404', json({ errorCode: 'kms.missing' }, 404), { kind: 'unknown' }],
  ])('the status of a pending transaction is %s', async (_name, reply, expected) => {
    server.reply = reply;
    expect(await makeCloud(server.url).status('a')).toEqual(expected);
    expect(server.seen[0]).toMatchObject({ method: 'GET', url: '/v3/kms/a' });
  });

  it.each([
    ['a 403 of something on the way', text('blocked', 403), 'CLOUD_ANSWER_INVALID'],
    ['a 404 of something on the way', text('<html>', 404), 'CLOUD_ANSWER_INVALID'],
    ['an inactive subscription', json({ errorCode: 'subscription.not.active' }, 403), 'API_KEY_INVALID'],
    ['a list', json([]), 'CLOUD_ANSWER_INVALID'],
    ['HTML', text('<html>'), 'CLOUD_ANSWER_INVALID'],
  ])('the status of a pending transaction is never guessed from %s', async (_name, reply, code) => {
    server.reply = reply;
    await expect(makeCloud(server.url).status('a')).rejects.toMatchObject({ code });
  });
});

describe('an error report', () => {
  it('error reports go out in the documented form, 500 at a time', async () => {
    server.reply = text('', 204);
    const reports = Array.from({ length: 501 }, (_, n) => ({ pendingId: `p${n}`, error: `PENDING_INVALID: ${n}` }));
    await makeCloud(server.url).report(reports);
    const bodies = server.seen.map(({ body }) => JSON.parse(body) as { errors: unknown[] });
    expect(server.seen.map(({ url }) => url)).toEqual(['/v3/tatum/kms/batch', '/v3/tatum/kms/batch']);
    expect(bodies.map(({ errors }) => errors.length)).toEqual([500, 1]);
    expect(bodies[0]?.errors[7]).toEqual({ signatureId: 'p7', error: 'PENDING_INVALID: 7' });
  });

  it('an empty error report is not sent', async () => {
    await makeCloud(server.url).report([]);
    expect(server.seen).toHaveLength(0);
  });

  it('an error report that the cloud refuses is an error', async () => {
    server.reply = json({ message: 'no' }, 400);
    await expect(makeCloud(server.url).report([{ pendingId: 'a', error: 'x' }])).rejects.toMatchObject({
      code: 'CLOUD_REFUSED',
    });
  });
});

function padded(number: number): string {
  return String(number).padStart(6, '0');
}
