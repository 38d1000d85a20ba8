import { recoverMessageAddress, recoverTypedDataAddress } from 'viem';
import { describe, expect, it } from 'vitest';
import type { Scope } from '../../src/core/access/scopes.js';
import { parseChainId, parseTenantId } from '../../src/core/ids.js';
import { kinds } from '../storage/support.js';
import { freshApi, type TestApi } from './support.js';

const CREATE = 'POST /v1/signatures';
const token = '0x3333333333333333333333333333333333333333';
const spender = '0x2222222222222222222222222222222222222222';
const permit = (owner: string, value = '5') => ({
  types: {
    Permit: ['owner', 'spender', 'value', 'nonce', 'deadline'].map((name) => ({
      name,
      type: name === 'owner' || name === 'spender' ? 'address' : 'uint256',
    })),
  },
  primaryType: 'Permit',
  domain: { name: 'Token', chainId: 11155111, verifyingContract: token },
  message: { owner, spender, value, nonce: '0', deadline: '1' },
});

function asking(test: TestApi) {
  const key = (text: string) => ({ 'idempotency-key': text });
  const create = async (body: object, scopes?: readonly Scope[]) =>
    test.ask(CREATE, {
      token: await test.token(scopes === undefined ? {} : { scopes }),
      body: { chain: 'ETH', ...body },
      headers: key('a'),
    });
  const from = async () => {
    const { signatureId, address = '' } = await test.wallet();
    return { wallet: signatureId, address };
  };
  return { key, create, from };
}

describe.each(kinds)('signatures of applications, with a store on %s,', (kind) => {
  const test = freshApi(kind);
  const { key, create, from } = asking(test);

  it('a message is taken over once, signed, and its signature comes back in the answer alone', async () => {
    const { wallet, address } = await from();
    const asked = { kind: 'message', from: { wallet }, text: 'I own this', reference: 'login-1' };
    const first = await create(asked);
    const at = String(first.headers.get('location'));
    expect([first.status, at]).toEqual([202, `/v1/signatures/${String(first.body['id'])}`]);
    expect(first.body).toMatchObject({ state: 'claimed', kind: 'message', wallet, signature: null, digest: null });
    await test.signAll();
    const again = await create(asked);
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
    expect(again.body).toMatchObject({ id: first.body['id'], state: 'completed', reference: 'login-1', error: null });
    const signature = String(again.body['signature']) as `0x${string}`;
    const signer = await recoverMessageAddress({ message: 'I own this', signature });
    expect(signer.toLowerCase()).toBe(address);
    const reader = await test.token({ scopes: ['signatures:read'] });
    expect((await test.ask(`GET ${at}`, { token: reader })).body).toEqual(again.body);
    const story = await test.ask(`GET ${at}/events`, { token: reader });
    expect(JSON.stringify(story.body)).toContain('signed');
    expect(JSON.stringify(story.body)).not.toContain(signature);
  });

  it('typed data as a text and as an object are the same signature', async () => {
    const { wallet, address } = await from();
    const data = permit(address);
    const asText = await create({ kind: 'typed-data', from: { wallet }, typedData: JSON.stringify(data) });
    const asObject = await test.ask(CREATE, {
      token: await test.token(),
      body: { chain: 'ETH', kind: 'typed-data', from: { wallet }, typedData: data },
      headers: key('b'),
    });
    expect([asText.status, asObject.status]).toEqual([202, 202]);
    await test.signAll();
    const answers = await Promise.all(
      [asText, asObject].map(async ({ headers }) =>
        test.ask(`GET ${String(headers.get('location'))}`, { token: await test.token() }),
      ),
    );
    const [one, other] = answers.map(({ body }) => String(body['signature']) as `0x${string}`);
    expect(one).toBe(other);
    const signer = await recoverTypedDataAddress({
      ...(data as unknown as Parameters<typeof recoverTypedDataAddress>[0]),
      signature: one ?? '0x',
    });
    expect(signer.toLowerCase()).toBe(address);
  });
});

describe('signatures of applications', () => {
  const test = freshApi();
  const { key, create, from } = asking(test);

  it('each kind has a scope of its own, and another one is not enough', async () => {
    const { wallet, address } = await from();
    const hash = `0x${'09'.repeat(32)}`;
    const asked = {
      'messages:sign': { kind: 'message', from: { wallet }, text: 'x' },
      'typed-data:sign': { kind: 'typed-data', from: { wallet }, typedData: permit(address) },
      'hashes:sign': { kind: 'hash', from: { wallet }, hash },
    } as const satisfies Partial<Record<Scope, object>>;
    const all = Object.keys(asked) as (keyof typeof asked)[];
    for (const scope of all) {
      const others = all.filter((one) => one !== scope);
      const refused = await create(asked[scope], others);
      expect([scope, refused.status, refused.body['code']]).toEqual([scope, 403, 'SCOPE_MISSING']);
    }
    expect(await test.store.journal.find({})).toEqual([]);
    expect((await create(asked['messages:sign'], ['messages:sign'])).status).toBe(202);
  });

  it('a hash is refused by a server whose operator does not allow it, whatever the token says', async () => {
    const { wallet } = await from();
    const { status, body } = await create({ kind: 'hash', from: { wallet }, hash: `0x${'09'.repeat(32)}` });
    expect([status, body['code']]).toEqual([403, 'HAZARD_REFUSED']);
    expect(await test.store.journal.find({})).toEqual([]);
  });

  it('typed data that let somebody take without bound are refused, and nothing is stored', async () => {
    const { wallet, address } = await from();
    const endless = permit(address, (2n ** 256n - 1n).toString());
    const { status, body } = await create({ kind: 'typed-data', from: { wallet }, typedData: endless });
    expect([status, body['code']]).toEqual([403, 'HAZARD_REFUSED']);
    expect(await test.store.journal.find({})).toEqual([]);
  });

  it('transactions and signatures have paths of their own', async () => {
    const { wallet } = await from();
    const all = await test.token();
    const { body } = await create({ kind: 'message', from: { wallet }, text: 'x' });
    const raw = {
      kind: 'raw',
      chain: 'ETH',
      keys: [{ wallet }],
      unsigned: JSON.stringify({ to: spender, value: '1' }),
    };
    const paid = await test.ask('POST /v1/transactions', { token: all, body: raw, headers: key('b') });
    const listed = async (path: string) =>
      ((await test.ask(`GET ${path}`, { token: all })).body['data'] as { id: string }[]).map(({ id }) => id);
    expect(await listed('/v1/signatures')).toEqual([body['id']]);
    expect(await listed('/v1/transactions')).toEqual([paid.body['id']]);
    for (const path of [`/v1/transactions/${String(body['id'])}`, `/v1/signatures/${String(paid.body['id'])}`]) {
      expect((await test.ask(`GET ${path}`, { token: all })).status).toBe(404);
    }
  });

  it('what is not signed is cancelled once', async () => {
    const { wallet } = await from();
    const { headers } = await create({ kind: 'message', from: { wallet }, text: 'x' });
    const cancel = `POST ${String(headers.get('location'))}/cancel`;
    const all = await test.token();
    expect((await test.ask(cancel, { token: all })).body['state']).toBe('cancelled');
    expect((await test.ask(cancel, { token: all })).body['code']).toBe('STATE_CONFLICT');
  });

  it('a signature of a wallet, chain or tenant that a token does not include does not exist for it', async () => {
    const shop = parseTenantId('shop');
    await test.store.access.addTenant({ id: shop, createdAt: 1 });
    const { wallet } = await from();
    const other = await test.wallet();
    const { headers } = await create({ kind: 'message', from: { wallet }, text: 'x' });
    const at = String(headers.get('location'));
    const strangers = [
      await test.token({ tenant: shop }),
      await test.token({ wallets: [other.signatureId] }),
      await test.token({ chains: [parseChainId('BTC')] }),
    ];
    const body = { chain: 'ETH', kind: 'message', from: { wallet }, text: 'x' };
    for (const stranger of strangers) {
      for (const operation of [`GET ${at}`, `GET ${at}/events`, `POST ${at}/cancel`]) {
        const { status, body: said } = await test.ask(operation, { token: stranger });
        const absent = await test.ask(operation.replace(at, '/v1/signatures/nothing'), { token: stranger });
        expect([status, said['detail']]).toEqual([404, absent.body['detail']]);
      }
      expect((await test.ask('GET /v1/signatures', { token: stranger })).body['data']).toEqual([]);
      expect([403, 404]).toContain((await test.ask(CREATE, { token: stranger, body, headers: key('b') })).status);
    }
  });

  it('a wallet of another tenant signs and pays for it, also on a chain where the first tenant has none', async () => {
    const shop = parseTenantId('shop');
    await test.store.access.addTenant({ id: shop, createdAt: 1 });
    const { signatureId: wallet } = await test.wallet('ETH', shop);
    const own = await test.token({ tenant: shop });
    const body = { chain: 'ETH', kind: 'message', from: { wallet }, text: 'x' };
    const { status, headers } = await test.ask(CREATE, { token: own, body, headers: key('a') });
    expect(status).toBe(202);
    await test.signAll();
    const { body: found } = await test.ask(`GET ${String(headers.get('location'))}`, { token: own });
    expect(found['state']).toBe('completed');
    const call = { kind: 'call', chain: 'ETH', from: { wallet }, to: spender, data: '0x' };
    expect((await test.ask('POST /v1/transactions', { token: own, body: call, headers: key('b') })).status).toBe(202);
  });

  it.each([
    ['no kind', { text: 'x' }, '/kind', undefined],
    ['a kind that is not known', { kind: 'seed', text: 'x' }, '/kind', undefined],
    ['neither text nor bytes', { kind: 'message' }, '/text', undefined],
    ['both text and bytes', { kind: 'message', text: 'x', bytes: '0x00' }, '/text', undefined],
    ['bytes that are not hexadecimal', { kind: 'message', bytes: '0x0' }, '/bytes', undefined],
    ['a text that is a number', { kind: 'message', text: 5 }, '/text', undefined],
    ['half of a surrogate pair', { kind: 'message', text: '\ud800' }, '/text', 'encoding'],
    ['a message that is too long', { kind: 'message', text: 'x'.repeat(262_145) }, '/text', 'MESSAGE_INVALID'],
    ['a hash of 31 bytes', { kind: 'hash', hash: `0x${'00'.repeat(31)}` }, '/hash', undefined],
    ['typed data that are a number', { kind: 'typed-data', typedData: 5 }, '/typedData', undefined],
    ['typed data that are a list', { kind: 'typed-data', typedData: [] }, '/typedData', undefined],
    ['an unknown member', { kind: 'message', text: 'x', to: spender }, '/to', 'unknown'],
    ['a delivery', { kind: 'message', text: 'x', delivery: 'broadcast' }, '/delivery', 'unknown'],
    ['a chain that is not there', { kind: 'message', text: 'x', chain: 'NOPE' }, '/chain', 'CHAIN_UNKNOWN'],
    ['an end in the past', { kind: 'message', text: 'x', expiresIn: 0 }, '/expiresIn', undefined],
    ['a wallet of another form', { kind: 'message', text: 'x', from: { wallet: '1' } }, '/from/wallet', undefined],
    ['a name that is too long', { kind: 'message', text: 'x', reference: 'x'.repeat(256) }, '/reference', undefined],
  ])('a request with %s is refused at its place', async (_, facts, pointer, code) => {
    const { wallet } = await from();
    const { status, body } = await create({ from: { wallet }, ...facts });
    expect(status).toBe(400);
    const faults = body['errors'] as { pointer: string; code: string }[];
    const fault = faults.find((one) => one.pointer === pointer);
    expect(fault).toBeDefined();
    if (code !== undefined) expect(fault?.code).toBe(code);
    expect(await test.store.journal.find({})).toEqual([]);
  });

  it.each([
    ['typed data that are no JSON', { kind: 'typed-data', typedData: '{' }, 'MESSAGE_INVALID'],
    ['typed data of another network', { kind: 'typed-data', typedData: mainnet() }, 'CHAIN_ID_MISMATCH'],
    [
      'typed data on a chain without them',
      { kind: 'typed-data', chain: 'BTC', typedData: '{}' },
      'MESSAGE_UNSUPPORTED',
    ],
  ])('a request with %s is refused with its code', async (_, facts, code) => {
    const { chain = 'ETH' } = facts as { chain?: string };
    const { signatureId: wallet } = await test.wallet(chain);
    const { status, body } = await create({ from: { wallet }, ...facts });
    expect([status < 500, body['code']]).toEqual([true, code]);
    expect(await test.store.journal.find({})).toEqual([]);
  });

  it('a request without an idempotency key is refused', async () => {
    const { wallet } = await from();
    const body = { chain: 'ETH', kind: 'message', from: { wallet }, text: 'x' };
    const { status, body: said } = await test.ask(CREATE, { token: await test.token(), body });
    expect([status, said['code']]).toEqual([400, 'IDEMPOTENCY_KEY_MISSING']);
  });
});

describe('hashes on a server that allows them', () => {
  const test = freshApi(
    undefined,
    {},
    { allowed: new Map([[parseChainId('ETH'), { allowedHazards: ['blind-signature'] }]]) },
  );

  it('are signed for a token that names them', async () => {
    const { signatureId: wallet } = await test.wallet();
    const own = await test.token({ scopes: ['hashes:sign'] });
    const body = { chain: 'ETH', kind: 'hash', from: { wallet }, hash: `0x${'09'.repeat(32)}` };
    const { headers, status } = await test.ask(CREATE, { token: own, body, headers: { 'idempotency-key': 'a' } });
    expect(status).toBe(202);
    await test.signAll({ allowedHazards: ['ETH:blind-signature'] });
    const { body: found } = await test.ask(`GET ${String(headers.get('location'))}`, { token: await test.token() });
    expect(found).toMatchObject({ state: 'completed', kind: 'hash', summary: { opaque: true } });
    expect(found['signature']).toMatch(/^0x[0-9a-f]{130}$/);
  });
});

function mainnet(): object {
  const data = permit(spender);
  return { ...data, domain: { ...data.domain, chainId: 1 } };
}
