import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/core/clock.js';
import type { Log } from '../../src/core/log.js';
import { createGateway } from '../../src/gateway/server.js';
import { optionsFor, type Running, startRunning } from './running.js';

const to = '0x687422eea2cb73b5d3e242ba5456b782919afc85';
const txId = `0x${'ab'.repeat(32)}`;
const otherId = `0x${'cd'.repeat(32)}`;
let running: Running;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

async function submit(wallet: string = randomUUID()): Promise<{ id: string; wallet: string }> {
  const form = { to, amount: '1', currency: 'ETH', signatureId: wallet };
  return { id: (await running.post('/v3/ethereum/transaction', form)).body.signatureId, wallet };
}

const show = async (id: string) => (await running.get(`/v3/kms/${id}`)).body;
const poll = async (wallet: string) => (await running.post('/v3/kms/pending/ETH', { signatureIds: [wallet] })).body;
const report = (signatureId: string, error: string, final?: boolean) =>
  running.post('/v3/tatum/kms/batch', { errors: [{ signatureId, error, final }] });

describe('what became of a pending transaction', () => {
  test('the progress of a pending transaction is reported from the first fetch to its end', async () => {
    const { id, wallet } = await submit();
    expect(await show(id)).toMatchObject({ state: 'pending', final: false, meaning: expect.any(String) });
    await running.get('/v3/kms/pending/ETH');
    await poll(randomUUID());
    expect(await show(id)).toMatchObject({ state: 'pending' });
    await poll(wallet);
    expect(await show(id)).toMatchObject({ state: 'claimed', final: false });
    await running.call('PUT', `/v3/kms/${id}/${txId}`);
    expect(await show(id)).toMatchObject({ state: 'completed', final: true, txId });
  });

  test('the progress of a pending transaction contains the last error and its code', async () => {
    const { id, wallet } = await submit();
    await poll(wallet);
    await report(id, 'NODE_UNREACHABLE: the node is down');
    const down = { code: 'NODE_UNREACHABLE', message: 'NODE_UNREACHABLE: the node is down', at: expect.any(Number) };
    expect(await show(id)).toMatchObject({ state: 'claimed', final: false, error: down });
    await report(id, 'words of another daemon');
    expect((await show(id)).error).toEqual({ message: 'words of another daemon', at: expect.any(Number) });
    await report(id, 'NODE_UNREACHABLE: the node is down');
    expect(await show(id)).toMatchObject({ error: down });
    expect((await show(id)).errors).toHaveLength(2);
  });

  test('the progress of a pending transaction is final when its daemon gave it up, until the daemon resumes it', async () => {
    const { id, wallet } = await submit();
    await report(id, 'GAS_TOO_LOW: too low', true);
    expect(await show(id)).toMatchObject({ state: 'failed', final: true, error: { code: 'GAS_TOO_LOW' } });
    expect(await poll(wallet)).toHaveLength(1);
    await report(id, 'NODE_UNREACHABLE: tried again', false);
    expect(await show(id)).toMatchObject({ state: 'claimed', final: false });
    await running.call('PUT', `/v3/kms/${id}/${txId}`);
    expect(await show(id)).toMatchObject({ state: 'completed', final: true });
  });

  test('the progress of a pending transaction says in words how it was completed', async () => {
    const [mine, theirs] = [await submit(), await submit()];
    await running.queue.complete(mine.id, txId, 'daemon');
    await running.queue.complete(theirs.id, txId, 'gateway');
    expect((await show(mine.id)).meaning).toContain('--confirmations');
    expect((await show(theirs.id)).meaning).toContain('nothing checked');
  });
});

describe('bytes that were sent and are not closed', () => {
  test('sent bytes that are not closed are not listed, not withdrawn, and closed only with the same id', async () => {
    const { id, wallet } = await submit();
    await running.queue.sent(id, txId);
    await running.queue.sent(id, txId);
    expect(await show(id)).toMatchObject({ state: 'broadcast', final: false, txId });
    expect(await poll(wallet)).toEqual([]);
    expect((await running.call('DELETE', `/v3/kms/${id}`)).status).toBe(409);
    expect((await running.call('PUT', `/v3/kms/${id}/${otherId}`)).status).toBe(409);
    await expect(running.queue.sent(id, otherId)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    expect((await running.call('PUT', `/v3/kms/${id}/${txId}`)).status).toBe(204);
    expect(await show(id)).toMatchObject({ state: 'completed', txId });
    await running.queue.sent(id, txId);
    expect(await show(id)).toMatchObject({ state: 'completed' });
  });

  test('sent bytes are listed again when their daemon has proved them dead', async () => {
    const { id, wallet } = await submit();
    await running.queue.sent(id, txId);
    await report(id, 'NODE_UNREACHABLE: not that');
    expect(await poll(wallet)).toEqual([]);
    await report(id, 'TRANSACTION_EXPIRED: another transaction took the nonce');
    expect(await poll(wallet)).toMatchObject([{ id }]);
    expect((await show(id)).txId).toBeUndefined();
    await running.queue.sent(id, otherId);
    expect((await running.call('PUT', `/v3/kms/${id}/${otherId}`)).status).toBe(204);
  });
});

describe('monitoring', () => {
  const open: Running[] = [];
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
  });

  test('monitoring shows every node that does not answer, by chain and code', async () => {
    const ready = await fetch(`${running.gateway.url}/ready`);
    const body = (await ready.json()) as { nodes: { chain: string; state: string }[]; queue?: unknown };
    expect(body.nodes.find(({ chain }) => chain === 'ETH')).toEqual({ chain: 'ETH', state: 'ok' });
    expect(body.queue).toBeUndefined();
    const { nodes } = optionsFor(running.node.url, running.queue);
    const few = new Map([...nodes].filter(([chain]) => chain === 'ETH' || chain === 'BSC'));
    const down = await startRunning({ nodes: few });
    open.push(down);
    expect(await down.get('/ready')).toMatchObject({ status: 200, body: { status: 'ready', reasons: [], queue: [] } });
    const gone = await startRunning();
    open.push(gone);
    await gone.node.close();
    const { status, body: said } = await gone.get('/ready');
    expect(status).toBe(503);
    expect(said.reasons).toContainEqual(
      expect.objectContaining({ check: 'node', chain: 'ETH', code: 'NODE_UNREACHABLE' }),
    );
    expect(JSON.stringify(said)).not.toContain('127.0.0.1');
  });

  test('monitoring shows depth, age of the oldest unclaimed transaction, and outcomes', async () => {
    let now = 1_000_000;
    const one = await startRunning({ clock: { now: () => now, wait: systemClock.wait } });
    open.push(one);
    const form = { to, amount: '1', currency: 'ETH', signatureId: randomUUID() };
    const { body } = await one.post('/v3/ethereum/transaction', form);
    now = Date.now() + 60_000;
    const text = await (await fetch(`${one.gateway.url}/metrics`)).text();
    expect(text).toContain('custos_gateway_queue_transactions{chain="ETH",progress="unclaimed"} 1');
    expect(text).toContain('custos_gateway_transactions_total{chain="ETH",outcome="queued"} 1');
    const age = /custos_gateway_oldest_age_seconds\{chain="ETH",progress="unclaimed"\} (\d+)/.exec(text)?.[1];
    expect(Number(age)).toBeGreaterThan(30);
    await one.call('DELETE', `/v3/kms/${body.signatureId}`);
    const later = await (await fetch(`${one.gateway.url}/metrics`)).text();
    expect(later).toContain('custos_gateway_transactions_total{chain="ETH",outcome="withdrawn"} 1');
    expect(later).not.toContain('progress="unclaimed"} 1');
  });

  test('monitoring needs the key for its counts when others can reach the gateway', async () => {
    const options = { ...optionsFor(running.node.url, running.queue), host: '0.0.0.0' };
    const { fetch: ask } = createGateway(options);
    const key = { 'x-api-key': 'a key for tests only' };
    expect((await ask(new Request('http://gateway.example/metrics'))).status).toBe(401);
    expect((await ask(new Request('http://gateway.example/metrics', { headers: key }))).status).toBe(200);
    expect([200, 503]).toContain((await ask(new Request('http://gateway.example/ready'))).status);
  });

  test('monitoring warns once about transactions that no daemon fetches', async () => {
    const lines: { message: string; fields: Record<string, unknown> }[] = [];
    const keep = (fields: Record<string, unknown>, message: string) => void lines.push({ fields, message });
    const log = { debug: keep, info: keep, warn: keep, error: keep } as unknown as Log;
    const stop = new AbortController();
    let turns = 0;
    const clock = {
      now: () => Date.now() + 3_600_000,
      wait: async () => {
        turns += 1;
        if (turns > 3) stop.abort();
      },
    };
    const { id } = await submit();
    const served = await submit();
    await poll(served.wallet);
    const options = { ...optionsFor(running.node.url, running.queue), clock, log, unclaimedAfter: 60_000 };
    await createGateway(options).watch(stop.signal);
    const warned = lines
      .filter(({ message }) => message === 'pending transaction unclaimed')
      .map(({ fields }) => fields['id']);
    expect(warned.filter((one) => one === id)).toEqual([id]);
    expect(warned).not.toContain(served.id);
  });
});
