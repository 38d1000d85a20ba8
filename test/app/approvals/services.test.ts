import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readRequest } from '../../../src/app/approvals/request.js';
import { ServiceAsker } from '../../../src/app/approvals/services.js';
import { createApproverClient } from '../../../src/cloud/approver-client.js';
import { type Clock, systemClock } from '../../../src/core/clock.js';
import type { Log } from '../../../src/core/log.js';
import { Secret } from '../../../src/core/secret.js';
import type { Question } from '../../../src/core/signing/judge.js';
import type { Store } from '../../../src/core/store/store.js';
import { readApprovalText } from '../../../src/policy/approval-text.js';
import { type Asked, standingOf } from '../../../src/policy/approvals.js';
import { constitutionOf } from '../../../src/policy/constitution.js';
import { createStore } from '../../../src/storage/open-store.js';
import { keyOf, now, payment, asked as usual, written } from '../../policy/approvals/people.js';
import { anySlot, freshLocation } from '../../storage/support.js';

const constitution = constitutionOf(written);
const secret = 'a secret of questions';
const asked: Asked = { ...usual, demands: [{ count: 2, group: 'treasury' }] };
const question = {
  pending: { id: asked.pending },
  ...{ chain: asked.chain, network: asked.network, completed: '{"nonce":"7"}', effects: payment },
  signers: [{ address: '0xfrom', publicKey: Uint8Array.of(2, 3) }],
  wallets: [{ address: '0xfrom', label: 'the desk' }],
} as unknown as Question;

interface Received {
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

const location = freshLocation();
let store: Store;
let server: Server;
let url = '';
let received: Received[];
let events: Record<string, unknown>[];
let woken: string[];
/** What the service answers: status and body. */
let answer: (text: string) => readonly [number, string, Record<string, string>?];
let time = now;

beforeEach(async () => {
  [received, events, woken, time] = [[], [], [], now];
  answer = () => [200, '{"custosAnswer":"IGNORE"}'];
  store = await createStore(location(), { storeId: asked.store, slots: [anySlot()] });
  server = createServer(async (request, response) => {
    let text = '';
    for await (const part of request.setEncoding('utf8')) text += part;
    received.push({ url: request.url, headers: request.headers, text });
    const [status, body, headers = {}] = answer(text);
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/custos`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await store.close();
});

const clock: Clock = { ...systemClock, now: () => time, wait: async () => undefined };
const note = (fields: Record<string, unknown>) => void events.push(fields);
const log = { debug: note, info: note, warn: note, error: note } as Log;

function askerOf(name = 'bea', options: { readonly timeout?: number } = {}): ServiceAsker {
  const client = createApproverClient({ url, network: 'mainnet', clock, secret: Secret.text(secret), ...options });
  return new ServiceAsker({
    services: new Map([[name, client]]),
    ...{ clock, log, approvals: store.approvals },
    journal: { wake: async (id) => void woken.push(id) },
    developmentChainIds: new Map(),
    constitution: async () => constitution,
  });
}

const open = new Set(['bea', 'bob', 'ben']);
/** Asks, and waits for the answer. */
async function ask(asker: ServiceAsker, change: Partial<Asked> = {}, who: ReadonlySet<string> = open): Promise<void> {
  asker.askMissing(question, { ...asked, now: time, ...change }, who);
  await asker.close();
}

const signedBy =
  (name: string, decision: 'approve' | 'reject' = 'approve') =>
  (text: string) => {
    const lines: string = JSON.parse(text).lines[decision];
    const body = { custosApproval: 1, text: lines, signature: keyOf(name).signed(lines) };
    return [200, JSON.stringify(body)] as const;
  };
const kept = () => store.approvals.of(asked.pending);

it('a service gets the request that any approver gets, and the lines of its person, signed with the secret', async () => {
  await ask(askerOf());
  const [{ headers, text, url: path } = expect.fail()] = received;
  const { custosQuestion, request, lines } = JSON.parse(text);
  expect(custosQuestion).toBe(1);
  expect(readRequest(JSON.stringify(request))).toMatchObject({
    ...{ pending: asked.pending, completed: '{"nonce":"7"}', initiator: 'token:shop', names: { '0xfrom': 'the desk' } },
    signers: [{ address: '0xfrom', publicKey: Uint8Array.of(2, 3) }],
  });
  const { intent, policy, demands } = asked;
  const all = { intent, policy, demands, key: keyOf('bea').text, feeAtMost: { asset: 'ETH', amount: 2000n } };
  expect(readApprovalText(lines.approve)).toMatchObject({ ...all, decision: 'approve', expires: now + 3_600_000 });
  expect(readApprovalText(lines.reject)).toMatchObject({ ...all, decision: 'reject' });
  const own = createHmac('sha256', secret).update(`${now}.POST./custos.${text}`).digest('hex');
  expect([path, headers['x-custos-timestamp'], headers['x-custos-signature']]).toEqual(['/custos', `${now}`, own]);
});

it('a signed yes of a service is an approval of its person, and wakes the transaction', async () => {
  answer = signedBy('bea');
  await ask(askerOf());
  const approvals = await kept();
  expect(approvals).toHaveLength(1);
  expect(standingOf({ ...asked, demands: [{ count: 1, group: 'treasury' }] }, constitution, approvals).kind).toBe(
    'missing',
  );
  expect(standingOf(asked, constitution, approvals)).toMatchObject({
    demands: [{ approved: ['bea'], open: ['bob', 'ben'] }],
  });
  expect(woken).toContain(asked.pending);
  expect(events).toMatchObject([{ approver: 'bea', answer: 'APPROVE', event: 'approver-answered' }]);
});

it('a signed no of a service rejects', async () => {
  answer = signedBy('bea', 'reject');
  await ask(askerOf());
  expect(standingOf(asked, constitution, await kept())).toEqual({ kind: 'rejected', by: 'bea' });
});

it.each<[string, string, () => readonly [number, string, Record<string, string>?]]>([
  ['the signature of another person', 'APPROVAL_SIGNATURE', () => signedBy('ben')(received[0]?.text ?? '')],
  [
    'an approval of another person',
    'APPROVAL_SIGNATURE',
    () => {
      const lines = JSON.parse(received[0]?.text ?? '').lines.approve.replace(/key: .*/, `key: ${keyOf('ben').text}`);
      return [200, JSON.stringify({ custosApproval: 1, text: lines, signature: keyOf('ben').signed(lines) })];
    },
  ],
  [
    'a signature over other lines',
    'APPROVAL_SIGNATURE',
    () => {
      const [, body] = signedBy('bea')(received[0]?.text ?? '');
      return [200, body.replace('decision: approve', 'decision: reject')];
    },
  ],
  [
    'an approval of another transaction',
    'APPROVAL_CHANGED',
    () => {
      const lines = JSON.parse(received[0]?.text ?? '').lines.approve.replace(/pending: .*/, 'pending: other');
      return [200, JSON.stringify({ custosApproval: 1, text: lines, signature: keyOf('bea').signed(lines) })];
    },
  ],
  ['a bare yes', 'JUDGE_ANSWER_INVALID', () => [200, '{"custosAnswer":"APPROVE"}']],
  ['an answer that is too long', 'JUDGE_ANSWER_INVALID', () => [200, ' '.repeat(17_000)]],
  ['another status', 'JUDGE_UNREACHABLE', () => [201, '{"custosAnswer":"IGNORE"}']],
  ['a failure', 'JUDGE_UNREACHABLE', () => [500, '']],
  ['a redirect', 'JUDGE_UNREACHABLE', () => [307, '', { location: '/elsewhere' }]],
])('%s is no approval, and the service is asked again later', async (_what, code, given) => {
  answer = given;
  const asker = askerOf();
  await ask(asker);
  expect(await kept()).toEqual([]);
  expect(events).toMatchObject([{ event: 'approver-failed', code }]);
  await ask(asker);
  expect(received).toHaveLength(1);
  time += 5_000;
  await ask(asker);
  expect(received).toHaveLength(2);
  time += 5_000;
  await ask(asker);
  expect(received).toHaveLength(2);
  time += 5_000;
  await ask(asker);
  expect(received).toHaveLength(3);
  expect(received.map(({ url: path }) => path)).not.toContain('/elsewhere');
});

it('a service that does not answer within its time has failed', async () => {
  server.removeAllListeners('request');
  await ask(askerOf('bea', { timeout: 50 }));
  expect(events).toMatchObject([{ event: 'approver-failed', code: 'JUDGE_UNREACHABLE' }]);
});

it('a service is asked once for each making of a transaction, and once more after RETRY when its pause is over', async () => {
  const asker = askerOf();
  await ask(asker);
  time += 86_400_000;
  await ask(asker);
  expect(received).toHaveLength(1);
  answer = () => [200, '{"custosAnswer":"RETRY","after":60}'];
  await ask(asker, { attempt: '1' });
  time += 59_999;
  await ask(asker, { attempt: '1' });
  expect(received).toHaveLength(2);
  time += 1;
  await ask(asker, { attempt: '1' });
  expect(received).toHaveLength(3);
});

it('a service without an opinion is asked again when something else is demanded', async () => {
  const asker = askerOf();
  await ask(asker);
  await ask(asker, { demands: [{ count: 3, group: 'treasury' }] });
  await ask(asker, { policy: { version: 4, hash: `sha256:${'0b'.repeat(32)}` } });
  await ask(asker);
  expect(received).toHaveLength(3);
});

it('a service is asked only while its person can still approve, and not twice at once', async () => {
  const asker = askerOf();
  await ask(asker, {}, new Set(['bob']));
  expect(received).toEqual([]);
  asker.askMissing(question, asked, open);
  asker.askMissing(question, asked, open);
  await asker.close();
  expect(received).toHaveLength(1);
});

it('asking returns at once, and a slow service holds no question to another transaction back', async () => {
  const answers: (() => void)[] = [];
  server.removeAllListeners('request');
  let second = (): void => undefined;
  const both = new Promise<void>((resolve) => {
    second = resolve;
  });
  server.on('request', (_request, response) => {
    answers.push(() => response.end('{"custosAnswer":"IGNORE"}'));
    if (answers.length === 2) second();
  });
  const asker = askerOf();
  asker.askMissing(question, asked, open);
  asker.askMissing({ ...question, pending: { ...question.pending, id: 'p-2' } }, { ...asked, pending: 'p-2' }, open);
  await both;
  for (const respond of answers) respond();
  await asker.close();
  expect(events).toHaveLength(2);
});

it.each([
  'http://example.org/custos',
  'ftp://127.0.0.1/',
  'https://user:secret@example.org/',
  'https://example.org/?a',
])('a service at %s is refused before it is asked', (address) => {
  expect(() => createApproverClient({ url: address, network: 'mainnet', clock })).toThrow(
    expect.objectContaining({ code: expect.stringMatching(/^URL_/) }),
  );
});
