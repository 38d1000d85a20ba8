import { createHmac, createPublicKey, verify } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { servedWebhooks } from '../../src/app/serve/webhooks.js';
import { systemClock } from '../../src/core/clock.js';
import { defaultTenant, parseSignatureId, parseTenantId } from '../../src/core/ids.js';
import { silentLog } from '../../src/core/log.js';
import { parsePending } from '../../src/core/signing/pending.js';
import { pauses } from '../../src/webhooks/schedule.js';
import { isPublic, readTarget, resolveTarget } from '../../src/webhooks/target.js';
import { eth } from '../storage/support.js';
import { freshApi, mac } from './support.js';

const walletId = '26d3883e-4e17-48b3-a0ee-09a3e484ac83';
const shop = parseTenantId('shop');
let made = 0;

interface Got {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A receiver that answers as it is asked to. */
class Receiver {
  readonly got: Got[] = [];
  status: number | undefined = 204;
  readonly #waiting = new Set<() => void>();
  server: Server = undefined as never;

  async open(): Promise<string> {
    this.server = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => {
        body += String(part);
      });
      request.on('end', () => {
        this.got.push({ headers: request.headers, body });
        if (this.status !== undefined) response.writeHead(this.status, { location: '/other' }).end('x'.repeat(1000));
        for (const tell of this.#waiting) tell();
      });
    });
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    const address = this.server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/hook`;
  }

  async until(count: number): Promise<readonly Got[]> {
    while (this.got.length < count) {
      await new Promise<void>((resolve) => {
        const tell = () => {
          this.#waiting.delete(tell);
          resolve();
        };
        this.#waiting.add(tell);
      });
    }
    return this.got;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

describe('webhooks', () => {
  const test = freshApi();
  let [receiver, dead] = [new Receiver(), new Receiver()];
  let url = '';
  beforeEach(async () => {
    [receiver, dead] = [new Receiver(), new Receiver()];
    url = await receiver.open();
    test.webhooks.deliverer.start();
  });
  afterEach(() => receiver.close());

  const happen = async (tenant = defaultTenant) => {
    const id = (++made).toString(16).padStart(24, '0');
    const received = { id, chain: 'ETH', hashes: [walletId], serializedTransaction: '{"to":"0x1"}' };
    const pending = parsePending(received, eth, 'testnet');
    await test.store.journal.accept({ tenant, source: 'api', kind: 'transaction', delivery: 'broadcast', pending });
    return id;
  };
  it('and subscriptions of a tenant are a hundred at most on a network, and those of others do not count', async () => {
    await test.store.access.addTenant({ id: shop, createdAt: 1 });
    const [token, other] = [await test.token(), await test.token({ tenant: shop })];
    const feed = { tenant: defaultTenant, network: 'testnet', isEnabled: true, salt: '', createdAt: 1, url } as const;
    for (let at = 0; at < 99; at++) {
      await test.store.webhooks.add({ ...feed, id: `wh_${at.toString(16).padStart(32, '0')}`, isEnabled: false });
    }
    const ask = (by: string) => test.ask('POST /v1/webhooks', { token: by, body: { url } });
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(token)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409, 409]);
    expect(answers.find(({ status }) => status === 409)?.body['code']).toBe('WEBHOOK_LIMIT');
    const subscription = { ...feed, subscription: 'completed', id: 'a'.repeat(24) } as const;
    await expect(test.store.subscriptions.add(subscription)).rejects.toMatchObject({ code: 'WEBHOOK_LIMIT' });
    expect(await test.store.webhooks.all({ tenant: defaultTenant, network: 'testnet' })).toHaveLength(100);
    expect((await ask(other)).status).toBe(201);
  });

  const create = async (token: string, more: object = {}) => {
    const { status, body } = await test.ask('POST /v1/webhooks', { token, body: { url, ...more } });
    expect([status, body['id']]).toEqual([201, expect.stringMatching(/^wh_[0-9a-f]{32}$/)]);
    return body as { readonly id: string; readonly secret: string; readonly publicKey: string };
  };
  /** The deliveries, once they say so. */
  const delivered = async (token: string, id: string, state: string) => {
    for (;;) {
      const { body } = await test.ask(`GET /v1/webhooks/${id}/deliveries`, { token });
      const data = body['data'] as readonly Readonly<Record<string, unknown>>[];
      if (data.length > 0 && data.every((one) => one['state'] === state)) return data;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  it('an event arrives with signatures that the published way of Standard Webhooks verifies', async () => {
    const token = await test.token();
    const before = await happen();
    const { id, secret, publicKey } = await create(token);
    const transaction = await happen();
    const [{ headers, body }] = (await receiver.until(1)) as [Got];
    expect(body).not.toContain(before);
    expect(JSON.parse(body)).toMatchObject({ type: 'transaction.accepted', data: { transaction } });
    expect(headers['webhook-id']).toBe(JSON.parse(body).id);
    const content = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    const [one, other] = String(headers['webhook-signature']).split(' ');
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
    expect(one).toBe(`v1,${createHmac('sha256', key).update(content).digest('base64')}`);
    const x = Buffer.from(publicKey.replace('whpk_', ''), 'base64').toString('base64url');
    const known = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    expect(verify(null, Buffer.from(content), known, Buffer.from(String(other?.slice(4)), 'base64'))).toBe(true);
    expect(await delivered(token, id, 'delivered')).toMatchObject([{ attempts: 1, answer: '204' }]);
    const { body: shown } = await test.ask(`GET /v1/webhooks/${id}`, { token });
    expect(JSON.stringify(shown)).not.toContain(secret);
  });

  it('what is refused comes again after its pause under the same id, and in the end disables the webhook', async () => {
    const token = await test.token();
    receiver.status = 500;
    const { id } = await create(token, { types: ['transaction.accepted'] });
    await happen();
    for (const at of [...pauses, 0].keys()) {
      await receiver.until(at + 1);
      const last = async () => (await test.store.webhooks.deliveries(id, 1))[0];
      while (Number((await last())?.attempts) <= at) await new Promise((resolve) => setImmediate(resolve));
      const moved = (await last())?.nextAt ?? 0;
      test.clock = { ...systemClock, now: () => moved };
    }
    expect(new Set(receiver.got.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(receiver.got).toHaveLength(10);
    expect(pauses.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(75 * 3_600_000);
    await delivered(token, id, 'failed');
    for (;;) {
      const { body } = await test.ask('GET /v1/events?types=webhook.disabled&wait=20', { token });
      if (JSON.stringify(body).includes(id)) break;
    }
    expect((await test.ask(`GET /v1/webhooks/${id}`, { token })).body['enabled']).toBe(false);
    receiver.status = 200;
    expect((await test.ask(`PUT /v1/webhooks/${id}`, { token, body: { enabled: true } })).status).toBe(200);
    const again = await test.ask(`POST /v1/webhooks/${id}/deliveries/1/redeliver`, { token });
    expect(again.status).toBe(202);
    await receiver.until(11);
    await delivered(token, id, 'delivered');
  });

  it('a redirect is not followed, and a receiver that is gone gets nothing more', async () => {
    const token = await test.token();
    const { id } = await create(token);
    receiver.status = 307;
    expect((await test.ask(`POST /v1/webhooks/${id}/test`, { token })).body).toEqual({ answer: '307' });
    receiver.status = 410;
    await happen();
    await delivered(token, id, 'failed');
    expect(receiver.got).toHaveLength(2);
  });

  it('a receiver that never answers holds up no other', async () => {
    const token = await test.token();
    const silent = await dead.open();
    dead.status = undefined;
    await create(token, { url: silent });
    await create(token);
    const ids: string[] = [];
    for (let at = 0; at < 30; at++) ids.push(await happen());
    const got = (await receiver.until(30)).map(({ body }) => JSON.parse(body).data.transaction);
    expect([...got].sort()).toEqual([...ids].sort());
    expect(dead.got.length).toBeLessThanOrEqual(8);
    dead.close();
  });

  it('a receiver that never answers holds up the end for two seconds, and gets its message again', async () => {
    const token = await test.token();
    const silent = await dead.open();
    dead.status = undefined;
    const { id } = await create(token, { url: silent });
    await happen();
    await dead.until(1);
    const start = performance.now();
    await test.webhooks.deliverer.close();
    expect(performance.now() - start).toBeLessThan(10_000);
    const { body } = await test.ask(`GET /v1/webhooks/${id}/deliveries`, { token });
    expect(body['data']).toMatchObject([{ state: 'waiting', attempts: 0 }]);
    const clock = { ...systemClock, now: () => Date.now() + 20_000 };
    const next = servedWebhooks({ store: test.store, mac, clock, log: silentLog, allowedHosts: ['127.0.0.1'] });
    dead.status = 204;
    next.deliverer.start();
    await dead.until(2);
    await next.deliverer.close();
    dead.close();
  });

  it('of two processes one sends, and the other goes on when it is silent for long', async () => {
    await test.webhooks.deliverer.close();
    const now = Date.now();
    const until = now + 15_000;
    expect(await test.store.webhooks.lease('one', now, until)).toBe(true);
    expect(await test.store.webhooks.lease('two', now, until)).toBe(false);
    expect(await test.store.webhooks.lease('one', now, until)).toBe(true);
    expect(await test.store.webhooks.lease('two', until, until + 15_000)).toBe(true);
    const token = await test.token();
    await create(token);
    await happen();
    const clock = { ...systemClock, now: () => until + 20_000 };
    const next = servedWebhooks({ store: test.store, mac, clock, log: silentLog, allowedHosts: ['127.0.0.1'] });
    next.deliverer.start();
    await receiver.until(1);
    await next.deliverer.close();
  });

  it('a webhook is of its tenant, and a token for some wallets makes none', async () => {
    await test.store.access.addTenant({ id: shop, createdAt: 1 });
    const [token, other] = [await test.token(), await test.token({ tenant: shop })];
    const { id } = await create(token);
    await create(other);
    const mine = await happen();
    await happen(shop);
    expect((await receiver.until(2)).filter(({ body }) => body.includes(mine))).toHaveLength(1);
    for (const path of ['', '/deliveries']) {
      const { status, body } = await test.ask(`GET /v1/webhooks/${id}${path}`, { token: other });
      expect([status, body['code']]).toEqual([404, 'WEBHOOK_UNKNOWN']);
    }
    for (const path of ['/test', '/rotate', '/deliveries/1/redeliver']) {
      expect((await test.ask(`POST /v1/webhooks/${id}${path}`, { token: other })).status).toBe(404);
    }
    expect((await test.ask(`DELETE /v1/webhooks/${id}`, { token: other })).status).toBe(404);
    const some = await test.token({ wallets: [parseSignatureId(walletId)] });
    expect((await test.ask('POST /v1/webhooks', { token: some, body: { url } })).status).toBe(403);
    expect((await test.ask(`DELETE /v1/webhooks/${id}`, { token })).status).toBe(204);
    expect((await test.ask(`GET /v1/webhooks/${id}`, { token })).status).toBe(404);
  });

  it('a replay sends what happened behind a cursor under the same ids, and nothing of another feed', async () => {
    const token = await test.token();
    const before = [await happen(), await happen()];
    const { body: page } = await test.ask('GET /v1/events?limit=1', { token });
    const { id } = await create(token);
    const replay = (body: object) => test.ask(`POST /v1/webhooks/${id}/replay`, { token, body });
    expect(await replay({ after: page['next'] })).toMatchObject({ status: 202, body: { events: 1, next: null } });
    expect(JSON.parse((await receiver.until(1))[0]?.body ?? '').data.transaction).toBe(before[1]);
    await delivered(token, id, 'delivered');
    expect((await replay({})).body).toEqual({ events: 2, next: null });
    const got = (await receiver.until(3)).map(({ headers }) => String(headers['webhook-id']));
    const { body: all } = await test.ask('GET /v1/events', { token });
    const ids = (all['data'] as readonly { readonly id: string }[]).map((one) => one.id);
    expect([...got].sort()).toEqual([...ids, ids[1]].sort());
    const wrong = await replay({ after: 'AAAA' });
    expect([wrong.status, wrong.body['errors']]).toEqual([400, [expect.objectContaining({ pointer: '/after' })]]);
    const other = Buffer.from(`${'0'.repeat(16)}:1`).toString('base64url');
    expect((await replay({ after: other })).body['code']).toBe('EVENTS_GONE');
  });

  it('deliveries that ended long ago are not listed any more', async () => {
    const token = await test.token();
    const { id } = await create(token);
    await happen();
    await delivered(token, id, 'delivered');
    await test.webhooks.deliverer.close();
    const now = Date.now() + 31 * 24 * 60 * 60 * 1000;
    const clock = { ...systemClock, now: () => now };
    const next = servedWebhooks({ store: test.store, mac, clock, log: silentLog, allowedHosts: ['127.0.0.1'] });
    next.deliverer.start();
    while ((await test.store.webhooks.deliveries(id, 1)).length > 0)
      await new Promise((resolve) => setImmediate(resolve));
    await next.deliverer.close();
  });

  it('a changed secret signs nothing more', async () => {
    const token = await test.token();
    const { id, secret } = await create(token);
    const { body } = await test.ask(`POST /v1/webhooks/${id}/rotate`, { token });
    expect([body['id'], body['secret'] === secret]).toEqual([id, false]);
  });

  it.each([
    'ftp://example.com/',
    'http://example.com/',
    'https://user:secret@example.com/',
    'https://example.com/#part',
    'not a URL',
    'http://127.0.0.2/',
    '',
  ])('a webhook is not made for %j', async (wrong) => {
    const token = await test.token();
    expect((await test.ask('POST /v1/webhooks', { token, body: { url: wrong } })).status).toBe(400);
  });
});

describe('where webhooks are sent', () => {
  it.each([
    ...[
      '127.0.0.1',
      '10.1.2.3',
      '172.31.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '0.0.0.0',
      '255.255.255.255',
    ],
    ...[
      '::1',
      '::',
      'fe80::1',
      'fc00::1',
      'fd00:ec2::254',
      '::ffff:10.0.0.1',
      '64:ff9b::a00:1',
      '2002:a00:1::',
      'ff02::1',
    ],
  ])('%s is no public address', (address) => {
    expect(isPublic(address)).toBe(false);
  });

  it.each(['1.1.1.1', '8.8.8.8', '172.32.0.1', '2606:4700:4700::1111'])('%s is a public address', (address) => {
    expect(isPublic(address)).toBe(true);
  });

  it.each([
    'https://127.0.0.1/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://localhost/',
  ])('an inner host is refused however it is written: %s', async (text) => {
    await expect(resolveTarget(text, [])).rejects.toMatchObject({ code: 'WEBHOOK_URL_REFUSED' });
  });

  it('a host that the operator allows may be private and plain, on its port', async () => {
    const { address } = await resolveTarget('http://127.0.0.1:9000/x', ['127.0.0.1:9000']);
    expect(address).toBe('127.0.0.1');
    expect(() => readTarget('http://127.0.0.1:9001/x', ['127.0.0.1:9000'])).toThrow();
  });
});
