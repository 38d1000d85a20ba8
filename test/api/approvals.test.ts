import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signDecision } from '../../src/app/approvals/decide.js';
import { decodeRequest, readRequest } from '../../src/app/approvals/request.js';
import { createRegistry } from '../../src/chains/registry.js';
import { parseTenantId } from '../../src/core/ids.js';
import { keyOf } from '../policy/approvals/people.js';
import { storeId } from '../storage/support.js';
import { type Anvil, startAnvil } from '../support/anvil.js';
import { anyPayment, dayLimit, sealer } from '../support/control.js';
import { freshApi, rootKey } from './support.js';

const chains = createRegistry();
const sealed = sealer({ rootKey, storeId });
const logins = { id: 'logins', op: ['message'], to: 'any', method: 'EIP-191', needs: ['2 of treasury'] };
const receiver = '0x52908400098527886E0F7030069857D2E4169EE7';
const key = { 'idempotency-key': 'a' };

describe('approvals over the API', () => {
  const test = freshApi();
  let node: Anvil;
  let asking: string;
  let reading: string;
  let deciding: string;

  beforeAll(async () => {
    node = await startAnvil({ chainId: 11155111 });
    test.node = node.url;
  });
  afterAll(() => node.close());
  beforeEach(async () => {
    await test.store.approvals.addConstitution(sealed.constitution());
    const members = { permits: [logins, anyPayment], limits: [dayLimit(1e18)] };
    await test.store.policies.add(sealed.policy(members), 'narrow');
    asking = await test.token();
    reading = await test.token({ scopes: ['approvals:read'] });
    deciding = await test.token({ scopes: ['approvals:decide'] });
  });

  /** A message that waits for two approvers. */
  const waiting = async () => {
    const { signatureId: wallet } = await test.wallet();
    const body = { chain: 'ETH', kind: 'message', from: { wallet }, text: 'I own this' };
    const { body: made } = await test.ask('POST /v1/signatures', { token: asking, body, headers: key });
    await test.signAll();
    return String(made['id']);
  };
  const signedBy = async (name: string, id: string, decision: 'approve' | 'reject' = 'approve') => {
    const { body } = await test.ask(`GET /v1/approvals/${id}`, { token: reading });
    const request = readRequest(JSON.stringify(body['request']));
    const { text, signed, point } = keyOf(name);
    const person = { text, point, sign: signed, wipe: () => undefined };
    const decided = { request, decoded: decodeRequest(chains, request), key: person };
    return { custosApproval: 1, ...signDecision(decided, { decision, now: Date.now() }) };
  };
  const decide = (id: string, body: unknown, token = deciding) =>
    test.ask(`POST /v1/approvals/${id}/decisions`, { token, body });

  it('what is held says by which rule, who is missing, and who approved until when, and goes on when all have', async () => {
    const id = await waiting();
    const held = (await test.ask(`GET /v1/signatures/${id}`, { token: asking })).body;
    expect(held).toMatchObject({
      state: 'held',
      policy: { version: 1, verdict: 'hold', rules: ['logins'], charges: [] },
      approvals: {
        state: 'missing',
        votes: [],
        missing: [
          {
            rule: 'logins',
            demand: '2 of treasury',
            approved: [],
            open: ['bea', 'ben'],
          },
        ],
      },
    });
    const listed = await test.ask('GET /v1/approvals', { token: reading });
    expect(listed.body['data']).toEqual([
      expect.objectContaining({ id, kind: 'message', approvals: held['approvals'] }),
    ]);
    const shown = (await test.ask(`GET /v1/approvals/${id}`, { token: reading })).body;
    expect((shown['lines'] as string[]).join('\n')).toContain('I own this');
    expect((shown['effects'] as object[])[0]).toMatchObject({ op: 'message', method: 'EIP-191' });
    const first = await decide(id, await signedBy('bea', id));
    expect(first.body).toMatchObject({
      approvals: { state: 'missing', votes: [{ person: 'bea', decision: 'approve', expiresAt: expect.any(String) }] },
    });
    const second = await decide(id, await signedBy('ben', id));
    expect(second.body).toMatchObject({ policy: { verdict: 'allow' }, approvals: { state: 'met', missing: [] } });
    await test.signAll();
    const done = (await test.ask(`GET /v1/signatures/${id}`, { token: asking })).body;
    expect(done).toMatchObject({ state: 'completed', policy: null, approvals: null });
    expect((await test.ask('GET /v1/approvals', { token: reading })).body['data']).toEqual([]);
    // Who decided is known for good.
    const decided = { decision: 'approve', at: expect.any(String), key: expect.any(String), isSpent: true };
    expect((await test.ask(`GET /v1/approvals/${id}/decisions`, { token: reading })).body['data']).toEqual([
      { person: 'bea', ...decided },
      { person: 'ben', ...decided },
    ]);
  });

  it('a rejection ends it, whatever else was approved', async () => {
    const id = await waiting();
    const { body } = await decide(id, await signedBy('bea', id, 'reject'));
    expect(body).toMatchObject({ approvals: { state: 'rejected', votes: [{ person: 'bea', decision: 'reject' }] } });
    await test.signAll();
    expect((await test.ask(`GET /v1/signatures/${id}`, { token: asking })).body['state']).toBe('denied');
  });

  it('no token that asks for something decides, and none that decides asks', async () => {
    for (const scope of ['transactions:create', 'messages:sign', 'typed-data:sign', 'hashes:sign'] as const) {
      await expect(test.token({ scopes: [scope, 'approvals:decide'] })).rejects.toMatchObject({
        code: 'TOKEN_FACTS_INVALID',
      });
    }
    const id = await waiting();
    const { status, body } = await decide(id, await signedBy('bea', id), asking);
    expect([status, body['code']]).toEqual([403, 'SCOPE_MISSING']);
  });

  it('what no person of the constitution signed for just this is refused, and nothing of it is kept', async () => {
    const [id, other] = [await waiting(), '0'.repeat(24)];
    const good = await signedBy('bea', id);
    const forged = { ...good, signature: (await signedBy('ben', id)).signature };
    const stranger = {
      custosApproval: 1,
      text: good.text.replace(keyOf('bea').text, keyOf('eve').text),
      signature: keyOf('eve').signed(good.text),
    };
    const cases = [
      [forged, 'APPROVAL_SIGNATURE'],
      [stranger, 'APPROVAL_SIGNATURE'],
      [{ ...good, text: good.text.replace(id, other) }, 'APPROVAL_CHANGED'],
      [{ ...good, text: 'custos-approval/1' }, 'APPROVAL_INVALID'],
      [await signedBy('oli', id), 'APPROVAL_REFUSED'],
    ] as const;
    for (const [body, code] of cases) expect((await decide(id, body)).body['code']).toBe(code);
    expect(await test.store.approvals.of(id)).toEqual([]);
    expect((await decide(id, good)).status).toBe(200);
    expect((await decide(id, good)).body['code']).toBe('APPROVAL_REPLAYED');
  });

  it.each([
    ['nothing', {}, '/text'],
    ['another form', { custosApproval: 2, text: 'x', signature: 'x' }, '/custosApproval'],
    ['no signature', { custosApproval: 1, text: 'x' }, '/signature'],
    ['a text that is a number', { custosApproval: 1, text: 5, signature: 'x' }, '/text'],
    ['a text that is too long', { custosApproval: 1, text: 'x'.repeat(16_385), signature: 'x' }, '/text'],
    ['an unknown member', { custosApproval: 1, text: 'x', signature: 'x', reason: 'x' }, '/reason'],
  ])('a decision with %s is refused at its place', async (_, body, pointer) => {
    const { status, body: said } = await decide('0'.repeat(24), body);
    expect([status, (said['errors'] as { pointer: string }[]).map((one) => one.pointer)]).toEqual([
      400,
      expect.arrayContaining([pointer]),
    ]);
  });

  it('of another tenant cannot be seen or decided, even by whoever can sign for it', async () => {
    const id = await waiting();
    const answer = await signedBy('bea', id);
    const shop = parseTenantId('shop');
    await test.store.access.addTenant({ id: shop, createdAt: 1 });
    const token = await test.token({ tenant: shop, scopes: ['approvals:decide', 'approvals:read'] });
    for (const path of [id, '0'.repeat(24)]) {
      expect((await test.ask(`GET /v1/approvals/${path}`, { token })).status).toBe(404);
      expect((await decide(path, answer, token)).status).toBe(404);
    }
    expect((await test.ask('GET /v1/approvals', { token })).body['data']).toEqual([]);
    expect(await test.store.approvals.of(id)).toEqual([]);
  });

  it('a dry run says what the policy would say and charge, and stores nothing', async () => {
    const { signatureId: wallet, address } = await test.wallet();
    await node.rpc('anvil_setBalance', [address, '0xde0b6b3a7640000']);
    const pays = async (amount: string) =>
      test.ask('POST /v1/transactions?dryRun=true', {
        token: asking,
        body: { kind: 'transfer', chain: 'ETH', from: { wallet }, to: receiver, amount },
      });
    const small = await pays('0.25');
    expect(small.body).toMatchObject({
      policy: { verdict: 'allow', reasons: [], charges: [{ limit: 'day', used: '0', max: '1 ETH', fits: 'yes' }] },
      approvals: { state: 'met', missing: [], votes: [] },
    });
    await node.rpc('anvil_setBalance', [address, '0x8ac7230489e80000']);
    const large = await pays('1.5');
    expect(large.body).toMatchObject({
      policy: { verdict: 'deny', charges: [{ fits: 'no' }] },
      approvals: { state: 'denied' },
    });
    expect(await test.store.journal.find({})).toEqual([]);
  });
});
