import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/core/secret.js';
import { type Asked, readVerdict } from '../../src/policy/four-eye-answer.js';

const now = Date.parse('2026-01-01T00:00:00Z');
const asked = { digest: 'd1'.repeat(32), nonce: 'a0'.repeat(16), now };
const json = { 'content-type': 'application/json' };

interface Given {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const answerOf = ({ status = 200, headers = json, body = '' }: Given) => ({
  status,
  headers: { get: (name: string) => headers[name] ?? null },
  text: body,
});
const read = (given: Given, how: Pick<Asked, 'method'> & Partial<Asked>) =>
  readVerdict(answerOf(given), { ...asked, ...how });
const kinds = (given: Given) => [read(given, { method: 'POST' }).kind, read(given, { method: 'GET' }).kind];

/** What an answer comes to: in the form of this program (POST), and in that of Tatum KMS (GET). */
const rows: readonly (readonly [string, Given, string, string])[] = [
  ['approved: true', { body: '{"approved":true}' }, 'allow', 'allow'],
  ['APPROVE', { body: '{"decision":"APPROVE"}' }, 'allow', 'allow'],
  ['APPROVE with status 201', { status: 201, body: '{"decision":"APPROVE"}' }, 'allow', 'allow'],
  ['both, in agreement', { body: '{"approved":true,"decision":"APPROVE"}' }, 'allow', 'allow'],
  [
    'JSON by another name',
    { headers: { 'content-type': 'application/vnd.x+json; charset=utf-8' }, body: '{"approved":true}' },
    'allow',
    'allow',
  ],
  ['a byte order mark before it', { body: '\uFEFF{"approved":true}' }, 'allow', 'allow'],
  ['approved: false', { body: '{"approved":false}' }, 'deny', 'deny'],
  ['REJECT', { body: '{"decision":"REJECT"}' }, 'deny', 'deny'],
  ['approved: false with status 202', { status: 202, body: '{"approved":false}' }, 'deny', 'deny'],
  ['a bare false', { body: 'false' }, 'deny', 'deny'],
  ['RETRY', { body: '{"decision":"RETRY"}' }, 'hold', 'hold'],
  ['not yet', { body: '{"approved":false,"decision":"RETRY"}' }, 'hold', 'hold'],
  ['RETRY with status 403', { status: 403, body: '{"decision":"RETRY"}' }, 'hold', 'hold'],
  ['two that differ', { body: '{"approved":true,"decision":"REJECT"}' }, 'hold', 'hold'],
  ['another word', { body: '{"decision":"approve"}' }, 'hold', 'hold'],
  ['a word in place of true', { body: '{"approved":"true"}' }, 'hold', 'hold'],
  ['a number', { body: '{"approved":1}' }, 'hold', 'hold'],
  ['null', { body: '{"approved":null}' }, 'hold', 'hold'],
  ['a list of decisions', { body: '{"decision":["APPROVE"]}' }, 'hold', 'hold'],
  ['a yes with status 202', { status: 202, body: '{"approved":true}' }, 'hold', 'hold'],
  ['a yes with status 203', { status: 203, body: '{"approved":true}' }, 'hold', 'hold'],
  ['a yes with status 206', { status: 206, body: '{"approved":true}' }, 'hold', 'hold'],
  ['another digest', { body: `{"approved":true,"digest":"${'d2'.repeat(32)}"}` }, 'hold', 'hold'],
  ['another nonce', { body: '{"approved":true,"nonce":"b0"}' }, 'hold', 'hold'],
  ['the digest and nonce of the question', { body: JSON.stringify({ approved: true, ...asked }) }, 'allow', 'allow'],
  ['a no about another digest', { body: '{"approved":false,"digest":"d2"}' }, 'hold', 'hold'],
  ['no decision', { body: '{}' }, 'hold', 'allow'],
  ['a list', { body: '[]' }, 'hold', 'allow'],
  ['a decision that is inherited', { body: '{"__proto__":{"approved":true}}' }, 'hold', 'allow'],
  ['nothing', { headers: {} }, 'hold', 'allow'],
  ['nothing with status 204', { status: 204, headers: {} }, 'hold', 'allow'],
  ['nothing with status 201', { status: 201, headers: {} }, 'hold', 'hold'],
  ['nothing with status 202', { status: 202, headers: {} }, 'hold', 'hold'],
  ['nothing with status 299', { status: 299, headers: {} }, 'hold', 'hold'],
  ['text', { headers: { 'content-type': 'text/plain' }, body: 'OK' }, 'hold', 'allow'],
  [
    'a decision in plain text',
    { headers: { 'content-type': 'text/plain' }, body: '{"approved":true}' },
    'hold',
    'allow',
  ],
  ['a no in plain text', { headers: { 'content-type': 'text/plain' }, body: '{"approved":false}' }, 'hold', 'deny'],
  ['half of JSON', { body: '{"approved":tr' }, 'hold', 'hold'],
  ['a page', { headers: { 'content-type': 'text/html' }, body: '<p>Log in</p>' }, 'hold', 'hold'],
  ['a page that says it is JSON', { body: '<!doctype html>' }, 'hold', 'hold'],
  ['a page without a type', { headers: {}, body: '\n <html>' }, 'hold', 'hold'],
  [
    'a page with status 403',
    { status: 403, headers: { 'content-type': 'text/html' }, body: '<h1>403</h1>' },
    'hold',
    'hold',
  ],
  ['403 without a body', { status: 403, headers: {} }, 'deny', 'deny'],
  ['400 without a body', { status: 400, headers: {} }, 'deny', 'deny'],
  ['404 with a reason', { status: 404, body: '{"error":"unknown"}' }, 'deny', 'deny'],
  ['a yes with status 403', { status: 403, body: '{"approved":true}' }, 'deny', 'deny'],
  ...[407, 413, 421, 431, 500, 501, 511].map(
    (status) => [`status ${status}`, { status, headers: {} }, 'hold', 'hold'] as const,
  ),
];

describe('an answer', () => {
  it.each(rows)('an answer with %s gives the verdict of the table', (_name, given, byPost, byGet) => {
    expect(kinds(given)).toEqual([byPost, byGet]);
  });

  it('an answer is a yes only with a status that says so, whatever else it holds', () => {
    const type = fc.constantFrom('application/json', 'text/plain', 'text/html', '');
    const given = fc.record({
      status: fc.integer({ min: 100, max: 600 }),
      body: fc.oneof(fc.json(), fc.string()),
      type,
    });
    fc.assert(
      fc.property(given, fc.constantFrom('GET', 'POST'), ({ status, body, type }, method) => {
        const { kind } = read({ status, body, headers: { 'content-type': type } }, { method });
        if (kind === 'allow') expect([200, 201, 204]).toContain(status);
      }),
    );
  });
});

it('an answer says why it is no yes: by its word, by its status, or because it decides nothing', () => {
  const post = (given: Given) => read(given, { method: 'POST' });
  expect(post({ body: '{"decision":"REJECT"}' })).toMatchObject({ reason: 'the service said REJECT' });
  expect(post({ status: 403, headers: {} })).toMatchObject({ reason: 'the service answered with status 403' });
  expect(post({ body: '{"decision":"RETRY"}' })).toMatchObject({ reason: 'the service said RETRY' });
  const yes = '{"approved":true}';
  expect(post({ status: 202, body: yes })).toMatchObject({ kind: 'hold', because: 'undecided' });
  expect(post({ status: 203, body: yes })).toMatchObject({ kind: 'hold', because: 'invalid' });
});

describe('an answer that has to be signed', () => {
  const secret = Secret.text('a shared secret');
  const yes = `${asked.nonce}.${asked.digest}.APPROVE`;
  const sign = (text: string, time: number | string = now, key = 'a shared secret') => ({
    ...json,
    'x-custos-timestamp': String(time),
    'x-custos-signature': createHmac('sha256', key).update(`${time}.${text}`).digest('hex'),
  });
  const body = '{"decision":"APPROVE"}';
  const judge = (headers: Record<string, string>, change: Given = {}, method: 'GET' | 'POST' = 'POST') =>
    read({ body, headers, ...change }, { method, secret });

  it('an answer is accepted with the right signature over time, nonce, digest and decision, in either form', () => {
    expect(judge(sign(yes))).toEqual({ kind: 'allow' });
    for (const time of [now - 60_000, now + 60_000]) expect(judge(sign(yes, time))).toEqual({ kind: 'allow' });
    expect(judge({ ...sign(yes), 'content-type': 'text/plain' }, { body: '', status: 204 }, 'GET')).toEqual({
      kind: 'allow',
    });
    const no = sign(`${asked.nonce}.${asked.digest}.REJECT`);
    expect(judge(no, { body: '{"approved":false}' }).kind).toBe('deny');
    expect(judge(no, { body: '', status: 403 }).kind).toBe('deny');
  });

  const other = (part: string) => sign(yes.replace(part, part.replace(/./, 'f')));
  const wrong: readonly (readonly [string, Record<string, string>, string])[] = [
    ['without a signature', json, 'unsigned'],
    ['without its time', { ...sign(yes), 'x-custos-timestamp': '' }, 'unsigned'],
    ['with a cut signature', { ...sign(yes), 'x-custos-signature': 'abcd' }, 'signature'],
    ['with what is not a signature', { ...sign(yes), 'x-custos-signature': 'z'.repeat(64) }, 'signature'],
    ['signed with another secret', sign(yes, now, 'another'), 'signature'],
    ['signed over another nonce', other(asked.nonce), 'signature'],
    ['signed over another digest', other(asked.digest), 'signature'],
    ['signed over another decision', sign(yes.replace('APPROVE', 'REJECT')), 'signature'],
    ['signed, with another time beside it', { ...sign(yes), 'x-custos-timestamp': String(now + 1) }, 'signature'],
    ['signed a minute ago', sign(yes, now - 60_001), 'time'],
    ['signed in a minute', sign(yes, now + 60_001), 'time'],
    ['signed at no time', sign(yes, 'now'), 'time'],
    ['signed in seconds', sign(yes, Math.round(now / 1000)), 'time'],
  ];
  it.each(wrong)('an answer %s holds and is counted', (_name, headers, distrust) => {
    expect(judge(headers)).toMatchObject({ kind: 'hold', because: 'invalid', distrust });
  });

  it('a no without a signature also holds, because a proxy could have sent it', () => {
    for (const given of [{ status: 403, body: '' }, { body: '{"approved":false}' }]) {
      expect(judge(json, given)).toMatchObject({ kind: 'hold', distrust: 'unsigned' });
    }
  });

  it('an answer is not the signature of the question sent back', () => {
    expect(judge(sign(`POST./approve/x.${body}`))).toMatchObject({ kind: 'hold', distrust: 'signature' });
  });
});
