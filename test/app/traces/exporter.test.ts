import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { traceIdOf } from '../../../src/app/process/trace-id.js';
import { openTraces } from '../../../src/app/traces/exporter.js';
import type { Log } from '../../../src/core/log.js';
import { step } from '../../../src/lifecycle/step.js';
import { closing, json, type Server, startServer, testClock, text } from '../../support/http.js';

let server: Server;
const told: unknown[] = [];
const note = (fields: object, sentence: string) => void told.push({ ...fields, sentence });
const log: Log = { debug: note, info: note, warn: note, error: note };

beforeAll(async () => {
  server = await startServer(json({}));
});
beforeEach(() => {
  server.seen.length = 0;
  server.reply = json({});
  told.length = 0;
});
afterAll(() => server.close());

const open = () => openTraces({ url: server.url, fetch, clock: testClock(), log });
const sent = () => server.seen.flatMap(({ body }) => JSON.parse(body).resourceSpans[0].scopeSpans[0].spans);

describe('traces on their way to a collector', () => {
  it('spans go out in the JSON of OTLP, the steps below what the process did for the transaction', async () => {
    const traces = open();
    traces.trace('way', 'begin', 0, 'tx-1');
    traces.trace('sign', 'begin', 0, 'tx-1');
    traces.trace('sign', 'end', 1500, 'tx-1');
    traces.trace('broadcast', 'failed', 20, 'tx-1');
    traces.trace('way', 'end', 2500, 'tx-1');
    await traces.close();
    expect(server.seen).toHaveLength(1);
    expect(server.seen[0]).toMatchObject({ method: 'POST', url: '/v1/traces' });
    expect(server.seen[0]?.headers['content-type']).toBe('application/json');
    const body = JSON.parse(server.seen[0]?.body ?? '');
    expect(body.resourceSpans[0].resource.attributes).toEqual([
      { key: 'service.name', value: { stringValue: 'custos' } },
    ]);
    const [sign, broadcast, way] = sent();
    const end = BigInt(testClock().now()) * 1_000_000n;
    expect(sign).toEqual({
      traceId: traceIdOf('tx-1'),
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
      parentSpanId: way.spanId,
      name: 'sign',
      kind: 1,
      startTimeUnixNano: String(end - 1_500_000n),
      endTimeUnixNano: String(end),
      attributes: [{ key: 'custos.transaction.id', value: { stringValue: 'tx-1' } }],
    });
    expect(broadcast).toMatchObject({ name: 'broadcast', parentSpanId: way.spanId, status: { code: 2 } });
    expect(way).toMatchObject({ name: 'transaction', traceId: sign.traceId });
    expect(way.parentSpanId).toBeUndefined();
    expect(told).toEqual([]);
  });

  it('polls belong to no transaction and make no span, and without spans nobody is asked', async () => {
    const traces = open();
    traces.trace('poll', 'begin', 0);
    traces.trace('poll', 'end', 10);
    await traces.close();
    expect(server.seen).toEqual([]);
  });

  it.each([
    ['refuses', text('no', 503)],
    ['redirects', text('', 307, { location: '/elsewhere' })],
    ['is gone', closing],
  ])('a collector that %s loses spans, which is said, and stops nothing', async (_name, reply) => {
    server.reply = reply;
    const traces = open();
    traces.trace('sign', 'end', 10, 'tx-1');
    await traces.close();
    expect(told).toEqual([{ event: 'spans-lost', spans: 1, sentence: 'spans were lost' }]);
    expect(server.seen.map(({ url }) => url)).not.toContain('/elsewhere');
  });

  it('a collector that takes too little does not fill the memory', async () => {
    const traces = open();
    for (let count = 0; count < 5000; count++) traces.trace('sign', 'end', 10, 'tx-1');
    await traces.close();
    expect(sent()).toHaveLength(512);
    expect(told).toEqual([{ event: 'spans-lost', spans: 904, sentence: 'spans were lost' }]);
  });
});

describe('what a watcher of steps sees', () => {
  it('a step that throws has failed, and one that answers has ended', async () => {
    const moments: string[] = [];
    const trace = (name: string, moment: string) => void moments.push(`${name} ${moment}`);
    await step({ trace }, 'judge', 'id', async () => 7);
    await step({ trace }, 'sign', 'id', () => Promise.reject(new Error('no'))).catch(() => undefined);
    expect(moments).toEqual(['judge begin', 'judge end', 'sign begin', 'sign failed']);
  });
});
