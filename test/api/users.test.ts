import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Attempts } from '../../src/app/users/attempts.js';
import { limitOwner } from '../../src/app/wallets/owners.js';
import { sealSettings } from '../../src/core/access/tenant-settings.js';
import { systemClock } from '../../src/core/clock.js';
import { defaultTenant, parseOwnerId, parseTenantId } from '../../src/core/ids.js';
import { kinds } from '../storage/support.js';
import { otherSpellings } from '../support/base64url.js';
import { Issuer } from '../support/issuer.js';
import { freshApi, mac } from './support.js';

const to = '0x52908400098527886E0F7030069857D2E4169EE7';
const good = 'twelve good words';

describe.each(kinds)('users who log in, with a store on %s,', (kind) => {
  const test = freshApi(kind);
  const managing = () => test.token({ scopes: ['users:manage'] });
  const register = async (owner = 'u-17', password = good, token?: string) =>
    test.ask(`PUT /v1/users/${encodeURIComponent(owner)}/password`, {
      token: token ?? (await managing()),
      body: { password },
    });
  const logIn = async (password = good, { owner = 'u-17', token }: { owner?: string; token?: string } = {}) =>
    test.ask(`POST /v1/users/${encodeURIComponent(owner)}/sessions`, {
      token: token ?? (await test.token()),
      body: { password },
    });
  const sessionOf = async (...given: Parameters<typeof logIn>) => String((await logIn(...given)).body['session']);
  const wallets = async (proof: string, token?: string) =>
    test.ask('GET /v1/wallets', { token: token ?? (await test.token()), headers: { 'custos-user-token': proof } });

  it('move wallets that require their proof', async () => {
    expect((await register()).status).toBe(204);
    const { signatureId } = await test.wallet('ETH', undefined, { owner: 'u-17', requireUserToken: true });
    const { status, body } = await logIn();
    expect([status, body['session']]).toEqual([201, expect.stringMatching(/^custos-user_[\w-]{43}$/)]);
    const paid = await test.ask('POST /v1/transactions', {
      token: await test.token(),
      body: {
        kind: 'raw',
        chain: 'ETH',
        keys: [{ wallet: signatureId }],
        unsigned: JSON.stringify({ to, value: '1' }),
      },
      headers: { 'idempotency-key': 'a', 'custos-user-token': String(body['session']) },
    });
    expect(paid.status).toBe(202);
  });

  it('with a wrong password, without one, and unknown are refused alike', async () => {
    await register();
    await test.ask('PUT /v1/users/u-18/password', { token: await managing(), body: { password: good } });
    await test.ask('DELETE /v1/users/u-18', { token: await managing() });
    const answers = [
      await logIn('another good phrase'),
      await logIn(good, { owner: 'u-18' }),
      await logIn(good, { owner: 'u-19' }),
    ];
    for (const { status, body } of answers) {
      expect([status, body['code'], body['detail']]).toEqual([
        401,
        'LOGIN_REFUSED',
        'The user cannot log in with this.',
      ]);
    }
  });

  it('log in after five wrong passwords only once time has passed, and success does not count', async () => {
    let ticks = 0;
    const attempts = new Attempts(() => ticks);
    for (let at = 0; at < 20; at++) attempts.take('u-17', 'a')();
    for (let at = 0; at < 5; at++) attempts.take('u-17', 'a');
    expect(() => attempts.take('u-17', 'a')).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
    attempts.take('u-18', 'a');
    ticks = 29_999;
    expect(() => attempts.take('u-17', 'b')).toThrow(expect.objectContaining({ details: { retryAfter: 1 } }));
    ticks = 30_000;
    attempts.take('u-17', 'b');
    for (let at = 0; at < 100; at++) attempts.take(`other-${at}`, 'c');
    expect(() => attempts.take('new', 'c')).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
  });

  it('that guess many passwords at once get no more than five answers', async () => {
    await register();
    const token = await test.token();
    const answers = await Promise.all(Array.from({ length: 12 }, (_, at) => logIn(`wrong password ${at}`, { token })));
    const codes = answers.map(({ body }) => body['code']);
    expect(codes.filter((code) => code === 'LOGIN_REFUSED')).toHaveLength(5);
    expect(codes.filter((code) => code === 'RATE_LIMITED')).toHaveLength(7);
  });

  it('have a session of fifteen minutes', async () => {
    await register();
    const session = await sessionOf();
    expect((await wallets(session)).status).toBe(200);
    const end = Date.now() + 15 * 60_000 + 1000;
    test.clock = { ...systemClock, now: () => end };
    expect((await wallets(session)).body['code']).toBe('USER_TOKEN_INVALID');
  });

  it('lose their sessions when they log out, get another password, or are reset', async () => {
    const token = await test.token();
    await register();
    const [first, second] = [await sessionOf(), await sessionOf()];
    const out = await test.ask('DELETE /v1/sessions', { token, headers: { 'custos-user-token': first } });
    expect(out.status).toBe(204);
    expect((await wallets(first)).status).toBe(401);
    expect((await wallets(second)).status).toBe(200);
    await register('u-17', 'another good phrase');
    expect((await wallets(second)).status).toBe(401);
    expect((await logIn()).status).toBe(401);
    const third = await sessionOf('another good phrase');
    await test.ask('DELETE /v1/users/u-17', { token: await managing() });
    expect((await wallets(third)).status).toBe(401);
    expect((await logIn('another good phrase')).status).toBe(401);
  });

  it('have no session of before when the process ends right after they got another password', async () => {
    await register();
    const session = await sessionOf();
    const { owners } = test.store;
    const { replace } = owners;
    Object.assign(owners, {
      replace: async (...given: Parameters<typeof replace>) => {
        await replace(...given);
        throw new Error('the process ends');
      },
    });
    expect((await register('u-17', 'another good phrase')).status).toBe(500);
    Object.assign(owners, { replace });
    expect((await logIn('another good phrase')).status).toBe(201);
    expect((await wallets(session)).status).toBe(401);
  });

  it('who are reset while their limit changes have no login, and the limit', async () => {
    await register();
    const { owners } = test.store;
    const { get } = owners;
    let isFirst = true;
    // The limit's change has read the owner when the reset comes in between.
    Object.assign(owners, {
      get: async (...given: Parameters<typeof get>) => {
        const found = await get(...given);
        if (!isFirst) return found;
        isFirst = false;
        await test.ask('DELETE /v1/users/u-17', { token: await managing() });
        return found;
      },
    });
    const parts = { store: test.store, vault: test.vault, clock: systemClock };
    await limitOwner(parts, { tenant: defaultTenant, owner: parseOwnerId('u-17') }, { mostWallets: 3 });
    Object.assign(owners, { get });
    expect((await logIn()).status).toBe(401);
    const shown = await test.ask('GET /v1/owners/u-17', { token: await test.token({ scopes: ['owners:read'] }) });
    expect(shown.body['mostWallets']).toBe(3);
  });

  it('of one tenant are strangers to another', async () => {
    const shop = parseTenantId('shop');
    await test.store.access.addTenant({ id: shop, createdAt: 1 });
    const token = await test.token({ tenant: shop });
    await register();
    const session = await sessionOf();
    expect((await wallets(session, token)).body['code']).toBe('USER_TOKEN_INVALID');
    expect((await logIn(good, { token })).body['code']).toBe('LOGIN_REFUSED');
  });

  it('are known by any id, letter for letter', async () => {
    for (const owner of ['ann/../bob', 'Ann Böll', 'x'.repeat(128)]) {
      expect((await register(owner)).status).toBe(204);
      expect((await logIn(good, { owner })).status).toBe(201);
    }
    expect((await logIn(good, { owner: 'ann böll' })).status).toBe(401);
  });

  it('type their password in any form of Unicode', async () => {
    await register('u-17', 'Ångström is a unit');
    expect((await logIn('A\u030angstro\u0308m is a unit')).status).toBe(201);
  });

  it.each([
    ['PUT /v1/users/u-17/password', {}],
    ['PUT /v1/users/u-17/password', { password: 'too short' }],
    ['PUT /v1/users/u-17/password', { password: 'x'.repeat(1025) }],
    ['PUT /v1/users/u-17/password', { password: `${good}\u0000` }],
    ['PUT /v1/users/u-17/password', { password: 123_456_789_012 }],
    ['PUT /v1/users/u-17/password', { password: good, more: 1 }],
    [`PUT /v1/users/${'x'.repeat(129)}/password`, { password: good }],
    ['PUT /v1/users/a%00b/password', { password: good }],
  ])('get no login by a wrong request: %s', async (operation, body) => {
    const answer = await test.ask(operation, { token: await managing(), body });
    expect([answer.status, answer.body['code']]).toEqual([400, 'REQUEST_INVALID']);
    expect(await test.store.owners.page(undefined, undefined, 10)).toEqual([]);
    expect(JSON.stringify(answer.body)).not.toContain(good);
  });

  it('leave no password and no session in the database', async () => {
    await register();
    const session = await sessionOf();
    const [owner] = await test.store.owners.page(undefined, undefined, 1);
    expect(Buffer.from(owner?.box ?? []).toString('latin1')).not.toContain('password');
    expect(await test.store.tickets.get(session)).toBeUndefined();
  });
});

describe('sessions', () => {
  const test = freshApi();
  const issuer = new Issuer();
  beforeAll(() => issuer.open());
  afterAll(() => issuer.server.close());
  const trust = () =>
    test.store.access.putSettings(
      sealSettings(mac, defaultTenant, { oidc: { issuer: issuer.url, audience: 'shop', ownerClaim: 'sub' } }),
    );
  const open = async (proof: string) =>
    test.ask('POST /v1/sessions', { token: await test.token(), headers: { 'custos-user-token': proof } });

  it('a token of the identity provider opens a session, and a session opens none', async () => {
    await trust();
    const { status, body } = await open(await issuer.token('u-17'));
    expect(status).toBe(201);
    const session = String(body['session']);
    expect((await open(session)).body['code']).toBe('USER_TOKEN_UNSUPPORTED');
    const seen = await test.ask('GET /v1/wallets', {
      token: await test.token(),
      headers: { 'custos-user-token': session },
    });
    expect(seen.status).toBe(200);
    const none = await test.ask('POST /v1/sessions', { token: await test.token() });
    expect(none.body['code']).toBe('USER_TOKEN_REQUIRED');
  });

  it('a session that somebody without the key wrote into the database proves nothing', async () => {
    await trust();
    const { body } = await open(await issuer.token('u-17'));
    const session = String(body['session']);
    const secret = Buffer.from(session.slice('custos-user_'.length), 'base64url');
    const { createHash } = await import('node:crypto');
    const found = await test.store.tickets.get(createHash('sha256').update(secret).digest('hex'));
    if (found === undefined) throw new Error('the session is not stored');
    await test.store.tickets.take(found.hash);
    await test.store.tickets.add({ ...found, expiresAt: found.expiresAt + 1 }, 0);
    const seen = await test.ask('GET /v1/wallets', {
      token: await test.token(),
      headers: { 'custos-user-token': session },
    });
    expect(seen.body['code']).toBe('USER_TOKEN_INVALID');
  });

  it('a session has one spelling: no other text of the same bytes is it', async () => {
    await trust();
    const session = String((await open(await issuer.token('u-17'))).body['session']);
    const token = await test.token();
    for (const text of otherSpellings(session)) {
      const seen = await test.ask('GET /v1/wallets', { token, headers: { 'custos-user-token': text } });
      expect(seen.status).toBe(401);
    }
  });

  it('whatever text comes as a session, it is refused', async () => {
    const token = await test.token();
    const text = fc.stringMatching(/^custos-user_[A-Za-z0-9_-]{40,46}$/);
    await fc.assert(
      fc.asyncProperty(text, async (proof) => {
        const { status } = await test.ask('GET /v1/wallets', { token, headers: { 'custos-user-token': proof } });
        expect([401, 403]).toContain(status);
      }),
      { numRuns: 30 },
    );
  });
});
