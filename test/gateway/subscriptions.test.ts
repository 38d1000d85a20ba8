import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createKey } from '../../src/app/gateway/keys.js';
import { checkedSubscriptions, gatewayMessages } from '../../src/app/gateway/messages.js';
import type { GatewayRole } from '../../src/core/access/gateway-roles.js';
import { systemClock } from '../../src/core/clock.js';
import { parseChainId, parseSignatureId, parseTenantId } from '../../src/core/ids.js';
import { silentLog } from '../../src/core/log.js';
import type { NewQueuedTransaction } from '../../src/core/store/queue.js';
import { type RunningGateway, startGateway } from '../../src/gateway/server.js';
import { type OpenQueue, openQueue } from '../../src/storage/queue/queue.js';
import type { Deliverer } from '../../src/webhooks/deliverer.js';
import { freshLocation, kinds } from '../storage/support.js';
import { json, type Server, startServer } from '../support/http.js';
import { client, optionsFor, signatureId } from './running.js';

const txId = `0x${'ab'.repeat(32)}`;
const one: NewQueuedTransaction = {
  ...{ chain: parseChainId('ETH'), network: 'testnet', serializedTransaction: '{}' },
  hashes: [parseSignatureId(signatureId)],
};

describe.each(kinds)('subscriptions on %s', (kind) => {
  const location = freshLocation(kind);
  const hosts = ['127.0.0.1'];
  let receiver: Server;
  let queue: OpenQueue;
  let gateway: RunningGateway;
  let messages: Deliverer;
  /** Milliseconds by which the sender's clock is put forward. */
  let ahead: number;
  let ask: ReturnType<typeof client>;

  beforeEach(async () => {
    ahead = 0;
    receiver = await startServer(json({}, 200));
    await open();
  });
  afterEach(async () => {
    await shut();
    await receiver.close();
  });

  async function open() {
    queue = await openQueue(location());
    const subscriptions = checkedSubscriptions(queue.subscriptions, hosts);
    const options = optionsFor('http://127.0.0.1:9', queue);
    gateway = await startGateway({ ...options, keys: queue.keys, subscriptions, port: 0 });
    ask = client(gateway.url);
    const clock = { now: () => Date.now() + ahead, wait: systemClock.wait };
    messages = gatewayMessages({ outbox: queue.outbox, clock, log: silentLog, allowedHosts: hosts });
    messages.start();
  }
  async function shut() {
    await gateway.close();
    await messages.close();
    await queue.close();
  }
  const subscribe = (type: string, path = '/hook') =>
    ask.post('/v3/subscription', { type, attr: { url: `${receiver.url}${path}` } });
  const bodies = () => receiver.seen.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  const heard = (count: number) => vi.waitFor(() => expect(receiver.seen.length).toBe(count), 20_000);
  const keyOf = async (roles: readonly GatewayRole[], tenant?: string) => {
    const of = tenant === undefined ? undefined : parseTenantId(tenant);
    const { text } = await createKey(queue.keys, { name: 'x', roles, tenant: of, expiresAt: undefined }, Date.now());
    return { 'x-api-key': text.exposeText() };
  };

  test('a completed transaction is told once to whoever asked for it, in the documented form', async () => {
    const { body } = await subscribe('KMS_COMPLETED_TX');
    expect(body).toEqual({ id: expect.stringMatching(/^[0-9a-f]{24}$/) });
    await subscribe('KMS_FAILED_TX', '/other');
    const id = await queue.enqueue(one);
    for (let repeat = 0; repeat < 2; repeat++) {
      expect((await ask.call('PUT', `/v3/kms/${id}/${txId}`)).status).toBe(204);
    }
    const last = await queue.enqueue(one);
    await queue.complete(last, txId, 'gateway');
    await heard(2);
    expect(bodies()).toEqual([
      { subscriptionType: 'KMS_COMPLETED_TX', signatureId: id, txId },
      { subscriptionType: 'KMS_COMPLETED_TX', signatureId: last, txId },
    ]);
    expect(receiver.seen[0]).toMatchObject({ method: 'POST', url: '/hook' });
    expect(receiver.seen[0]?.headers['x-payload-hash']).toBeUndefined();
  });

  test.each([
    ['an original daemon, each error once', [{}, {}], 1],
    ['a daemon that goes on, none of its tries', [{ final: false }, { final: false }], 0],
    ['a daemon that gives up, the end', [{ final: false }, { final: true }, { final: true }], 1],
  ])('of %s is told as a failure', async (_name, reports, count) => {
    await subscribe('KMS_FAILED_TX');
    const id = await queue.enqueue(one);
    const error = 'GAS_TOO_LOW: not enough';
    for (const more of reports) {
      await ask.post('/v3/tatum/kms/batch', { errors: [{ signatureId: id, error, ...more }] });
    }
    const end = await queue.enqueue(one);
    await ask.post('/v3/tatum/kms/batch', { errors: [{ signatureId: end, error: 'last' }] });
    await heard(count + 1);
    const told = bodies().filter((body) => body['signatureId'] === id);
    expect(told).toEqual(
      Array.from({ length: count }, () => ({ subscriptionType: 'KMS_FAILED_TX', signatureId: id, error })),
    );
  });

  test('a transaction that is completed or withdrawn never fails afterwards', async () => {
    await subscribe('KMS_FAILED_TX');
    const [done, gone, open] = [await queue.enqueue(one), await queue.enqueue(one), await queue.enqueue(one)];
    await queue.complete(done, txId, 'daemon');
    await queue.remove(gone);
    await queue.report([done, gone, open].map((id) => ({ id, error: 'late' })));
    await heard(1);
    expect(bodies()).toMatchObject([{ signatureId: open }]);
  });

  test('with a secret a message carries the documented hash of its body, and without one no more', async () => {
    await subscribe('KMS_COMPLETED_TX');
    const hmacSecret = 'a secret of the application';
    expect((await put({ hmacSecret })).status).toBe(204);
    await queue.complete(await queue.enqueue(one), txId, 'daemon');
    await heard(1);
    const [seen] = receiver.seen;
    const hash = createHmac('sha512', hmacSecret).update(String(seen?.body)).digest('base64');
    expect(seen?.headers['x-payload-hash']).toBe(hash);
    expect((await ask.call('DELETE', '/v3/subscription')).status).toBe(204);
    await queue.complete(await queue.enqueue(one), txId, 'daemon');
    await heard(2);
    expect(receiver.seen[1]?.headers['x-payload-hash']).toBeUndefined();
  });

  const put = async (body: object) =>
    fetch(`${gateway.url}/v4/subscription`, {
      method: 'PUT',
      headers: { 'x-api-key': 'a key for tests only', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  test('a message that was refused is sent again later, also by another process, and the call log says so', async () => {
    await subscribe('KMS_COMPLETED_TX');
    receiver.reply = json({}, 500);
    const id = await queue.enqueue(one);
    await queue.complete(id, txId, 'daemon');
    await heard(1);
    const log = async () => (await ask.get('/v3/subscription/webhook?pageSize=10')).body;
    await vi.waitFor(
      async () => expect((await log())[0]?.response).toEqual({ code: 500, networkError: false }),
      20_000,
    );
    expect(await log()).toMatchObject([
      {
        ...{ type: 'KMS_COMPLETED_TX', url: `${receiver.url}/hook`, failed: false, retryCount: 0 },
        data: { subscriptionType: 'KMS_COMPLETED_TX', signatureId: id, txId },
        nextTime: expect.any(Number),
      },
    ]);
    await shut();
    receiver.reply = json({}, 204);
    ahead = 60_000;
    await open();
    await heard(2);
    expect(bodies()[1]).toEqual(bodies()[0]);
    await vi.waitFor(
      async () => expect((await log())[0]).toMatchObject({ response: { code: 204 }, retryCount: 1 }),
      20_000,
    );
    expect((await log())[0]).not.toHaveProperty('nextTime');
    expect((await ask.get('/v3/subscription/webhook/count')).body).toEqual({ total: 1 });
    expect((await ask.get('/v3/subscription/webhook?pageSize=10&failed=true')).body).toEqual([]);
  });

  test('subscriptions are listed by pages, counted and removed, in both versions', async () => {
    const ids: string[] = [];
    for (const path of ['/a', '/b', '/c']) ids.push((await subscribe('KMS_FAILED_TX', path)).body.id);
    expect((await subscribe('KMS_FAILED_TX', '/b')).body.id).toBe(ids[1]);
    expect((await ask.get('/v4/subscription/count')).body).toEqual({ total: 3 });
    const listed = [
      ...(await ask.get('/v3/subscription?pageSize=2')).body,
      ...(await ask.get('/v3/subscription?pageSize=2&offset=2')).body,
    ];
    expect(listed.map(({ id }: { id: string }) => id).sort()).toEqual([...ids].sort());
    expect(listed).toContainEqual({ id: ids[0], type: 'KMS_FAILED_TX', attr: { url: `${receiver.url}/a` } });
    expect((await ask.call('DELETE', `/v3/subscription/${ids[0]}`)).status).toBe(204);
    expect((await ask.call('DELETE', `/v4/subscription/${ids[0]}`)).status).toBe(404);
    expect((await ask.get('/v3/subscription/count')).body).toEqual({ total: 2 });
    for (const query of ['', '?pageSize=0', '?pageSize=51', '?pageSize=x', '?pageSize=1&offset=-1']) {
      expect((await ask.get(`/v3/subscription${query}`)).status).toBe(400);
    }
  });

  test('a tenant has a hundred subscriptions at most, each of them once, and those of others do not count', async () => {
    await Promise.all(Array.from({ length: 100 }, (_, at) => subscribe('KMS_FAILED_TX', `/${at}`)));
    expect((await subscribe('KMS_FAILED_TX', '/0')).status).toBe(200);
    expect(await subscribe('KMS_FAILED_TX', '/more')).toMatchObject({
      status: 409,
      body: { errorCode: 'WEBHOOK_LIMIT' },
    });
    expect((await ask.get('/v3/subscription/count')).body).toEqual({ total: 100 });
    const form = { type: 'KMS_FAILED_TX', attr: { url: `${receiver.url}/0` } };
    expect((await ask.post('/v3/subscription', form, await keyOf(['submit'], 'shop'))).status).toBe(200);
  });

  test('a tenant hears only of its own transactions, and sees only its own subscriptions', async () => {
    const headers = await keyOf(['submit', 'read'], 'shop');
    const wanted = { type: 'KMS_COMPLETED_TX', attr: { url: `${receiver.url}/shop` } };
    const { body } = await ask.post('/v3/subscription', wanted, headers);
    expect((await ask.get('/v3/subscription/count')).body).toEqual({ total: 0 });
    expect((await ask.call('DELETE', `/v3/subscription/${body.id}`)).status).toBe(404);
    await queue.complete(await queue.enqueue(one), txId, 'daemon');
    const own = await queue.of(parseTenantId('shop')).enqueue(one);
    await queue.complete(own, txId, 'daemon');
    await heard(1);
    expect(bodies()).toMatchObject([{ signatureId: own }]);
    expect((await ask.post('/v3/subscription', wanted, await keyOf(['read', 'sign'], 'shop'))).status).toBe(403);
    expect((await ask.get('/v3/subscription/count', headers)).body).toEqual({ total: 1 });
  });

  test.each([
    [{ type: 'KMS_COMPLETED_TX' }, 400],
    [{ type: 'KMS_COMPLETED_TX', attr: {} }, 400],
    [{ type: 'KMS_COMPLETED_TX', attr: { url: null } }, 400],
    [{ type: null, attr: { url: 'https://shop.example.com' } }, 400],
    [{ type: 'kms', attr: { url: 'https://shop.example.com' } }, 400],
    [{ type: 'KMS_COMPLETED_TX', attr: { url: 'http://shop.example.com' } }, 400],
    [{ type: 'KMS_COMPLETED_TX', attr: { url: 'file:///etc/passwd' } }, 400],
    [{ type: 'KMS_COMPLETED_TX', attr: { url: 'https://a:b@shop.example.com' } }, 400],
    [{ type: 'ADDRESS_EVENT', attr: { address: 'x', chain: 'ETH', url: 'https://shop.example.com' } }, 501],
    [{ type: 'KMS_COMPLETED_TX', attr: { url: 'https://shop.example.com', more: 1 }, templateId: 'x' }, 200],
  ])('a request to subscribe with %j is answered with %s', async (body, status) => {
    expect((await ask.post('/v3/subscription', body)).status).toBe(status);
  });

  test('a message to an address inside the network is not sent unless the operator allows it', async () => {
    const inside = queue.subscriptions(parseTenantId('default'), 'testnet');
    await inside.add({ kind: 'completed', url: 'https://localhost:1/hook' });
    await queue.complete(await queue.enqueue(one), txId, 'daemon');
    await vi.waitFor(async () => {
      const [call] = await inside.calls({ limit: 1, offset: 0 });
      expect(call?.answer).toBe('WEBHOOK_URL_REFUSED');
    }, 20_000);
  });
});
