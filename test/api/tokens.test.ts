import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bucket } from '../../src/api/rate.js';
import { revokeToken } from '../../src/app/access/tokens.js';
import { parseToken, tokenText } from '../../src/core/access/token-text.js';
import { parseChainId, parseTenantId } from '../../src/core/ids.js';
import { kinds } from '../storage/support.js';
import { freshApi, mac } from './support.js';

const LIST = 'GET /v1/wallets';

describe.each(kinds)('a token at the API, with a store on %s,', (kind) => {
  const test = freshApi(kind);

  it('opens what its scopes allow', async () => {
    expect((await test.ask(LIST, { token: await test.token({ scopes: ['wallets:read'] }) })).status).toBe(200);
    const { status, body } = await test.ask(LIST, { token: await test.token({ scopes: ['transactions:retry'] }) });
    expect([status, body['code']]).toEqual([403, 'SCOPE_MISSING']);
    expect(body['detail']).toContain('wallets:read');
  });

  it('is refused in the same words when it is unknown, wrong, revoked or expired', async () => {
    const token = await test.token({ expiresAt: Date.now() + 60_000 });
    const [, id = '', secret = ''] = token.split('_');
    const other = secret.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
    const wrong = await test.ask(LIST, { token: tokenText(id, other) });
    const unknown = await test.ask(LIST, { token: tokenText('0'.repeat(16), secret) });
    const clock = test.clock;
    test.clock = { ...clock, now: () => Date.now() + 60_000 };
    const expired = await test.ask(LIST, { token });
    test.clock = clock;
    await revokeToken({ access: test.store.access, mac, clock }, { id });
    test.clock = { ...clock, now: () => Date.now() };
    const revoked = await untilRefused(() => test.ask(LIST, { token }));
    for (const { status, body, headers } of [wrong, unknown, expired, revoked]) {
      const { instance: _own, ...said } = body;
      expect(said).toEqual({ ...wrong.body, instance: undefined });
      expect([status, body['code']]).toEqual([401, 'TOKEN_INVALID']);
      expect(headers.get('www-authenticate')).toBe('Bearer realm="custos"');
    }
  });

  it('is missing when the header is absent, of another scheme, or empty', async () => {
    for (const authorization of [undefined, 'Basic abc', 'Bearer', 'Bearer ']) {
      const headers = authorization === undefined ? {} : { authorization };
      const { status, body } = await test.ask(LIST, { headers });
      expect([status, body['code']]).toEqual([401, 'TOKEN_MISSING']);
    }
  });

  it('works only from the networks that it names', async () => {
    expect((await test.ask(LIST, { token: await test.token({ from: ['10.0.0.0/8', '127.0.0.0/8'] }) })).status).toBe(
      200,
    );
    const { status, body } = await test.ask(LIST, { token: await test.token({ from: ['10.0.0.0/8', 'fd00::/8'] }) });
    expect([status, body['code']]).toEqual([401, 'TOKEN_INVALID']);
  });

  it('that somebody wrote into the database opens nothing', async () => {
    const token = await test.token({ scopes: ['transactions:retry'] });
    const [, id = ''] = token.split('_');
    const stored = await test.store.access.token(id);
    const facts = (stored?.facts ?? '').replace('transactions:retry', 'wallets:read');
    const forged = { ...stored, id: 'ab'.repeat(8), facts } as NonNullable<typeof stored>;
    await test.store.access.addToken(forged);
    const [, , secret = ''] = token.split('_');
    expect((await test.ask(LIST, { token: tokenText(forged.id, secret) })).status).toBe(401);
  });

  it('is kept to its rate, and told when to come again', async () => {
    const token = await test.token({ rate: 0.001 });
    expect((await test.ask(LIST, { token })).status).toBe(200);
    const { status, headers, body } = await test.ask(LIST, { token });
    expect([status, body['code'], body['retryable']]).toEqual([429, 'RATE_LIMITED', true]);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(500);
    expect((await test.ask(LIST, { token: await test.token() })).status).toBe(200);
  });

  it('of another tenant sees nothing of the wallets of the first', async () => {
    const shop = parseTenantId('shop');
    await test.store.access.addTenant({ id: shop, createdAt: 1 });
    const { signatureId } = await test.wallet();
    const [own, other] = [await test.token(), await test.token({ tenant: shop })];
    expect((await test.ask(LIST, { token: own })).body['data']).toHaveLength(1);
    expect((await test.ask(LIST, { token: other })).body['data']).toEqual([]);
    const foreign = await test.ask(`GET /v1/wallets/${signatureId}`, { token: other });
    const absent = await test.ask('GET /v1/wallets/00000000-0000-4000-8000-000000000000', { token: other });
    expect(foreign.status).toBe(404);
    expect({ ...foreign.body, instance: '', detail: '' }).toEqual({ ...absent.body, instance: '', detail: '' });
  });

  it('sees the wallets of its own tenant, and no other token does', async () => {
    const shop = parseTenantId('shop');
    await test.store.access.addTenant({ id: shop, createdAt: 1 });
    const { signatureId } = await test.wallet('ETH', shop);
    const [own, other] = [await test.token({ tenant: shop }), await test.token()];
    expect((await test.ask(LIST, { token: own })).body['data']).toMatchObject([{ id: signatureId }]);
    expect((await test.ask(LIST, { token: other })).body['data']).toEqual([]);
    expect((await test.ask(`GET /v1/wallets/${signatureId}`, { token: own })).status).toBe(200);
    expect((await test.ask(`GET /v1/wallets/${signatureId}`, { token: other })).status).toBe(404);
  });

  it('makes tokens with no more rights than its own, lists them, and revokes them at once', async () => {
    const token = await test.token({ scopes: ['tokens:manage', 'wallets:read'], chains: [parseChainId('BTC')] });
    const make = (body: object) => test.ask('POST /v1/tokens', { token, body });
    const made = await make({ name: 'web', scopes: ['wallets:read'] });
    expect(made.status).toBe(201);
    const fresh = String(made.body['token']);
    expect((await test.ask(LIST, { token: fresh })).status).toBe(200);
    const wider = [
      { name: 'web', scopes: ['transactions:read'] },
      { name: 'web', scopes: ['wallets:read'], chains: ['ETH'] },
      { name: 'web', scopes: ['wallets:read'], rate: 1_000_000 },
    ];
    for (const body of wider) expect((await make(body)).body['code']).toBe('TOKEN_FACTS_INVALID');
    const listed = await test.ask('GET /v1/tokens', { token });
    const rows = listed.body['data'] as { id: string; chains: string[] }[];
    expect(rows.find(({ id }) => id === made.body['id'])?.chains).toEqual(['BTC']);
    expect(JSON.stringify(listed.body)).not.toContain(fresh.split('_')[2]);
    expect((await test.ask(`DELETE /v1/tokens/${String(made.body['id'])}`, { token })).status).toBe(204);
    expect((await test.ask(LIST, { token: fresh })).status).toBe(401);
  });

  it('sees only wallets of its chains, and only the wallets that it names', async () => {
    const [eth, btc] = [await test.wallet('ETH'), await test.wallet('BTC')];
    const ofChain = await test.token({ chains: [parseChainId('BTC')] });
    const ofWallet = await test.token({ wallets: [eth.signatureId] });
    const idsOf = async (token: string) =>
      ((await test.ask(LIST, { token })).body['data'] as { id: string }[]).map(({ id }) => id);
    expect(await idsOf(ofChain)).toEqual([btc.signatureId]);
    expect(await idsOf(ofWallet)).toEqual([eth.signatureId]);
    expect((await test.ask(`GET /v1/wallets/${eth.signatureId}`, { token: ofChain })).status).toBe(404);
    expect((await test.ask(`GET /v1/wallets/${btc.signatureId}`, { token: ofWallet })).status).toBe(404);
  });

  it('writes down when it was last used once at the end, and not with each request', async () => {
    const token = await test.token();
    const [, id = ''] = token.split('_');
    for (let request = 0; request < 5; request++) await test.ask(LIST, { token });
    expect((await test.store.access.token(id))?.lastUsedAt).toBeUndefined();
    await test.api.close();
    expect((await test.store.access.token(id))?.lastUsedAt).toBeGreaterThan(0);
  });
});

/** What was read of a token is believed for a second. */
async function untilRefused<T extends { readonly status: number }>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const answer = await ask();
    if (answer.status !== 200) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('the revoked token was never refused');
}

describe('the rate of a token', () => {
  it('lets two seconds of it through at once, and then as many a second as it says', () => {
    const bucket = new Bucket(10, 0);
    expect(Array.from({ length: 20 }, () => bucket.take(0)).every((wait) => wait === 0)).toBe(true);
    expect(bucket.take(0)).toBe(100);
    expect(bucket.take(100)).toBe(0);
    expect(bucket.take(100)).toBe(100);
  });

  it('never lets more through than it allows, whenever requests come', () => {
    const pauses = fc.array(fc.nat(300), { maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), pauses, (rate, between) => {
        const bucket = new Bucket(rate, 0);
        let [now, passed] = [0, 0];
        for (const pause of between) {
          now += pause;
          if (bucket.take(now) === 0) passed++;
        }
        return passed <= 2 * rate + (now / 1000) * rate + 1e-6;
      }),
    );
  });
});

describe('the text of a token', () => {
  it('is read again as it was written', () => {
    const digits = (length: number) =>
      fc
        .uint8Array({ minLength: length / 2, maxLength: length / 2 })
        .map((bytes) => Buffer.from(bytes).toString('hex'));
    fc.assert(fc.property(digits(16), digits(64), (id, secret) => parseToken(tokenText(id, secret))?.id === id));
  });

  it('with one character changed is not a token', () => {
    const text = tokenText('ab'.repeat(8), 'cd'.repeat(32));
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }), (at, other) => {
        const changed = text.slice(0, at) + other + text.slice(at + 1);
        return changed === text || parseToken(changed) === undefined;
      }),
    );
  });

  it('of any other kind is not a token', () => {
    fc.assert(fc.property(fc.string(), (text) => parseToken(text) === undefined));
  });
});
