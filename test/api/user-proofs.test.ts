import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sealSettings } from '../../src/core/access/tenant-settings.js';
import { defaultTenant, parseTenantId, type TenantId } from '../../src/core/ids.js';
import { Issuer } from '../support/issuer.js';
import { freshApi, mac } from './support.js';

const CREATE = 'POST /v1/transactions';
const to = '0x52908400098527886E0F7030069857D2E4169EE7';
const shop = parseTenantId('shop');

describe('wallets whose owner has to be there', () => {
  const test = freshApi();
  const issuer = new Issuer();
  beforeAll(() => issuer.open());
  afterAll(() => issuer.server.close());
  beforeEach(() => trust(defaultTenant));

  const trust = (tenant: TenantId, key = mac) => {
    const oidc = { issuer: issuer.url, audience: 'shop', ownerClaim: 'sub' };
    return test.store.access.putSettings(sealSettings(key, tenant, { oidc }));
  };
  const walletOf = (owner: string, requireUserToken = true, tenant?: TenantId) =>
    test.wallet('ETH', tenant, { owner, requireUserToken });
  const pay = async (
    wallet: string,
    { key = 'a', proof, token }: { key?: string; proof?: string; token?: string } = {},
  ) =>
    test.ask(CREATE, {
      token: token ?? (await test.token()),
      body: { kind: 'raw', chain: 'ETH', keys: [{ wallet }], unsigned: JSON.stringify({ to, value: '1' }) },
      headers: { 'idempotency-key': key, ...(proof !== undefined && { 'custos-user-token': proof }) },
    });

  it("move only with the application's token and the user's own", async () => {
    const { signatureId } = await walletOf('u-17');
    const alone = await pay(signatureId);
    expect([alone.status, alone.body['code']]).toEqual([403, 'USER_TOKEN_REQUIRED']);
    expect(await test.store.journal.find({})).toEqual([]);
    const proof = await issuer.token('u-17');
    const userAlone = await test.ask(CREATE, { headers: { 'custos-user-token': proof } });
    expect([userAlone.status, userAlone.body['code']]).toEqual([401, 'TOKEN_MISSING']);
    const both = await pay(signatureId, { proof });
    expect(both.status).toBe(202);
    const entry = await test.store.journal.get(String(both.body['id']));
    expect(entry?.pending.user).toMatch(/^[0-9a-f]{64}$/);
    expect(entry?.intake?.userTag).toBe(entry?.pending.user);
  });

  it("sign by JSON-RPC only with the user's own token, and for other users they are no accounts", async () => {
    const { address } = await walletOf('u-17');
    const token = await test.token();
    const body = { jsonrpc: '2.0', id: 1, method: 'personal_sign', params: ['0x68656c6c6f', address] };
    const ask = (proof?: string) =>
      test.ask('POST /rpc/ETH', {
        token,
        body,
        headers: { ...(proof !== undefined && { 'custos-user-token': proof }) },
      });
    expect((await ask()).body).toMatchObject({ error: { code: 4100, data: { code: 'USER_TOKEN_REQUIRED' } } });
    expect((await ask('x')).body).toMatchObject({ error: { code: 4100, data: { code: 'USER_TOKEN_INVALID' } } });
    expect((await ask(await issuer.token('u-18'))).body).toMatchObject({ error: { code: -32000 } });
    expect(await test.store.journal.find({})).toEqual([]);
    const signed = ask(await issuer.token('u-17'));
    while ((await test.store.journal.find({})).length === 0) await new Promise((resolve) => setImmediate(resolve));
    await test.signAll();
    expect((await signed).body['result']).toMatch(/^0x[0-9a-f]{130}$/);
  });

  it('are to other users as if they did not exist', async () => {
    const { signatureId } = await walletOf('u-17');
    const proof = await issuer.token('u-18');
    const { status, body } = await pay(signatureId, { proof });
    expect([status, body['code']]).toEqual([404, 'WALLET_UNKNOWN']);
    const seen = await test.ask(`GET /v1/wallets/${signatureId}`, {
      token: await test.token(),
      headers: { 'custos-user-token': proof },
    });
    expect([seen.status, seen.body['code']]).toEqual([404, 'WALLET_UNKNOWN']);
    expect(await test.store.journal.find({})).toEqual([]);
  });

  it('and their transactions are all that a request with a proof sees', async () => {
    const token = await test.token();
    const [own, other] = [await walletOf('u-17'), await walletOf('u-18', false)];
    const proof = await issuer.token('u-17');
    const made = await pay(own.signatureId, { proof, token });
    const foreign = await pay(other.signatureId, { key: 'b', token });
    expect(foreign.status).toBe(202);
    const headers = { 'custos-user-token': proof };
    const wallets = await test.ask('GET /v1/wallets', { token, headers });
    expect(wallets.body['data']).toEqual([expect.objectContaining({ id: own.signatureId })]);
    const listed = await test.ask('GET /v1/transactions', { token, headers });
    expect(listed.body['data']).toEqual([expect.objectContaining({ id: made.body['id'] })]);
    const one = await test.ask(`GET /v1/transactions/${String(foreign.body['id'])}`, { token, headers });
    expect([one.status, one.body['code']]).toEqual([404, 'PENDING_UNKNOWN']);
  });

  it('of a tenant trust only the identity provider of that tenant', async () => {
    await test.store.access.addTenant({ id: shop, createdAt: 1 });
    const token = await test.token({ tenant: shop });
    const { signatureId } = await walletOf('u-17', true, shop);
    const proof = await issuer.token('u-17');
    const { status, body } = await pay(signatureId, { proof, token });
    expect([status, body['code']]).toEqual([403, 'USER_TOKEN_UNSUPPORTED']);
    await trust(shop);
    const seen = await test.ask(`GET /v1/wallets/${signatureId}`, { token, headers: { 'custos-user-token': proof } });
    expect(seen.status).toBe(200);
  });

  it('trust no identity provider that somebody without the key wrote into the database', async () => {
    const { signatureId } = await walletOf('u-17');
    await trust(defaultTenant, () => 'forged');
    const { status, body } = await pay(signatureId, { proof: await issuer.token('u-17') });
    expect([status, body['code']]).toEqual([403, 'USER_TOKEN_UNSUPPORTED']);
  });

  it('a proof that does not hold is refused everywhere, also where none is needed', async () => {
    const token = await test.token();
    const { signatureId } = await test.wallet();
    for (const proof of ['', 'x', `${await issuer.token('u-17')}x`]) {
      const headers = { 'custos-user-token': proof };
      for (const path of ['/v1/wallets', `/v1/wallets/${signatureId}`, '/v1/transactions']) {
        const { status, body } = await test.ask(`GET ${path}`, { token, headers });
        expect([status, body['code'], body['detail']], path).toEqual([
          ...[401, 'USER_TOKEN_INVALID', 'The token of the user is not valid.'],
        ]);
      }
    }
  });

  it('a transaction that a user asked for is put back with that user only', async () => {
    const token = await test.token();
    const { signatureId } = await walletOf('u-17');
    const made = await pay(signatureId, { proof: await issuer.token('u-17'), token });
    const path = `/v1/transactions/${String(made.body['id'])}`;
    const alone = await test.ask(`POST ${path}/retry`, { token });
    expect([alone.status, alone.body['code']]).toEqual([403, 'USER_TOKEN_REQUIRED']);
    const headers = { 'custos-user-token': await issuer.token('u-17') };
    const { body } = await test.ask(`POST ${path}/retry`, { token, headers });
    expect(body['code']).toBe('STATE_CONFLICT');
  });

  it('sign messages with the proof only, too', async () => {
    const token = await test.token();
    const { signatureId } = await walletOf('u-17');
    const sign = (headers: Readonly<Record<string, string>>) =>
      test.ask('POST /v1/signatures', {
        token,
        body: { kind: 'message', chain: 'ETH', from: { wallet: signatureId }, text: 'hello' },
        headers: { 'idempotency-key': 'a', ...headers },
      });
    const alone = await sign({});
    expect([alone.status, alone.body['code']]).toEqual([403, 'USER_TOKEN_REQUIRED']);
    const both = await sign({ 'custos-user-token': await issuer.token('u-17') });
    expect(both.status).toBe(202);
    expect((await test.store.journal.get(String(both.body['id'])))?.pending.user).toMatch(/^[0-9a-f]{64}$/);
  });

  it('with a proof, wallets are made for this user only', async () => {
    const token = await test.token();
    const headers = { 'custos-user-token': await issuer.token('u-17') };
    const make = (body: object) => test.ask('POST /v1/wallets', { token, headers, body: { chain: 'ETH', ...body } });
    for (const body of [{}, { owner: 'u-18' }]) expect((await make(body)).body['code']).toBe('SCOPE_MISSING');
    expect((await make({ owner: 'u-17' })).status).toBe(201);
  });
});
