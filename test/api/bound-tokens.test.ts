import { beforeEach, describe, expect, it } from 'vitest';
import { defaultTenant, parseChainId, parseOwnerId } from '../../src/core/ids.js';
import { kinds } from '../storage/support.js';
import { freshApi } from './support.js';

const [ann, bob] = [parseOwnerId('u-17'), parseOwnerId('u-18')];
const to = '0x52908400098527886E0F7030069857D2E4169EE7';
const WALLETS = 'POST /v1/wallets';

describe.each(kinds)('a token that is bound to an owner, with a store on %s,', (kind) => {
  const test = freshApi(kind);
  let [all, ofAnn] = ['', ''];
  beforeEach(async () => {
    all = await test.token();
    ofAnn = await test.token({ owners: [ann] });
  });
  const make = async (owner: string, token = all) =>
    (await test.ask(WALLETS, { token, body: { chain: 'ETH', kind: 'key', owner } })).body as { id: string };
  const idsOf = async (token: string, query = '') =>
    ((await test.ask(`GET /v1/wallets${query}`, { token })).body['data'] as { id: string }[]).map(({ id }) => id);
  const pay = async (wallet: string, token: string, key: string, value = '1') =>
    test.ask('POST /v1/transactions', {
      token,
      headers: { 'idempotency-key': key },
      body: { kind: 'raw', chain: 'ETH', keys: [{ wallet }], unsigned: JSON.stringify({ to, value }) },
    });

  it('sees and finds the wallets of that owner alone, page by page', async () => {
    const [mine, other] = [await make('u-17'), await make('u-18')];
    const own = await test.wallet();
    expect(await idsOf(ofAnn)).toEqual([mine.id]);
    expect(await idsOf(ofAnn, '?owner=u-18')).toEqual([]);
    expect((await idsOf(all)).toSorted()).toEqual([mine.id, other.id, own.signatureId].toSorted());
    const { body } = await test.ask('GET /v1/wallets?limit=1', { token: ofAnn });
    expect(body['next']).toBeNull();
    const address = `?chain=ETH&address=${String(own.address)}`;
    expect([await idsOf(all, address), await idsOf(ofAnn, address)]).toEqual([[own.signatureId], []]);
  });

  it('makes wallets for that owner only, and need not name it', async () => {
    const { status, body } = await test.ask(WALLETS, { token: ofAnn, body: { chain: 'ETH', kind: 'key' } });
    expect([status, body['owner'], body['slot']]).toEqual([201, 'u-17', 'main']);
    for (const owner of ['u-18', 'nobody']) {
      const said = await test.ask(WALLETS, { token: ofAnn, body: { chain: 'ETH', owner } });
      expect([said.status, said.body['code']]).toEqual([404, 'OWNER_UNKNOWN']);
    }
    expect(await test.store.wallets.count({})).toBe(1);
  });

  it('meets no key that another owner or the application has used, and its own with every token of that owner', async () => {
    const [mine, other] = [await make('u-17'), await make('u-18')];
    const ofBob = await test.token({ owners: [bob] });
    for (const [wallet, token] of [
      [mine.id, all],
      [other.id, ofBob],
    ] as const) {
      expect((await pay(wallet, token, 'a')).status).toBe(202);
    }
    const paid = await pay(mine.id, ofAnn, 'a');
    expect([paid.status, paid.headers.get('idempotency-replayed')]).toEqual([202, null]);
    const another = await test.token({ owners: [ann] });
    const again = await pay(mine.id, another, 'a');
    expect([again.status, again.body['id'], again.headers.get('idempotency-replayed')]).toEqual([
      200,
      paid.body['id'],
      'true',
    ]);
    expect((await pay(mine.id, another, 'a', '2')).body['code']).toBe('IDEMPOTENCY_KEY_REUSED');
    // A header cannot name the key of others.
    const keys = (await test.store.journal.find({})).map(({ intake }) => intake?.idempotency?.key ?? '');
    for (const key of keys.filter((one) => one !== 'a')) {
      expect((await pay(mine.id, all, key)).body['code']).toBe('IDEMPOTENCY_KEY_MISSING');
    }
  });

  it('makes no more requests a minute than the owner may, with all of the tokens of that owner together', async () => {
    const owner = (token: string, id = 'u-17') => test.ask(`GET /v1/owners/${id}`, { token });
    const put = (body: object) => test.ask('PUT /v1/owners/u-17', { token: all, body });
    expect((await put({ mostRequests: 1 })).body).toMatchObject({ mostRequests: 1, mostWallets: null });
    expect((await put({ mostWallets: 5 })).body).toMatchObject({ mostRequests: 1, mostWallets: 5 });
    await test.ask('PUT /v1/owners/u-18', { token: all, body: {} });
    expect((await owner(ofAnn)).body).toMatchObject({ mostRequests: 1 });
    const another = await test.token({ owners: [ann] });
    for (const token of [ofAnn, another]) {
      const { status, body, headers } = await owner(token);
      expect([status, body['code']]).toEqual([429, 'RATE_LIMITED']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60);
    }
    const call = { jsonrpc: '2.0', id: 1, method: 'eth_accounts', params: [] };
    expect((await test.ask('POST /rpc/ETH', { token: ofAnn, body: call })).body).toMatchObject({
      error: { data: { code: 'RATE_LIMITED' } },
    });
    // Whoever is bound to none, to several or to another owner goes on.
    const several = await test.token({ owners: [ann, bob] });
    for (const token of [all, several]) expect((await owner(token)).status).toBe(200);
    expect((await owner(await test.token({ owners: [bob] }), 'u-18')).status).toBe(200);
    expect((await put({ mostRequests: null })).body).toMatchObject({ mostRequests: null, mostWallets: 5 });
  });

  it('pays from wallets of that owner, and sees no other transactions', async () => {
    const [mine, other] = [await make('u-17'), await make('u-18')];
    const [paid, foreign] = [await pay(mine.id, ofAnn, 'a'), await pay(other.id, all, 'b')];
    expect([paid.status, foreign.status]).toEqual([202, 202]);
    expect((await pay(other.id, ofAnn, 'c')).status).toBe(404);
    const list = (await test.ask('GET /v1/transactions', { token: ofAnn })).body;
    expect([(list['data'] as { id: string }[]).map(({ id }) => id), list['next']]).toEqual([[paid.body['id']], null]);
    for (const path of ['', '/events']) {
      expect((await test.ask(`GET /v1/transactions/${String(paid.body['id'])}${path}`, { token: ofAnn })).status).toBe(
        200,
      );
      expect(
        (await test.ask(`GET /v1/transactions/${String(foreign.body['id'])}${path}`, { token: ofAnn })).status,
      ).toBe(404);
    }
  });

  it('makes only tokens that are bound to that owner, and knows of no others', async () => {
    const create = (token: string, more: object = {}) =>
      test.ask('POST /v1/tokens', { token, body: { name: 'web', scopes: ['wallets:read'], ...more } });
    const made = await create(ofAnn);
    const [wide, other] = [await create(all), await create(all, { owners: ['u-18'] })];
    expect([made.status, wide.status, other.status]).toEqual([201, 201, 201]);
    expect((await create(ofAnn, { owners: ['u-17', 'u-18'] })).body['code']).toBe('TOKEN_FACTS_INVALID');
    const listed = (await test.ask('GET /v1/tokens', { token: ofAnn })).body['data'] as {
      id: string;
      owners: string[];
    }[];
    expect(listed.every(({ owners }) => owners.join() === 'u-17')).toBe(true);
    expect(listed.map(({ id }) => id)).toContain(made.body['id']);
    for (const { body } of [wide, other]) {
      expect((await test.ask(`DELETE /v1/tokens/${String(body['id'])}`, { token: ofAnn })).status).toBe(404);
    }
    expect((await test.ask(`DELETE /v1/tokens/${String(made.body['id'])}`, { token: ofAnn })).status).toBe(204);
    expect(await idsOf(String(other.body['token']))).toEqual([]);
  });

  it('that is bound to several owners and chains sees all of these in one list, each once', async () => {
    const made = [await make('u-17'), await make('u-18'), await make('u-19')];
    const token = await test.token({ owners: [ann, bob], chains: [parseChainId('BTC'), parseChainId('ETH')] });
    const expected = made.slice(0, 2).map(({ id }) => id);
    expect(await idsOf(token)).toEqual(expected.toSorted());
    const found: string[] = [];
    for (let after = ''; ; ) {
      const { body } = await test.ask(`GET /v1/wallets?limit=1${after}`, { token });
      found.push(...(body['data'] as { id: string }[]).map(({ id }) => id));
      if (body['next'] === null) break;
      after = `&after=${String(body['next'])}`;
    }
    expect(found).toEqual(expected.toSorted());
  });

  it('leaves no name of the owner in the tables of tokens and transactions', async () => {
    const { id } = await make('u-17');
    await pay(id, ofAnn, 'a');
    const [entry] = await test.store.journal.find({});
    expect(entry?.intake?.ownerTag).toMatch(/^[0-9a-f]{64}$/);
    const [stored] = await test.store.access.tokens({ tenant: defaultTenant, limit: 10 });
    for (const text of [JSON.stringify(entry), stored?.facts ?? '']) expect(text).not.toContain('u-17');
  });
});
