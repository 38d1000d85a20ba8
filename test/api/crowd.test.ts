import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { eventStream } from '../../src/api/event-stream.js';
import { Feeds } from '../../src/api/feeds.js';
import { systemClock } from '../../src/core/clock.js';
import { parseTenantId } from '../../src/core/ids.js';
import { silentLog } from '../../src/core/log.js';
import { listen } from '../../src/http/listen.js';
import { freshApi } from './support.js';

const HOUR = 3_600_000;
const patient = { headerTime: HOUR, requestTime: HOUR, silence: HOUR };

/** Files that this process may have open. */
function mostFiles(): number {
  const [, most = '1024'] = /^Max open files +(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  return most === 'unlimited' ? Number.POSITIVE_INFINITY : Number(most);
}

describe('beside ten thousand connections on which nothing is asked', () => {
  // Both ends of each connection are files of this process, and the store has some, too.
  const connections = Math.min(4096, Math.floor((mostFiles() - 600) / 2));
  const test = freshApi(undefined, { ...patient, connections });
  if (connections < 4096) console.warn(`${connections} connections in place of 4096: no more files may be open`);

  it('others are answered, and a client keeps the connection on which it was answered before', async () => {
    const token = await test.token();
    const kept = connect(test.api.port, '127.0.0.1');
    let said = '';
    kept.on('data', (part) => {
      said += String(part);
    });
    const ask = async (times: number) => {
      kept.write(`GET /v1/wallets HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n\r\n`);
      while (said.split('HTTP/1.1 200').length <= times) await once(kept, 'data');
    };
    await ask(1);
    const idle = [];
    let cut = 0;
    for (let opened = 0; opened < 10_000; opened += 200) {
      const more = await Promise.all(Array.from({ length: 200 }, () => test.hold()));
      for (const socket of more) {
        // Who does not read does not see the end.
        socket.resume().on('close', () => {
          cut += 1;
        });
      }
      idle.push(...more);
      // What the server has cut frees its files here, too.
      while (opened + 200 - cut > connections) await new Promise(setImmediate);
    }
    const answers = await Promise.all(Array.from({ length: 50 }, () => test.ask('GET /v1/wallets', { token })));
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    await ask(2);
    expect(cut).toBeGreaterThanOrEqual(10_000 - connections);
    for (const socket of [kept, ...idle]) socket.destroy();
  });
});

describe('a reader of events that takes nothing', () => {
  const test = freshApi();
  const PAGES = 200;
  const page = 'x'.repeat(256 * 1024);

  it('is sent no more than its connection holds, and is cut; another one on the same server gets everything', async () => {
    const feeds = new Feeds(test.store.events, systemClock);
    const reads = { slow: 0, quick: 0 };
    const server = await listen({
      ...{ host: '127.0.0.1', port: 0, log: silentLog, refuse: () => new Response() },
      limits: { ...patient, connections: 10 },
      answer({ url, signal }, { cut }) {
        const name = url.endsWith('/slow') ? 'slow' : 'quick';
        return new Response(
          eventStream({
            ...{ feeds, after: 0, signal, cut, stall: name === 'slow' ? 500 : HOUR },
            requireRight: async () => {},
            async read(after) {
              if (after === PAGES) throw new Error('that was all');
              reads[name] += 1;
              return { events: [{ seq: after + 1, id: '', type: 'webhook.test', at: 0, data: {} }], last: after + 1 };
            },
            write: () => page,
          }),
        );
      },
    });
    const slow = connect(server.port, '127.0.0.1');
    slow.on('error', () => {});
    slow.pause();
    slow.write('GET /slow HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    const quick = await fetch(`${server.url}/quick`);
    expect((await quick.text()).length).toBeGreaterThan(PAGES * page.length);
    // The server has given it up: what was sent is read now, and then it ends.
    const ended = once(slow, 'close');
    await server.close(HOUR);
    slow.resume();
    await ended;
    expect(reads.quick).toBe(PAGES);
    expect(reads.slow).toBeLessThan(PAGES / 2);
    feeds.close();
  });
});

describe('a tenant with half of the connections in work', () => {
  const test = freshApi(undefined, { connections: 8 });
  test.tatum = true;

  it('gets no more of them by any door, keeps nobody else out, and goes on when one ends', async () => {
    const shop = parseTenantId('shop');
    await test.store.access.addTenant({ id: shop, createdAt: 1 });
    const [theirs, second, other] = [
      await test.token({ tenant: shop }),
      await test.token({ tenant: shop }),
      await test.token(),
    ];
    const streams = await Promise.all(
      Array.from({ length: 4 }, async (_, at) => {
        const end = new AbortController();
        const headers = { authorization: `Bearer ${at % 2 === 0 ? theirs : second}` };
        const { status } = await fetch(`${test.api.url}/v1/events/stream`, { headers, signal: end.signal });
        return { status, end };
      }),
    );
    expect(streams.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const doors = (token: string) => [
      test.ask('GET /v1/wallets', { token }),
      test.ask('GET /v1/events?wait=60', { token }),
      test.ask('GET /v1/events/stream', { token }),
      test.ask('POST /v1/policies/check', { token, body: { policy: {} } }),
      test.ask('POST /rpc/ETH', { token, body: { jsonrpc: '2.0', id: 1, method: 'health_status' } }),
      test.ask('POST /', { token, body: { jsonrpc: '2.0', id: 1, method: 'health_status' } }),
      test.ask('GET /api/v1/eth1/publicKeys', { token }),
      test.ask('GET /v3/subscription?pageSize=1', { headers: { 'x-api-key': token } }),
    ];
    const refused = await Promise.all(doors(theirs));
    for (const { body } of refused) expect(JSON.stringify(body)).toContain('RATE_LIMITED');
    expect(refused.map(({ status }) => status)).toEqual([429, 429, 429, 429, 200, 429, 429, 429]);
    expect((await test.ask('GET /v1/wallets', { token: other })).status).toBe(200);
    streams[0]?.end.abort();
    for (let status = 429; status !== 200; ) ({ status } = await test.ask('GET /v1/wallets', { token: theirs }));
    for (const { end } of streams) end.abort();
  });
});
