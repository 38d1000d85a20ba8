import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { json, type Server, startServer } from '../support/http.js';
import { type Kms, startKms, transfer } from '../support/kms.js';

let kms: Kms;
let collector: Server;

beforeAll(async () => {
  kms = await startKms();
  collector = await startServer(json({}));
});
beforeEach(() => {
  collector.seen.length = 0;
});
afterAll(async () => {
  await collector.close();
  await kms.close();
});

interface Received {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
}

function received(): readonly Received[] {
  return collector.seen.flatMap(({ body }) => JSON.parse(body).resourceSpans[0].scopeSpans[0].spans);
}

it('a collector gets the way of a transaction, whose trace its log lines name', async () => {
  kms.stub.queue('ETH').push(transfer('traced', kms.ids.key));
  const { code, stderr } = await kms.daemon('--testnet', '--chain=ETH', '--otlp', collector.url);
  expect(code).toBe(0);
  const spans = received();
  const way = spans.find(({ name }) => name === 'transaction');
  const below = spans.filter(({ parentSpanId }) => parentSpanId !== undefined && parentSpanId === way?.spanId);
  expect(below.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['complete', 'judge', 'sign', 'record', 'broadcast']),
  );
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([way?.traceId]));
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const ofIt = lines.filter(({ id }) => id === 'traced');
  expect(ofIt.length).toBeGreaterThan(1);
  for (const line of ofIt) expect(line.trace_id).toBe(way?.traceId);
});

it('without --otlp nobody gets traces, and lines have none', async () => {
  kms.stub.queue('ETH').push(transfer('untraced', kms.ids.key));
  const { code, stderr } = await kms.daemon('--testnet', '--chain=ETH');
  expect(code).toBe(0);
  expect(stderr).toContain('"id":"untraced"');
  expect(stderr).not.toContain('trace_id');
  expect(collector.seen).toEqual([]);
});

it('a daemon signs as ever when the collector is gone', async () => {
  kms.stub.queue('ETH').push(transfer('collector-gone', kms.ids.other));
  const { code, stderr } = await kms.daemon('--testnet', '--chain=ETH', '--otlp=http://127.0.0.1:9');
  expect(code).toBe(0);
  expect(stderr).toMatch(/"id":"collector-gone".*"event":"transaction-(broadcast|completed)"/);
  expect(stderr).toContain('"event":"spans-lost"');
});

it('a collector over plain http elsewhere is refused on mainnet, and its address is not shown in full', async () => {
  const { code, stderr } = await kms.run('daemon', '--run-once', '--otlp=http://collector.example.com/planted');
  expect(code).toBe(2);
  expect(stderr).toContain('the collector URL of host collector.example.com is not https');
  expect(stderr).not.toContain('planted');
});

it('a daemon writes its log as the settings say', async () => {
  const { stderr } = await kms.daemon('--testnet', '--chain=ETH', '--log-format=ecs');
  expect(JSON.parse(stderr.split('\n')[0] ?? '')).toMatchObject({ 'ecs.version': '8.11.0', 'log.level': 'info' });
});
