import { createHmac } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Scope } from '../../src/core/access/scopes.js';
import { parseChainId, parseOwnerId, parseTenantId } from '../../src/core/ids.js';
import { createGateway } from '../../src/gateway/server.js';
import { openQueue } from '../../src/storage/queue/queue.js';
import { optionsFor } from '../gateway/running.js';
import { freshLocation } from '../storage/support.js';
import { type Anvil, startAnvil } from '../support/anvil.js';
import { json, startServer } from '../support/http.js';
import { hasLitecoind, type Litecoind, startLitecoind } from '../support/litecoind.js';
import { type Answered, freshApi } from './support.js';

const isThere = hasLitecoind();
const receiver = '0x52908400098527886E0F7030069857D2E4169EE7';
const shop = parseTenantId('shop');
const unknown = '0'.repeat(24);
const all: readonly Scope[] = ['gateway:submit', 'gateway:sign', 'gateway:read', 'transactions:read'];

describe('the operations of the gateway beside the API', () => {
  const test = freshApi();
  const queueFile = freshLocation();
  let node: Anvil;
  let litecoin: Litecoind | undefined;
  /** Of an application that uses both. */
  let token: string;

  beforeAll(async () => {
    node = await startAnvil({ chainId: 11155111 });
    litecoin = isThere ? await startLitecoind() : undefined;
    test.tatum = true;
    test.node = node.url;
    test.nodes = litecoin === undefined ? {} : { LTC: litecoin.url };
  });
  afterAll(async () => {
    await node.close();
    await litecoin?.stop();
  });
  beforeEach(async () => {
    token = await test.token({ scopes: all });
  });

  const ask = (operation: string, body?: unknown, headers: Record<string, string> = {}) =>
    test.ask(operation, { headers: { 'x-api-key': token, ...headers }, ...(body !== undefined && { body }) });
  const seen = (id: unknown) => test.ask(`GET /v1/transactions/${id}`, { token });
  /** Until each payment of ETH is in a block: anvil may not have made it when a daemon of a busy machine looks for the first time. */
  const sign = async () => {
    const sent = async () => (await test.ask('GET /v1/transactions?state=broadcast&chain=ETH', { token })).body['data'];
    do await test.signAll({ nodes: { ETH: test.node, ...test.nodes } });
    while (!isDeepStrictEqual(await sent(), []));
  };
  const transferOf = (signatureId: string) => ({ to: receiver, amount: '0.25', currency: 'ETH', signatureId });
  const funded = async () => {
    const wallet = await test.wallet();
    await node.rpc('anvil_setBalance', [wallet.address, '0xde0b6b3a7640000']);
    return wallet;
  };
  const submit = async (headers: Record<string, string> = {}) => {
    const { signatureId } = await funded();
    return (await ask('POST /v3/ethereum/transaction', transferOf(signatureId), headers)).body['signatureId'];
  };
  const what = ({ status, body }: Answered) => ({ status, body });

  it('a transfer is signed once, mined, and the same row in both', async () => {
    const { signatureId, address } = await funded();
    const headers = { 'idempotency-key': 'payout-1' };
    const form = transferOf(signatureId);
    const queued = await ask('POST /v3/ethereum/transaction', form, headers);
    expect(queued.status).toBe(200);
    const id = queued.body['signatureId'];
    const before = (await ask(`GET /v3/kms/${id}`)).body;
    expect(before).toMatchObject({ id, chain: 'ETH', hashes: [signatureId], state: 'claimed', final: false });
    expect(before).not.toHaveProperty('txId');
    expect((await seen(id)).body).toMatchObject({
      id,
      state: 'claimed',
      wallets: [signatureId],
      delivery: 'broadcast',
    });
    await sign();
    const [tatum, api] = [(await ask(`GET /v3/kms/${id}`)).body, (await seen(id)).body];
    expect(api).toMatchObject({ state: 'completed', sender: address });
    expect(tatum).toMatchObject({ state: 'completed', final: true, txId: api['txId'] });
    expect((await node.receipt(String(api['txId']))).status).toBe('0x1');
    expect(await node.rpc('eth_getTransactionCount', [address, 'latest'])).toBe('0x1');
    expect(what(await ask('POST /v3/ethereum/transaction', form, headers))).toEqual(what(queued));
    const other = await ask('POST /v3/ethereum/transaction', { ...form, amount: '0.5' }, headers);
    expect([other.status, other.body['errorCode']]).toEqual([409, 'IDEMPOTENCY_CONFLICT']);
    await sign();
    expect(await node.rpc('eth_getTransactionCount', [address, 'latest'])).toBe('0x1');
    expect(what(await ask(`PUT /v3/kms/${id}/${api['txId']}`)).status).toBe(204);
  }, 60_000);

  it.skipIf(!isThere)(
    'a transfer of outputs is signed once, mined, and the same row in both',
    async () => {
      const { signatureId, address = '' } = await test.wallet('LTC');
      const { address: to } = await test.wallet('LTC');
      await litecoin?.rpc('generatetoaddress', [101, address]);
      const form = { fromAddress: [{ address, signatureId }], to: [{ address: to, value: 0.25 }] };
      const queued = await ask('POST /v3/litecoin/transaction', form);
      expect(queued, JSON.stringify(queued.body)).toMatchObject({ status: 200 });
      // All its coins are in one output, which is taken now.
      const second = await ask('POST /v3/litecoin/transaction', form);
      expect(second.status).not.toBe(200);
      await sign();
      const id = queued.body['signatureId'];
      const { body } = await seen(id);
      expect(body).toMatchObject({ chain: 'LTC', wallets: [signatureId], txId: expect.any(String), error: null });
      const [block] = ((await litecoin?.rpc('generatetoaddress', [1, to])) ?? []) as string[];
      expect(await litecoin?.rpc('getblock', [block])).toMatchObject({ tx: expect.arrayContaining([body['txId']]) });
      expect((await ask(`GET /v3/kms/${id}`)).body).toMatchObject({ txId: body['txId'], hashes: [signatureId] });
    },
    60_000,
  );

  it('what the application withdraws is never signed, and ended in both', async () => {
    const id = await submit();
    expect((await ask(`DELETE /v3/kms/${id}`)).status).toBe(204);
    const gone = await ask(`GET /v3/kms/${id}`);
    expect(what(gone)).toMatchObject({ status: 403, body: { errorCode: 'kms.missing', state: 'withdrawn' } });
    await sign();
    expect((await seen(id)).body).toMatchObject({ state: 'cancelled', txId: null });
    expect((await ask(`DELETE /v3/kms/${id}`)).status).toBe(403);
    const sent = await submit();
    await sign();
    expect((await ask(`DELETE /v3/kms/${sent}`)).status).toBe(409);
  }, 60_000);

  it('what fails says so in both, and what the API took over is seen here', async () => {
    const { signatureId: wallet } = await test.wallet();
    const id = (await ask('POST /v3/ethereum/transaction', transferOf(wallet))).body['signatureId'];
    await sign();
    const failed = (await seen(id)).body;
    expect(failed['error']).toMatchObject({ code: expect.any(String) });
    expect((await ask(`GET /v3/kms/${id}`)).body['error']).toMatchObject({
      code: (failed['error'] as { code: string }).code,
    });
    const { signatureId } = await funded();
    const pays = await test.token();
    const made = await test.ask('POST /v1/transactions', {
      token: pays,
      headers: { 'idempotency-key': 'api-1' },
      body: { kind: 'transfer', chain: 'ETH', from: { wallet: signatureId }, to: receiver, amount: '0.25' },
    });
    const shown = (await ask(`GET /v3/kms/${made.body['id']}`)).body;
    expect(shown).toMatchObject({ id: made.body['id'], hashes: [signatureId], state: 'claimed' });
    expect((await ask(`DELETE /v3/kms/${made.body['id']}`)).status).toBe(409);
    expect((await seen(made.body['id'])).body).toMatchObject({ state: 'claimed' });
  }, 60_000);

  it('another tenant, chain, wallet or owner learns nothing, and its idempotency keys are its own', async () => {
    await test.store.access.addTenant({ id: shop, createdAt: 1 });
    const key = { 'idempotency-key': 'payout-1' };
    const { signatureId } = await funded();
    const id = String((await ask('POST /v3/ethereum/transaction', transferOf(signatureId), key)).body['signatureId']);
    const theirs = await test.wallet('ETH', shop);
    const bsc = parseChainId('BSC');
    const stranger = await test.token({ scopes: all, tenant: shop });
    const narrow = [
      await test.token({ scopes: all, wallets: [theirs.signatureId] }),
      await test.token({ scopes: all, chains: [bsc] }),
      await test.token({ scopes: all, owners: [parseOwnerId('u-17')] }),
    ];
    for (const other of [stranger, ...narrow]) {
      const headers = { 'x-api-key': other };
      for (const operation of [`GET /v3/kms/${id}`, `DELETE /v3/kms/${id}`, `PUT /v3/kms/${id}/0x${'ab'.repeat(32)}`]) {
        const [here, nowhere] = [
          await ask(operation, undefined, headers),
          await ask(operation.replace(id, unknown), undefined, headers),
        ];
        expect(here.status).toBe(403);
        expect(JSON.stringify(here.body)).toBe(JSON.stringify(nowhere.body).replaceAll(unknown, id));
      }
      for (const more of [{}, key]) {
        const paid = await ask('POST /v3/ethereum/transaction', transferOf(signatureId), { ...headers, ...more });
        expect([paid.status >= 403, JSON.stringify(paid.body).includes(id)]).toEqual([true, false]);
      }
    }
    const [mine, absent] = [signatureId, '00000000-0000-4000-8000-000000000000'];
    const asked = async (wallet: string) =>
      JSON.stringify((await ask('POST /v3/ethereum/transaction', transferOf(wallet), { 'x-api-key': stranger })).body);
    expect(await asked(mine)).toBe((await asked(absent)).replaceAll(absent, mine));
    const own = await ask('POST /v3/ethereum/transaction', transferOf(theirs.signatureId), {
      'x-api-key': stranger,
      ...key,
    });
    expect(own.status).toBe(200);
    expect(own.body['signatureId']).not.toBe(id);
    // A token of one owner neither meets the keys of the application nor takes one of them away.
    const { signatureId: ofUser } = await test.wallet('ETH', undefined, { owner: 'u-17' });
    const bound = { 'x-api-key': narrow[2] ?? '', ...key };
    const theirOwn = await ask('POST /v3/ethereum/transaction', transferOf(ofUser), bound);
    expect([theirOwn.status, theirOwn.body['signatureId'] === id]).toEqual([200, false]);
    expect((await ask('POST /v3/ethereum/transaction', transferOf(ofUser), bound)).body).toEqual(theirOwn.body);
    const again = await ask('POST /v3/ethereum/transaction', transferOf(signatureId), key);
    expect(again.body['signatureId']).toBe(id);
    expect((await seen(id)).body).toMatchObject({ state: 'claimed' });
  }, 60_000);

  it('the scopes of a token are its roles, and a token that is not valid is a wrong key', async () => {
    const refused = { status: 403, body: { errorCode: 'subscription.invalid' } };
    const wrong = { status: 401, body: { errorCode: 'subscription.invalid' } };
    const id = await submit();
    const { signatureId } = await test.wallet();
    const as = async (scopes: readonly Scope[]) => ({ 'x-api-key': await test.token({ scopes }) });
    const [pays, reads, submits] = [
      await as(['transactions:create']),
      await as(['gateway:read']),
      await as(['gateway:submit']),
    ];
    const form = transferOf(signatureId);
    expect(what(await ask('POST /v3/ethereum/transaction', form, pays))).toMatchObject(refused);
    expect(what(await ask('POST /v3/ethereum/transaction', form, reads))).toMatchObject(refused);
    expect(what(await ask(`GET /v3/kms/${id}`, undefined, submits))).toMatchObject(refused);
    expect((await ask(`GET /v3/kms/${id}`, undefined, reads)).status).toBe(200);
    expect((await ask('POST /v3/ethereum/transaction', form, submits)).status).toBe(200);
    for (const key of ['', 'x', `${token}0`]) {
      expect(what(await ask(`GET /v3/kms/${id}`, undefined, { 'x-api-key': key }))).toMatchObject(wrong);
    }
    const slow = { 'x-api-key': await test.token({ scopes: all, rate: 1 }) };
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask(`GET /v3/kms/${id}`, undefined, slow)));
    const late = answers.find(({ status }) => status === 429);
    expect(late?.headers.get('retry-after')).toMatch(/^\d+$/);
  }, 60_000);

  it('an application hears on its hook of what is completed and what fails, hashed with the secret that it chose', async () => {
    const receiver = await startServer(json({}, 200));
    const wrong = await startServer(json({}, 500));
    test.webhooks.deliverer.start();
    try {
      const subscribe = (type: string, url: string, version = 'v3') =>
        ask(`POST /${version}/subscription`, { type, attr: { url } });
      const { body } = await subscribe('KMS_COMPLETED_TX', `${receiver.url}/done`);
      expect(body).toEqual({ id: expect.stringMatching(/^[0-9a-f]{24}$/) });
      await subscribe('KMS_FAILED_TX', `${receiver.url}/failed`, 'v4');
      expect((await subscribe('KMS_COMPLETED_TX', `${receiver.url}/done`)).body).toEqual(body);
      const { id: removed } = (await subscribe('KMS_COMPLETED_TX', `${receiver.url}/removed`)).body;
      expect((await ask('GET /v3/subscription/count')).body).toEqual({ total: 3 });
      expect((await ask(`DELETE /v4/subscription/${removed}`)).status).toBe(204);
      expect((await ask(`DELETE /v4/subscription/${removed}`)).status).toBe(404);
      const hmacSecret = 'a secret of the application';
      expect((await ask('PUT /v3/subscription', { hmacSecret })).status).toBe(204);
      const settings = JSON.stringify(await test.store.access.allSettings());
      expect(settings).toContain('subscriptionSecret');
      for (const form of ['utf8', 'base64', 'base64url', 'hex'] as const) {
        expect(settings).not.toContain(Buffer.from(hmacSecret).toString(form).replace(/=+$/, ''));
      }
      const done = await submit();
      const { signatureId: poor } = await test.wallet();
      const failed = (await ask('POST /v3/ethereum/transaction', transferOf(poor))).body['signatureId'];
      const withdrawn = await submit();
      expect((await ask(`DELETE /v3/kms/${withdrawn}`)).status).toBe(204);
      await sign();
      await vi.waitFor(() => expect(receiver.seen.length).toBe(2), 20_000);
      const at = (path: string) => receiver.seen.find(({ url }) => url === path);
      const { txId } = (await seen(done)).body;
      expect(JSON.parse(String(at('/done')?.body))).toEqual({
        ...{ subscriptionType: 'KMS_COMPLETED_TX', signatureId: done, txId },
      });
      const { error } = (await ask(`GET /v3/kms/${failed}`)).body as { error?: { message: string } };
      expect(JSON.parse(String(at('/failed')?.body))).toEqual({
        ...{ subscriptionType: 'KMS_FAILED_TX', signatureId: failed, error: error?.message },
      });
      for (const { headers, body: text } of receiver.seen) {
        const hash = createHmac('sha512', hmacSecret).update(String(text)).digest('base64');
        expect(headers['x-payload-hash']).toBe(hash);
      }
      const { data } = (await test.ask('GET /v1/webhooks', { token: await test.token() })).body;
      expect(data).toEqual([]);
      // One that cannot be reached is in the log of calls, until it gets it.
      await subscribe('KMS_COMPLETED_TX', `${wrong.url}/done`);
      expect((await ask('DELETE /v3/subscription')).status).toBe(204);
      const second = await submit();
      await sign();
      await vi.waitFor(() => expect([receiver.seen.length, wrong.seen.length]).toEqual([3, 1]), 20_000);
      expect(receiver.seen[2]?.headers['x-payload-hash']).toBeUndefined();
      const log = async (query = '') =>
        (await ask(`GET /v3/subscription/webhook?pageSize=10${query}`)).body as unknown as Record<string, unknown>[];
      await vi.waitFor(async () => {
        expect(await log('&direction=desc')).toContainEqual(
          expect.objectContaining({
            ...{ type: 'KMS_COMPLETED_TX', url: `${wrong.url}/done`, failed: false, nextTime: expect.any(Number) },
            data: expect.objectContaining({ signatureId: second }),
            response: { code: 500, networkError: false },
          }),
        );
      }, 20_000);
      expect((await log()).map(({ data: said }) => (said as { signatureId: string }).signatureId).slice(0, 2)).toEqual(
        expect.arrayContaining([done, failed]),
      );
      expect((await ask('GET /v3/subscription/webhook/count')).body).toEqual({ total: 4 });
      expect(await log('&failed=true')).toEqual([]);
    } finally {
      await receiver.close();
      await wrong.close();
    }
  }, 60_000);

  it('subscriptions belong to a tenant, and a token for some of its wallets or chains has none', async () => {
    await test.store.access.addTenant({ id: shop, createdAt: 1 });
    const wanted = { type: 'KMS_COMPLETED_TX', attr: { url: 'https://shop.example.com/hook' } };
    const own = await ask('POST /v3/subscription', wanted);
    const theirs = { 'x-api-key': await test.token({ scopes: all, tenant: shop }) };
    expect((await ask('GET /v3/subscription?pageSize=10', undefined, theirs)).body).toEqual([]);
    expect((await ask(`DELETE /v3/subscription/${own.body['id']}`, undefined, theirs)).status).toBe(404);
    const narrow = { 'x-api-key': await test.token({ scopes: all, chains: [parseChainId('BSC')] }) };
    for (const operation of ['POST /v3/subscription', 'PUT /v4/subscription', 'DELETE /v3/subscription']) {
      const body = operation.startsWith('PUT') ? { hmacSecret: 'x' } : wanted;
      const sent = operation.startsWith('DELETE') ? undefined : body;
      expect([operation, (await ask(operation, sent, narrow)).status]).toEqual([operation, 403]);
    }
    expect((await ask('GET /v3/subscription?pageSize=10', undefined, narrow)).status).toBe(403);
    for (const url of ['http://shop.example.com/hook', 'file:///etc/passwd']) {
      expect((await ask('POST /v3/subscription', { ...wanted, attr: { url } })).status).toBe(400);
    }
    expect((await ask('GET /v3/subscription?pageSize=10')).body).toMatchObject([{ id: own.body['id'], ...wanted }]);
  });

  it('no daemon fetches, closes or reports anything: the server signs it itself', async () => {
    const id = await submit();
    for (const [operation, body] of [
      ['GET /v3/kms/pending/ETH'],
      ['POST /v3/kms/pending/ETH', {}],
      ['POST /v3/tatum/kms/batch', { errors: [{ signatureId: id, error: 'x', final: true }] }],
    ] as const) {
      expect((await ask(operation, body)).status).toBe(501);
    }
    expect((await ask(`PUT /v3/kms/${id}/0x${'ab'.repeat(32)}`)).status).toBe(409);
    await sign();
    expect((await ask(`PUT /v3/kms/${id}/0x${'ab'.repeat(32)}`)).status).toBe(409);
    expect((await seen(id)).body).toMatchObject({ state: 'completed' });
  }, 60_000);

  it('a request gets the same answer here and at a gateway of its own', async () => {
    const { signatureId } = await funded();
    const queue = await openQueue(queueFile());
    const gateway = createGateway({ ...optionsFor(node.url, queue) });
    const form = transferOf(signatureId);
    const token_ = { chain: 'ETH', contractAddress: receiver, digits: 6, amount: '1', signatureId };
    const forms: readonly (readonly [string, unknown])[] = [
      ['ethereum/transaction', form],
      ['ethereum/transaction', { ...form, fee: { gasLimit: '21000', gasPrice: '2' }, nonce: 0, data: 'text' }],
      ['ethereum/transaction', { ...form, type: '0x2', maxFeePerGas: '3', maxPriorityFeePerGas: '1' }],
      ['ethereum/transaction', { signatureId, data: '0x600a600c600039600a6000f3602a60005260206000f3' }],
      ['ethereum/transaction', { ...form, to: receiver.toLowerCase().replace('0x5', '0xZ') }],
      ['ethereum/transaction', { ...form, amount: '-1' }],
      ['ethereum/transaction', { ...form, currency: 'BTC' }],
      ['ethereum/transaction', { ...form, fromPrivateKey: '0x1' }],
      ['ethereum/transaction', '{'],
      ['blockchain/token/transaction', { ...token_, to: receiver }],
      ['blockchain/token/approve', { ...token_, spender: receiver }],
      ['tron/transaction', {}],
      ['no/such/route', {}],
    ];
    for (const [path, body] of forms) {
      const here = await ask(`POST /v3/${path}`, body);
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const headers = { 'x-api-key': 'a key for tests only', 'content-type': 'application/json' };
      const there = await gateway.fetch(
        new Request(`http://127.0.0.1/v3/${path}`, { method: 'POST', headers, body: text }),
      );
      const answered = (await there.json()) as Record<string, unknown>;
      expect([path, here.status]).toEqual([path, there.status]);
      if (there.status !== 200) expect(here.body).toEqual(answered);
      else {
        const queued = await queue.get(String(answered['signatureId']));
        const shown = (await ask(`GET /v3/kms/${here.body['signatureId']}`)).body;
        expect(shown['serializedTransaction']).toBe(queued?.serializedTransaction);
        expect(shown['hashes']).toEqual(queued?.hashes);
      }
    }
    await queue.close();
  }, 60_000);
});

describe('a server without the operations of the gateway', () => {
  const test = freshApi();

  it('has no path of them', async () => {
    const headers = { 'x-api-key': await test.token({ scopes: all }) };
    for (const path of ['/v3/kms/pending/ETH', '/v2', '/v4/subscription']) {
      expect((await test.ask(`GET ${path}`, { headers })).status).toBe(404);
    }
  });
});
