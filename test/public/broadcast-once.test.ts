import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Running } from '../support/custos.js';
import { type Kms, startKms, transfer } from '../support/kms.js';
import type { Fault } from '../support/stub-cloud.js';

const path = '/v3/ethereum/broadcast';
const countPath = '/v3/ethereum/transaction/count/0x2c7536E3605D9C16a7a3D7b1898e529396a65c23';
let kms: Kms;
let running: Running | undefined;
/** A transaction count that moves with every question: whoever completes anew, pays anew. */
let count = 0;

beforeAll(async () => {
  kms = await startKms();
});
afterEach(async () => {
  await running?.kill('SIGKILL');
  running = undefined;
  kms.stub.queue('ETH').splice(0);
  kms.stub.keepPending = false;
});
afterAll(() => kms.close());

/** A pending transaction without a nonce. */
function queue(id: string): void {
  count += 10;
  kms.stub.answer(countPath, count);
  kms.stub.queue('ETH').push(transfer(id, kms.ids.key, { request: { nonce: undefined } }));
}

/** Every broadcast that arrived for this id, answered or not. */
function arrived(id: string): string[] {
  const bodies = kms.stub.received(path).map(({ body }) => body as Record<string, string>);
  return bodies.filter(({ signatureId }) => signatureId === id).map(({ txData }) => txData ?? '');
}

async function signings(id: string): Promise<number> {
  return (await kms.story(id)).events.filter(({ event }) => event === 'signed').length;
}

async function expectOnePayment(id: string): Promise<void> {
  expect(new Set(arrived(id)).size).toBe(1);
  expect(await signings(id)).toBe(1);
  expect(await kms.story(id)).toMatchObject({ state: 'completed', signed: arrived(id)[0] });
}

describe('a transaction whose broadcast fails', () => {
  it.each<readonly [string, string, Fault, number]>([
    ['refused-500', 'answered with 500 for a while', { kind: 'answer', status: 500, body: 'oops' }, 3],
    ['refused-429', 'answered with 429 for a while', { kind: 'answer', status: 429 }, 3],
    ['closed', 'cut off before the answer', { kind: 'close' }, 3],
    ['broken', 'answered with 200 and broken JSON', { kind: 'answer', body: '{"txId":"0x12' }, 1],
    ['empty', 'answered with 200 and no transaction hash', { kind: 'answer', body: '{}' }, 1],
    ['html', 'answered with 200 and HTML', { kind: 'answer', body: '<html>ok</html>' }, 1],
    ['half', 'answered with half a body', { kind: 'half', body: '{"txId":"0x1234567890"}' }, 3],
  ])(
    '%s: a transaction whose broadcast is %s is signed once, and the same bytes are sent again',
    async (id, _what, fault, times) => {
      queue(id);
      const end = kms.stub.fail(path, fault, times);
      running = kms.serve('--testnet');
      await kms.stub.until(() => kms.stub.broadcasts.some(({ body }) => body['signatureId'] === id));
      // The question for the count would be answered differently now.
      await running.line(new RegExp(`"${id}".*transaction completed`));
      expect(await running.kill('SIGTERM')).toMatchObject({ code: 0 });
      end();
      expect(arrived(id).length).toBe(times + 1);
      await expectOnePayment(id);
    },
  );
});

describe('after kill -9', () => {
  it('after kill -9 during the broadcast, the restarted daemon sends the same bytes', async () => {
    queue('killed-under-way');
    const end = kms.stub.fail(path, { kind: 'hang' });
    running = kms.serve('--testnet');
    await kms.stub.until(() => arrived('killed-under-way').length === 1);
    expect(await running.kill('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
    await kms.forgetDead();
    end();
    kms.stub.answer(countPath, 9999);
    expect(await kms.daemon('--testnet')).toMatchObject({ code: 0 });
    expect(arrived('killed-under-way')).toHaveLength(2);
    await expectOnePayment('killed-under-way');
  });

  it('after kill -9 behind the broadcast, a cloud that still lists the transaction gets no second one, however often it is polled', async () => {
    kms.stub.keepPending = true;
    queue('still-listed');
    running = kms.serve('--testnet');
    await running.line(/"still-listed".*transaction completed/);
    await running.kill('SIGKILL');
    kms.stub.answer(countPath, 9999);
    expect(await kms.daemon('--testnet')).toMatchObject({ code: 0 });
    // A serving daemon, over many polls: the cloud is told that it is over, and nothing is sent.
    running = kms.serve('--testnet');
    const before = kms.stub.received('/v3/kms/pending/').length;
    await kms.stub.until(() => kms.stub.received('/v3/kms/pending/').length > before + 10);
    expect(await running.kill('SIGTERM')).toMatchObject({ code: 0 });
    expect(arrived('still-listed')).toHaveLength(1);
    const { txId } = JSON.parse((await kms.run('transaction', 'show', 'still-listed')).stdout);
    expect(kms.stub.closed.filter(({ id }) => id === 'still-listed').length).toBeGreaterThan(0);
    expect(new Set(kms.stub.closed.filter(({ id }) => id === 'still-listed').map((one) => one.txId))).toEqual(
      new Set([txId]),
    );
    await expectOnePayment('still-listed');
  });

  it('a transaction that the cloud no longer lists, but knows, is completed without a broadcast', async () => {
    queue('closed-elsewhere');
    const end = kms.stub.fail(path, { kind: 'hang' });
    running = kms.serve('--testnet');
    await kms.stub.until(() => arrived('closed-elsewhere').length === 1);
    await running.kill('SIGKILL');
    await kms.forgetDead();
    end();
    kms.stub.queue('ETH').splice(0);
    kms.stub.fail('/v3/kms/closed-elsewhere', { kind: 'answer', body: '{"id":"closed-elsewhere","txId":"0x12"}' });
    expect(await kms.daemon('--testnet')).toMatchObject({ code: 0 });
    expect(arrived('closed-elsewhere')).toHaveLength(1);
    expect(await kms.story('closed-elsewhere')).toMatchObject({ state: 'completed' });
  });
});

it('the same id with another payload is refused, both before and after signing', async () => {
  kms.stub.keepPending = true;
  queue('changed');
  expect(await kms.daemon('--testnet')).toMatchObject({ code: 0 });
  kms.stub.queue('ETH').splice(0);
  kms.stub.queue('ETH').push(transfer('changed', kms.ids.key, { request: { nonce: 70, value: '1000000' } }));
  expect(await kms.daemon('--testnet')).toMatchObject({ code: 1 });
  expect(arrived('changed')).toHaveLength(1);
  expect(kms.stub.reports.at(-1)).toMatchObject({
    signatureId: 'changed',
    error: expect.stringMatching(/^PENDING_CHANGED: /),
  });
});

it('transactions of one sender without nonces get consecutive ones, even if the count stands still', async () => {
  const ids = ['line-1', 'line-2', 'line-3', 'line-4'];
  count += 1000;
  kms.stub.answer('/v3/ethereum/transaction/count/0x0dF33272dB884ab6C242D0857DF97b56Aaf6AC79', count);
  for (const id of ids) kms.stub.queue('ETH').push(transfer(id, kms.ids.other, { request: { nonce: undefined } }));
  expect(await kms.daemon('--testnet')).toMatchObject({ code: 0 });
  const stories = await Promise.all(ids.map((id) => kms.run('transaction', 'show', id)));
  const nonces = stories.map(({ stdout }) => Number(JSON.parse(stdout).nonce));
  expect(nonces).toEqual([count, count + 1, count + 2, count + 3]);
  expect(new Set(ids.flatMap(arrived)).size).toBe(4);
});
