import { beforeEach, describe, expect, it } from 'vitest';
import { readFreezeRequest } from '../../src/app/freezes/end.js';
import { openFreezes } from '../../src/app/freezes/open.js';
import { systemClock } from '../../src/core/clock.js';
import { parseChainId, parseTenantId } from '../../src/core/ids.js';
import { silentLog } from '../../src/core/log.js';
import { journalKeyOf } from '../../src/vault/journal-key.js';
import { viewKey } from '../../src/vault/vault.js';
import { storeId } from '../storage/support.js';
import { anyPayment, dayLimit, sealer } from '../support/control.js';
import { freshApi, rootKey } from './support.js';

const sealed = sealer({ rootKey, storeId });
const shop = parseTenantId('shop');

describe('freezes over the API', () => {
  const test = freshApi();
  const freeze = (body: unknown, token: string) => test.ask('POST /v1/freezes', { token, body });
  /** What a daemon of the store sees. */
  const held = async () => {
    const { store } = test;
    const keys = { viewKey: viewKey(rootKey, storeId), journalKey: journalKeyOf(rootKey, storeId) };
    return openFreezes({ store, clock: systemClock, log: silentLog }, keys).now();
  };

  it('hold for daemons at once, are made once for one scope, and are what persons sign the end of', async () => {
    const token = await test.token();
    const { signatureId } = await test.wallet();
    for (const scope of ['all', 'chain ETH', 'tag hot', `wallet ${signatureId}`]) {
      const first = await freeze({ scope, reason: 'payouts to unknown addresses' }, token);
      expect([scope, first.status, first.body['scope'], first.body['state']]).toEqual([scope, 201, scope, 'active']);
      const again = await freeze({ scope, reason: 'again' }, token);
      expect([again.status, again.body]).toEqual([200, first.body]);
      const shown = await test.ask(`GET /v1/freezes/${String(first.body['id'])}`, { token });
      expect(shown.body).toEqual(first.body);
      expect(readFreezeRequest(JSON.stringify(shown.body)).freeze.id).toBe(first.body['id']);
    }
    expect(await held()).toHaveLength(4);
    const pages: unknown[] = [];
    for (let after = ''; ; ) {
      const { body } = await test.ask(`GET /v1/freezes?limit=3${after}`, { token });
      pages.push(...(body['data'] as object[]));
      if (body['next'] === null) break;
      after = `&after=${String(body['next'])}`;
    }
    expect(pages).toHaveLength(4);
  });

  it('of a tenant stop its own wallets alone, and it sees no others', async () => {
    await test.store.access.addTenant({ id: shop, createdAt: 1 });
    const [own, other] = [await test.wallet('ETH', shop), await test.wallet()];
    const token = await test.token({ tenant: shop });
    const operator = await test.token();
    const all = await freeze({ scope: 'all', reason: 'x' }, operator);
    for (const scope of ['all', 'chain ETH', 'tag hot']) {
      expect((await freeze({ scope, reason: 'x' }, token)).body['code']).toBe('SCOPE_MISSING');
    }
    const foreign = await freeze({ scope: `wallet ${other.signatureId}`, reason: 'x' }, token);
    const absent = await freeze({ scope: 'wallet 00000000-0000-4000-8000-000000000000', reason: 'x' }, token);
    expect([foreign.status, absent.status]).toEqual([404, 404]);
    const made = await freeze({ scope: `wallet ${own.signatureId}`, reason: 'x' }, token);
    expect(made.status).toBe(201);
    expect((await test.ask('GET /v1/freezes', { token })).body['data']).toEqual([made.body]);
    expect((await test.ask(`GET /v1/freezes/${String(all.body['id'])}`, { token })).status).toBe(404);
    expect((await test.ask(`GET /v1/freezes/${String(made.body['id'])}`, { token: operator })).status).toBe(404);
    expect(await held()).toHaveLength(2);
  });

  it('by a token for some chains or wallets stop no more than these', async () => {
    const { signatureId } = await test.wallet();
    const chain = await test.token({ chains: [parseChainId('ETH')] });
    const wallet = await test.token({ wallets: [signatureId] });
    const statuses = async (token: string) => {
      const scopes = ['all', 'chain BTC', 'chain ETH', `wallet ${signatureId}`];
      const answers = [];
      for (const scope of scopes) answers.push((await freeze({ scope, reason: 'x' }, token)).status);
      return answers;
    };
    expect(await statuses(chain)).toEqual([403, 403, 201, 201]);
    expect(await statuses(wallet)).toEqual([403, 403, 403, 200]);
  });

  it.each([
    ['no scope', { reason: 'x' }, '/scope'],
    ['a scope that is a number', { scope: 5, reason: 'x' }, '/scope'],
    ['a scope of another form', { scope: 'everything', reason: 'x' }, '/scope'],
    ['an unknown chain', { scope: 'chain NOPE', reason: 'x' }, '/scope'],
    ['no reason', { scope: 'all' }, '/reason'],
    ['an empty reason', { scope: 'all', reason: '' }, '/reason'],
    ['a reason that is too long', { scope: 'all', reason: 'x'.repeat(201) }, '/reason'],
    ['an unknown member', { scope: 'all', reason: 'x', until: 5 }, '/until'],
  ])('with %s are refused at its place, and nothing stops', async (_, body, pointer) => {
    const { status, body: said } = await freeze(body, await test.token());
    expect([status, (said['errors'] as { pointer: string }[]).map((one) => one.pointer)]).toEqual([
      400,
      expect.arrayContaining([pointer]),
    ]);
    expect(await test.store.freezes.all()).toEqual([]);
  });
});

describe('policies over the API', () => {
  const test = freshApi();
  const members = { permits: [{ ...anyPayment, max: '1' }], limits: [dayLimit(1e18)] };
  const document = (change: object) => ({ ...JSON.parse(sealed.read(members).text), ...change });
  let token: string;

  beforeEach(async () => {
    token = await test.token();
  });

  it('are listed with what became of them, and one or the current one is shown', async () => {
    expect((await test.ask('GET /v1/policies/current', { token })).body['code']).toBe('POLICY_MISSING');
    await test.store.policies.add(sealed.policy(members), 'narrow');
    const { body } = await test.ask('GET /v1/policies', { token });
    expect(body['data']).toEqual([expect.objectContaining({ version: 1, state: 'in force', signedBy: [] })]);
    const current = await test.ask('GET /v1/policies/current', { token });
    expect(current.body).toMatchObject({ version: 1, policy: { version: 1, permits: [{ id: 'open' }] } });
    expect((await test.ask('GET /v1/policies/1', { token })).body).toEqual(current.body);
    expect((await test.ask('GET /v1/policies/2', { token })).body['code']).toBe('POLICY_MISSING');
    expect((await test.ask('GET /v1/policies/0', { token })).status).toBe(400);
  });

  it('that somebody wrote are checked and compared, and nothing is stored', async () => {
    await test.store.policies.add(sealed.policy(members), 'narrow');
    const { hash } = sealed.read(members);
    const wider = document({ version: 2, previous: hash, permits: [anyPayment] });
    const checked = await test.ask('POST /v1/policies/check', { token, body: { policy: wider } });
    expect([checked.status, checked.body['version']]).toEqual([200, 2]);
    expect((checked.body['lines'] as string[]).join('\n')).toContain('permit open');
    const diff = await test.ask('POST /v1/policies/diff', { token, body: { policy: wider } });
    expect(diff.body).toMatchObject({ from: 1, effect: 'widens' });
    const same = await test.ask('POST /v1/policies/diff?from=1', { token, body: { policy: document({}) } });
    expect(same.body).toMatchObject({ from: 1, effect: 'same', changes: [] });
    expect(await test.store.policies.after(0)).toHaveLength(1);
  });

  it.each([
    ['no policy', {}],
    ['a policy that is a text', { policy: 'x' }],
    ['a policy of another form', { policy: { custosPolicy: 1 } }],
    ['a policy with a member of its own', { policy: { ...document({}), colour: 'red' } }],
  ])('a request with %s is refused at its place', async (_, body) => {
    for (const path of ['check', 'diff']) {
      const { status, body: said } = await test.ask(`POST /v1/policies/${path}`, { token, body });
      expect([status, said['errors']]).toEqual([400, [expect.objectContaining({ in: 'body', pointer: '/policy' })]]);
    }
  });

  it('are shown to no other tenant', async () => {
    await test.store.access.addTenant({ id: shop, createdAt: 1 });
    const other = await test.token({ tenant: shop });
    const body = { policy: document({}) };
    for (const path of ['GET /v1/policies', 'GET /v1/policies/current']) {
      expect((await test.ask(path, { token: other })).body['code']).toBe('SCOPE_MISSING');
    }
    for (const path of ['POST /v1/policies/check', 'POST /v1/policies/diff']) {
      expect((await test.ask(path, { token: other, body })).body['code']).toBe('SCOPE_MISSING');
    }
  });
});
