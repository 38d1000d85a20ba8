import { createHash, createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.js';
import { parsePending } from '../../src/core/signing/pending.js';
import { type ChainId, Secret, type Summary } from '../../src/index.js';
import { custos } from '../support/custos.js';
import { makeFourEye, questionAbout } from '../support/four-eye.js';
import { type Kms, receiver, startKms, transfer } from '../support/kms.js';
import type { Fault } from '../support/stub-cloud.js';

let kms: Kms;
let number = 0;

beforeAll(async () => {
  kms = await startKms();
});
afterEach(() => {
  kms.stub.approveStatus = 200;
  kms.stub.approveSecret = undefined;
  kms.stub.queue('ETH').splice(0);
});
afterAll(() => kms.close());

function queue(id: string): void {
  number += 1;
  kms.stub.queue('ETH').push(transfer(id, kms.ids.mainnet, { request: { chainId: 1, nonce: number } }));
}

/** A daemon on mainnet, where the four-eye service has to be. */
const daemon = (...flags: string[]) => kms.daemon(`--externalUrl=${kms.stub.approveUrl}`, ...flags);
const approvalsOf = (id: string) => kms.stub.approvals.filter(({ path }) => path === `/approve/${id}`);
const isSent = (id: string) => kms.stub.broadcasts.some(({ body }) => body['signatureId'] === id);

it('an id that would lead elsewhere is refused before any question is sent', async () => {
  const ids = [
    ...['../healthz?', '../healthz', '..', '.', '', '/', 'a/b', 'a?b', 'a#b', '%2e%2e%2fhealthz', '..%2fhealthz'],
    ...['a b', 'a\\b', 'a\nb', 'ä', 'a;b', 'a@b', '//evil.example/x', 'x'.repeat(65)],
  ];
  for (const id of ids) queue(id);
  queue('harmless');
  const before = kms.stub.requests.length;
  const { code, stderr } = await daemon();
  expect(code).toBe(1);
  expect(stderr.split('\n').filter((line) => line.includes('PENDING_INVALID'))).toHaveLength(ids.length);
  const asked = kms.stub.requests.slice(before).map(({ method, path }) => `${method} ${path}`);
  expect(asked).toEqual(['POST /v3/kms/pending/ETH', 'GET /approve/harmless', 'POST /v3/ethereum/broadcast']);
});

it.each([
  [404, 'denied', 'JUDGE_DENIED'],
  [403, 'denied', 'JUDGE_DENIED'],
  [400, 'denied', 'JUDGE_DENIED'],
  [500, 'held', 'JUDGE_UNREACHABLE'],
  [503, 'held', 'JUDGE_UNREACHABLE'],
  [429, 'held', 'JUDGE_UNREACHABLE'],
  [302, 'held', 'JUDGE_UNREACHABLE'],
])(
  'an answer of %i leaves the transaction %s, with %s in exit code, journal and report',
  async (status, state, code) => {
    const id = `status-${status}`;
    queue(id);
    kms.stub.approveStatus = status;
    expect(await daemon()).toMatchObject({ code: 1, stdout: '' });
    expect(approvalsOf(id)).toHaveLength(1);
    expect(isSent(id)).toBe(false);
    const story = await kms.story(id);
    expect(story).toMatchObject({ state, error: { code } });
    expect(story.signed).toBeUndefined();
    const reports = kms.stub.reports.filter(({ signatureId }) => signatureId === id);
    expect(reports).toEqual([{ signatureId: id, error: expect.stringMatching(`^${code}: `) }]);
  },
);

it('a closed connection also leaves the transaction held', async () => {
  queue('cut');
  const end = kms.stub.fail('/approve/', { kind: 'close' });
  expect(await daemon()).toMatchObject({ code: 1 });
  end();
  expect(isSent('cut')).toBe(false);
  expect(await kms.story('cut')).toMatchObject({ state: 'held', error: { code: 'JUDGE_UNREACHABLE' } });
});

it('a held transaction is asked for repeatedly, and its story gives the reason once', async () => {
  queue('held-long');
  kms.stub.approveStatus = 503;
  const running = kms.serve(`--externalUrl=${kms.stub.approveUrl}`);
  await kms.stub.until(() => approvalsOf('held-long').length === 3);
  kms.stub.approveStatus = 200;
  await kms.stub.until(() => isSent('held-long'));
  expect(await running.kill('SIGTERM')).toMatchObject({ code: 0 });
  const { events } = await kms.story('held-long');
  expect(events.filter(({ event }) => event === 'filled')).toHaveLength(1);
  expect(events.at(-1)).toMatchObject({ event: 'completed' });
});

it('a denied transaction is asked for again only after `transaction retry`', async () => {
  queue('asked-again');
  kms.stub.approveStatus = 403;
  await daemon();
  kms.stub.approveStatus = 200;
  await daemon();
  expect(approvalsOf('asked-again')).toHaveLength(1);
  expect(isSent('asked-again')).toBe(false);
  expect(await kms.run('transaction', 'retry', 'asked-again')).toMatchObject({ code: 0 });
  expect(await daemon()).toMatchObject({ code: 0 });
  expect(approvalsOf('asked-again')).toHaveLength(2);
  expect(isSent('asked-again')).toBe(true);
});

it('a page, a redirect or a mere receipt is not a yes, even though GET is asked', async () => {
  const answers: readonly (readonly [string, Fault, string])[] = [
    ['page', { kind: 'answer', headers: { 'content-type': 'text/html' }, body: '<p>Log in</p>' }, 'ANSWER_INVALID'],
    ['moved', { kind: 'answer', status: 302, headers: { location: '/elsewhere' } }, 'UNREACHABLE'],
    ['receipt', { kind: 'answer', status: 202, body: '{}' }, 'UNDECIDED'],
    ['half', { kind: 'answer', body: '{"approved":' }, 'ANSWER_INVALID'],
  ];
  for (const [id, fault, code] of answers) {
    queue(`no-${id}`);
    const end = kms.stub.fail(`/approve/no-${id}`, fault);
    expect(await daemon()).toMatchObject({ code: 1 });
    end();
    expect(isSent(`no-${id}`)).toBe(false);
    expect(await kms.story(`no-${id}`)).toMatchObject({ state: 'held', error: { code: `JUDGE_${code}` } });
    kms.stub.queue('ETH').splice(0);
  }
});

it('a JSON answer that says no is a no, whatever its status', async () => {
  queue('said-no');
  const end = kms.stub.fail('/approve/', { kind: 'answer', body: '{"approved":false}' });
  expect(await daemon()).toMatchObject({ code: 1 });
  end();
  expect(isSent('said-no')).toBe(false);
  expect(await kms.story('said-no')).toMatchObject({ state: 'denied', error: { code: 'JUDGE_DENIED' } });
});

describe('the way of asking', () => {
  const url = () => kms.stub.approveUrl;
  const rows: readonly (readonly [string, () => string[], () => Record<string, string>, string, boolean])[] = [
    ['POST by --external-url', () => [`--external-url=${url()}`], () => ({}), 'POST', false],
    ['POST by CUSTOS_EXTERNAL_URL', () => [], () => ({ CUSTOS_EXTERNAL_URL: url() }), 'POST', false],
    ['GET by --externalUrl', () => [`--externalUrl=${url()}`], () => ({}), 'GET', true],
    ['GET by --externalUrl and its value apart', () => ['--externalUrl', url()], () => ({}), 'GET', true],
    ['GET by TATUM_KMS_EXTERNAL_URL', () => [], () => ({ TATUM_KMS_EXTERNAL_URL: url() }), 'GET', true],
    [
      'POST by CUSTOS_EXTERNAL_URL, which goes before the name of Tatum KMS',
      () => [],
      () => ({ CUSTOS_EXTERNAL_URL: url(), TATUM_KMS_EXTERNAL_URL: 'http://127.0.0.1:1' }),
      'POST',
      false,
    ],
    ['POST where it is said', () => [`--externalUrl=${url()}`, '--externalUrlMethod=POST'], () => ({}), 'POST', false],
    ['GET where it is said', () => [`--external-url=${url()}`, '--external-url-method=get'], () => ({}), 'GET', true],
    [
      'GET without a warning where that is accepted',
      () => [`--externalUrl=${url()}`, '--accept-four-eye-get'],
      () => ({}),
      'GET',
      false,
    ],
  ];
  it.each(rows)('the way of asking is %s', async (name, flags, environment, method, warned) => {
    const id = `way-${rows.findIndex(([row]) => row === name)}`;
    queue(id);
    const env = { ...kms.env, ...environment() };
    const ended = await custos(['daemon', '--runOnce', ...flags()], { home: kms.home, env });
    expect(ended).toMatchObject({ code: 0 });
    expect(approvalsOf(id).map((asked) => asked.method)).toEqual([method]);
    expect(ended.stderr.includes('four-eye service is asked by GET')).toBe(warned);
    const doctor = await custos(['doctor', ...flags(), '--json', '--offline'], { home: kms.home, env });
    expect(doctor.stdout.includes('approves an id, not the content')).toBe(warned);
  });

  it('the question contains the digest of the exact form that is signed', async () => {
    queue('digest');
    await kms.daemon(`--external-url=${url()}`);
    const [asked] = approvalsOf('digest');
    const { completed } = await kms.story('digest');
    const digest = createHash('sha256').update(completed!).digest('hex');
    expect(asked!.body).toMatchObject({ digest, completed, nonce: expect.stringMatching(/^[0-9a-f]{32}$/) });
  });
});

it('with a secret, an unsigned answer holds the transaction unless the operator allows it', async () => {
  const env = { ...kms.env, CUSTOS_FOUR_EYE_SECRET: 'shared' };
  const args = ['daemon', '--runOnce', `--external-url=${kms.stub.approveUrl}`];
  queue('unsigned');
  expect(await custos(args, { home: kms.home, env })).toMatchObject({ code: 1 });
  expect(await kms.story('unsigned')).toMatchObject({ state: 'held', error: { code: 'JUDGE_ANSWER_INVALID' } });
  kms.stub.queue('ETH').splice(0);
  queue('unsigned-allowed');
  expect(await custos([...args, '--four-eye-unsigned-answers'], { home: kms.home, env })).toMatchObject({ code: 0 });
});

it('a GET question carries only the id', async () => {
  queue('by-get');
  expect(await daemon()).toMatchObject({ code: 0 });
  const [asked, another] = approvalsOf('by-get');
  expect(another).toBeUndefined();
  expect(asked).toMatchObject({ method: 'GET', body: '' });
  expect(asked!.headers['x-api-key']).toBeUndefined();
});

it('a POST question carries the pending transaction and what its bytes do, signed with the shared secret', async () => {
  const secret = 'shared with the approver';
  queue('by-post');
  const args = ['daemon', '--runOnce', `--externalUrl=${kms.stub.approveUrl}`, '--externalUrlMethod=POST'];
  const env = { ...kms.env, CUSTOS_FOUR_EYE_SECRET: secret };
  kms.stub.approveSecret = secret;
  expect(await custos(args, { home: kms.home, env })).toMatchObject({ code: 0 });
  const [asked] = approvalsOf('by-post');
  expect(asked).toMatchObject({
    method: 'POST',
    body: {
      id: 'by-post',
      chain: 'ETH',
      hashes: [kms.ids.mainnet],
      serializedTransaction: expect.any(String),
      summary: {
        kind: 'transfer',
        to: receiver,
        value: { asset: 'ETH', amount: expect.stringMatching(/^[1-9]\d*$/) },
        fee: { asset: 'ETH', amount: '21000000000000' },
        chainId: '1',
      },
    },
  });
  const { 'x-custos-timestamp': time, 'x-custos-signature': signature } = asked!.headers;
  const text = `${time}.POST./approve/by-post.${JSON.stringify(asked!.body)}`;
  expect(signature).toBe(createHmac('sha256', secret).update(text).digest('hex'));
  expect(asked!.headers['x-api-key']).toBeUndefined();
});

describe('the judge itself', () => {
  it('the judge treats a service that hangs as no answer, within its time', async () => {
    const end = kms.stub.fail('/approve/', { kind: 'hang' });
    const judge = makeFourEye({
      url: kms.stub.approveUrl,
      method: 'GET',
      network: 'mainnet',
      clock: systemClock,
      timeout: 200,
      secret: Secret.text('x'),
    });
    const pending = parsePending(transfer('hangs', kms.ids.mainnet), 'ETH' as ChainId, 'mainnet');
    const verdict = await judge.decide(questionAbout(pending, { kind: 'other' } as Summary));
    end();
    expect(verdict).toMatchObject({ kind: 'hold' });
    expect(JSON.stringify(verdict)).toContain('200 ms');
  });
});
