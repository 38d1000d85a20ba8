import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../dist/core/secret.js';
import { openFreezes } from '../../src/app/freezes/open.js';
import { systemClock } from '../../src/core/clock.js';
import { parseChainId, parseTenantId } from '../../src/core/ids.js';
import { silentLog } from '../../src/core/log.js';
import type { Signer } from '../../src/core/signing/signer.js';
import { createKeeperClient } from '../../src/signing/keeper/keeper-client.js';
import { journalKeyOf } from '../../src/vault/journal-key.js';
import { viewKey } from '../../src/vault/vault.js';
import { storeId } from '../storage/support.js';
import { anyPayment, sealer } from '../support/control.js';
import { policySignature, unfreezeSignature } from '../support/decrees.js';
import { quickSlot } from '../support/quick-slot.js';
import { type SignerService, signerService } from '../support/signer-service.js';
import { type Answered, freshApi, rootKey } from './support.js';

const sealed = sealer({ rootKey, storeId });
const password = 'correct horse battery staple';
const DAY = 86_400_000;
const scopes = ['policies:write', 'policies:read', 'freezes:create', 'freezes:read', 'freezes:end'] as const;
const code = ({ status, body }: Answered) => [status, body['code']];
const pointers = ({ body }: Answered) => (body['errors'] as { pointer: string }[]).map(({ pointer }) => pointer);

describe('what persons signed, over the API of a server beside a keeper', () => {
  let service: SignerService;
  let keeper: Signer;
  let token: string;

  /** Before the API is opened, which takes it. */
  const openKeeper = async () => {
    service = await signerService(storeId, password);
    const slots = [await quickSlot(new Uint8Array(rootKey), Secret.text(password), storeId)];
    keeper = createKeeperClient({ name: 'keeper', connect: service.connect, storeId, slots, rules: new Map() });
    test.keeper = keeper;
  };
  const test = freshApi(undefined, {}, { before: openKeeper });
  beforeEach(async () => {
    token = await test.token({ scopes });
  });
  afterEach(async () => {
    test.keeper = undefined;
    await keeper.close();
    await service.close();
  });

  const first = sealed.read({});
  const second = (change: object = {}) =>
    sealed.read({ version: 2, previous: first.hash, permits: [anyPayment], ...change });
  const signed = (policy: typeof first, names: readonly string[], act: 'widen' | 'narrow' = 'widen') =>
    names.map((name) => policySignature(policy, name, { store: storeId, act }));
  const publish = (policy: typeof first, signatures: readonly object[], more: object = {}) =>
    test.ask('POST /v1/policies', { token, body: { policy: JSON.parse(policy.text), signatures, ...more } });

  it('a policy is published by its quorum alone, at once or after a day, and the keeper itself decides that', async () => {
    const narrow = signed(first, ['ada'], 'narrow');
    expect(code(await publish(first, narrow))).toEqual([409, 'CONSTITUTION_NEEDED']);
    await test.store.approvals.addConstitution(sealed.constitution());
    const made = await publish(first, narrow);
    expect([made.status, made.headers.get('location')]).toEqual([201, '/v1/policies/1']);
    expect(made.body).toMatchObject({ version: 1, hash: first.hash, state: 'in force', signedBy: [narrow[0]?.key] });
    const again = await publish(first, narrow);
    expect([again.status, again.body]).toEqual([200, made.body]);

    const both = signed(second(), ['ada', 'alan']);
    for (const [signatures, said] of [
      [both.slice(0, 1), 'CONSTITUTION_QUORUM'],
      [[both[0], both[0]], 'CONSTITUTION_QUORUM'],
      [signed(second(), ['bea', 'bob']), 'CONSTITUTION_SIGNATURE'],
      [signed(second(), ['ada', 'alan'], 'narrow'), 'CONSTITUTION_SIGNATURE'],
      [narrow, 'CONSTITUTION_SIGNATURE'],
      [[both[0], { ...both[1], signature: both[0]?.signature }], 'CONSTITUTION_SIGNATURE'],
    ] as const) {
      expect(code(await publish(second(), signatures as object[]))).toEqual([403, said]);
    }
    const other = second({ previous: `sha256:${'0'.repeat(64)}` });
    expect(code(await publish(other, signed(other, ['ada', 'alan'])))).toEqual([409, 'POLICY_CONFLICT']);
    expect(pointers(await publish(second(), both, { delay: 23 }))).toEqual(['/delay']);
    expect(await test.store.policies.after(0)).toHaveLength(1);

    const before = Date.now();
    const wide = await publish(second(), both, { delay: 25 });
    expect([wide.status, wide.body['state']]).toEqual([201, 'waiting']);
    const moment = (name: string) => Date.parse(String(wide.body[name]));
    expect(moment('publishedAt')).toBeGreaterThanOrEqual(before);
    expect(moment('effectiveAt')).toBe(moment('publishedAt') + DAY + DAY / 24);
    // Taken back before its time, by one admin: nothing in it goes beyond what is in force.
    const third = sealed.read({ version: 3, previous: second().hash });
    expect(pointers(await publish(third, signed(third, ['ada'], 'narrow'), { delay: 25 }))).toEqual(['/delay']);
    expect((await publish(third, signed(third, ['ada'], 'narrow'))).body).toMatchObject({ state: 'in force' });
    const { body } = await test.ask('GET /v1/policies', { token });
    expect((body['data'] as { state: string }[]).map(({ state }) => state)).toEqual(['in force', 'replaced', 'former']);
    // Replayed with its old signatures, what was taken back does not come again.
    expect(code(await publish(second(), both))).toEqual([409, 'POLICY_CONFLICT']);
    // Whoever signs goes by the very boxes that the store got.
    const policies = await test.store.policies.after(0);
    await keeper.control({ constitution: sealed.constitution(), policies });
    await expect(keeper.control({ policies: policies.slice(0, 2) })).rejects.toMatchObject({ code: 'CONTROL_OLD' });
  });

  it('a freeze is ended by its quorum alone, once, for daemons and for the keeper', async () => {
    const keys = { viewKey: viewKey(rootKey, storeId), journalKey: journalKeyOf(rootKey, storeId) };
    const held = async () => openFreezes({ store: test.store, clock: systemClock, log: silentLog }, keys).now();
    const freeze = async (scope: string) => {
      const { body } = await test.ask('POST /v1/freezes', { token, body: { scope, reason: 'nächtlicher Alarm' } });
      return { id: String(body['id']), text: String(body['text']) };
    };
    const [one, other] = [await freeze('all'), await freeze('chain ETH')];
    const end = (id: string, text: string, names: readonly string[]) =>
      test.ask(`POST /v1/freezes/${id}/end`, {
        token,
        body: { signatures: names.map((name) => unfreezeSignature(text, name)) },
      });
    expect(code(await end(one.id, one.text, ['bea', 'ben']))).toEqual([409, 'CONSTITUTION_NEEDED']);
    await test.store.approvals.addConstitution(sealed.constitution());
    expect(code(await end(one.id, one.text, ['bea']))).toEqual([403, 'CONSTITUTION_QUORUM']);
    expect(code(await end(one.id, one.text, ['ada', 'alan']))).toEqual([403, 'CONSTITUTION_SIGNATURE']);
    expect(code(await end(one.id, other.text, ['bea', 'ben']))).toEqual([403, 'CONSTITUTION_SIGNATURE']);
    expect(code(await end('0'.repeat(32), one.text, ['bea', 'ben']))).toEqual([404, 'FREEZE_UNKNOWN']);
    expect(await held()).toHaveLength(2);
    await keeper.freezes?.({ freezes: [one.text, other.text], ends: [] });

    const done = await end(one.id, one.text, ['bea', 'ben']);
    expect([done.status, done.body['id'], done.body['state']]).toEqual([200, one.id, 'ended']);
    expect(await held()).toEqual([expect.objectContaining({ id: other.id })]);
    expect(code(await end(one.id, one.text, ['bea', 'ben']))).toEqual([409, 'FREEZE_ENDED']);
    const stored = await test.store.freezes.get(one.id);
    const { at = 0, signatures = '', rootMac = '' } = stored?.end ?? {};
    const ends = [{ text: one.text, at, signatures, rootMac }];
    expect(await keeper.freezes?.({ freezes: [], ends })).toEqual([other.text]);
  });
});

describe('who may hand in what persons signed', () => {
  const test = freshApi();
  const policy = sealed.read({});
  const body = { policy: JSON.parse(policy.text), signatures: [policySignature(policy, 'ada', { store: storeId })] };
  const asked = [
    ['POST /v1/policies', body],
    ['POST /v1/policies/backtest', { policy: body.policy }],
  ] as const;

  it('a token without the scope, of another tenant or for less than everything publishes and tries nothing', async () => {
    await test.store.access.addTenant({ id: parseTenantId('shop'), createdAt: 1 });
    for (const facts of [
      {},
      { scopes: ['policies:read'] as const },
      { scopes, tenant: parseTenantId('shop') },
      { scopes, chains: [parseChainId('ETH')] },
    ]) {
      const token = await test.token(facts);
      for (const [operation, given] of asked) {
        expect(code(await test.ask(operation, { token, body: given }))).toEqual([403, 'SCOPE_MISSING']);
      }
    }
    const token = await test.token();
    const end = { signatures: [{ custosUnfreeze: 1, freeze: 'x', key: 'x', signature: 'x' }] };
    expect(code(await test.ask(`POST /v1/freezes/${'0'.repeat(32)}/end`, { token, body: end }))).toEqual([
      403,
      'SCOPE_MISSING',
    ]);
  });

  it('no token has one of these scopes together with one that asks for something', async () => {
    for (const deciding of ['policies:write', 'freezes:end'] as const) {
      for (const asking of ['transactions:create', 'hashes:sign'] as const) {
        const made = test.token({ scopes: [deciding, asking] });
        await expect(made).rejects.toMatchObject({ code: 'TOKEN_FACTS_INVALID' });
      }
    }
  });

  it('a server without a signer hands nothing in, and a freeze of another tenant is unknown', async () => {
    await test.store.approvals.addConstitution(sealed.constitution());
    const token = await test.token({ scopes });
    const signatures = [policySignature(policy, 'ada', { store: storeId, act: 'narrow' })];
    const answer = await test.ask('POST /v1/policies', { token, body: { ...body, signatures } });
    expect(code(answer)).toEqual([501, 'NOT_OFFERED']);
    expect(await test.store.policies.after(0)).toEqual([]);
    const shop = parseTenantId('shop');
    await test.store.access.addTenant({ id: shop, createdAt: 1 });
    const made = await test.ask('POST /v1/freezes', { token, body: { scope: 'all', reason: 'x' } });
    const end = { signatures: ['bea', 'ben'].map((name) => unfreezeSignature(String(made.body['text']), name)) };
    const foreign = await test.token({ scopes, tenant: shop });
    const path = `POST /v1/freezes/${String(made.body['id'])}/end`;
    expect(code(await test.ask(path, { token: foreign, body: end }))).toEqual([404, 'FREEZE_UNKNOWN']);
    expect(code(await test.ask(path, { token, body: end }))).toEqual([501, 'NOT_OFFERED']);
  });

  it.each([
    ['no signatures', { policy: body.policy }, '/signatures'],
    ['an empty list of signatures', { ...body, signatures: [] }, '/signatures'],
    ['a signature of another form', { ...body, signatures: [{ key: 'x' }] }, '/signatures/0/signature'],
    [
      'a signature with a member of its own',
      { ...body, signatures: [{ ...body.signatures[0], by: 'ada' }] },
      '/signatures/0/by',
    ],
    ['a wait that is a text', { ...body, delay: '25' }, '/delay'],
    ['a policy of another form', { ...body, policy: { custosPolicy: 1 } }, '/policy'],
  ])('a publication with %s is refused at its place', async (_, given, pointer) => {
    const answer = await test.ask('POST /v1/policies', { token: await test.token({ scopes }), body: given });
    expect([answer.status, pointers(answer)]).toEqual([400, expect.arrayContaining([pointer])]);
  });

  it('a draft is tried on the last transactions, of which a caller sees those of their own tenant', async () => {
    const shop = parseTenantId('shop');
    await test.store.access.addTenant({ id: shop, createdAt: 1 });
    const message = async (tenant?: typeof shop) => {
      const { signatureId: wallet } = await test.wallet('ETH', tenant);
      const asking = await test.token(tenant ? { tenant } : {});
      const given = { chain: 'ETH', kind: 'message', from: { wallet }, text: 'I own this' };
      const headers = { 'idempotency-key': 'a' };
      return (await test.ask('POST /v1/signatures', { token: asking, body: given, headers })).body['id'];
    };
    const [own] = [await message(), await message(shop)];
    await test.signAll();
    const token = await test.token({ scopes });
    const tried = await test.ask('POST /v1/policies/backtest', { token, body: { policy: body.policy } });
    expect([tried.status, tried.body]).toEqual([
      200,
      {
        ...{ judged: 2, changed: 2, undecided: 0 },
        data: [
          expect.objectContaining({
            id: own,
            chain: 'ETH',
            state: 'completed',
            verdict: 'deny',
            createdAt: expect.any(String),
          }),
        ],
      },
    ]);
    const logins = { id: 'logins', op: ['message'], to: 'any', method: 'EIP-191' };
    const draft = { ...body.policy, permits: [logins] };
    const allowed = await test.ask('POST /v1/policies/backtest?limit=1', { token, body: { policy: draft } });
    expect(allowed.body).toMatchObject({ judged: 1, changed: 0 });
    expect((await test.ask('POST /v1/policies/backtest?limit=0', { token, body: { policy: draft } })).status).toBe(400);
    expect(await test.store.policies.after(0)).toEqual([]);
  });
});
