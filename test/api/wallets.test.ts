import { describe, expect, it } from 'vitest';
import { parseChainId, parseTenantId } from '../../src/core/ids.js';
import { kinds } from '../storage/support.js';
import { type Asked, freshApi } from './support.js';

const CREATE = 'POST /v1/wallets';
const ofAnn = { chain: 'ETH', owner: 'u-17' };

describe.each(kinds)('wallets of applications, with a store on %s,', (kind) => {
  const test = freshApi(kind);
  const create = async (body: object, asked: Asked = {}) =>
    test.ask(CREATE, { token: await test.token(), body, ...asked });
  const count = () => test.store.wallets.count({});

  it('are made once for each owner, chain and slot', async () => {
    const first = await create({ ...ofAnn, kind: 'key', label: 'Ann', tags: ['vip'] });
    expect(first.status).toBe(201);
    expect(first.headers.get('location')).toBe(`/v1/wallets/${String(first.body['id'])}`);
    expect(first.body).toMatchObject({ chain: 'ETH', network: 'testnet', owner: 'u-17', slot: 'main', tags: ['vip'] });
    const again = await create({ ...ofAnn, label: 'another' });
    expect([again.status, again.body]).toEqual([200, first.body]);
    const others = await Promise.all([
      create({ ...ofAnn, slot: 'savings' }),
      create({ ...ofAnn, owner: 'u-18' }),
      create({ ...ofAnn, chain: 'BSC' }),
    ]);
    expect(others.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(await count()).toBe(4);
    const shown = await test.ask(`GET ${String(first.headers.get('location'))}`, { token: await test.token() });
    expect(shown.body).toEqual(first.body);
  });

  it('that are asked for many times at once are one wallet', async () => {
    const token = await test.token();
    const answers = await Promise.all(Array.from({ length: 8 }, () => create({ ...ofAnn, kind: 'key' }, { token })));
    expect(new Set(answers.map(({ body }) => body['id'])).size).toBe(1);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(await count()).toBe(1);
  });

  it('of two tenants have the same owner without being the same', async () => {
    const shop = parseTenantId('shop');
    await test.store.access.addTenant({ id: shop, createdAt: 1 });
    const first = await create({ ...ofAnn, kind: 'key' });
    const other = await create({ ...ofAnn, kind: 'key' }, { token: await test.token({ tenant: shop }) });
    expect([other.status, other.body['id'] === first.body['id']]).toEqual([201, false]);
  });

  it('without an owner are made with each request, and several at once if it says so', async () => {
    expect([await create({ chain: 'SOL' }), await create({ chain: 'SOL' })].map(({ status }) => status)).toEqual([
      201, 201,
    ]);
    const many = await create({ chain: 'ETH', kind: 'key', count: 3, owner: 'u-17', label: 'batch' });
    const made = many.body['data'] as { owner: string; slot: null }[];
    expect(made.map((one) => [one.owner, one.slot])).toEqual(Array.from({ length: 3 }, () => ['u-17', null]));
    expect(await count()).toBe(5);
  });

  it('that are less than what is asked for are not passed off as it', async () => {
    await create({ ...ofAnn, kind: 'key' });
    for (const more of [{ requireUserToken: true }, { kind: 'hd' }]) {
      const { status, body } = await create({ ...ofAnn, ...more });
      expect([status, body['code']]).toEqual([409, 'WALLET_PLACE_TAKEN']);
    }
    const guarded = await create({ ...ofAnn, slot: 'guarded', kind: 'key', requireUserToken: true });
    expect([guarded.status, guarded.body['requireUserToken']]).toEqual([201, true]);
  });

  it('are not made by a token of other chains, or by one that names its wallets', async () => {
    const { signatureId } = await test.wallet();
    const tokens = [await test.token({ chains: [parseChainId('BTC')] }), await test.token({ wallets: [signatureId] })];
    for (const token of tokens) {
      const { status, body } = await create(ofAnn, { token });
      expect([status, body['code']]).toEqual([403, 'SCOPE_MISSING']);
    }
    expect(await count()).toBe(1);
  });

  it.each<[string, object, string, string]>([
    ['without a chain', { owner: 'u-17' }, '/chain', 'invalid_type'],
    ['of a chain that is not there', { chain: 'NOPE' }, '/chain', 'CHAIN_UNKNOWN'],
    ['of a chain in another form', { chain: 'E T H' }, '/chain', 'CHAIN_UNKNOWN'],
    ['of a number as the chain', { chain: 1 }, '/chain', 'invalid_type'],
    ['of an empty owner', { chain: 'ETH', owner: '' }, '/owner', 'too_small'],
    ['of an owner with a line break', { chain: 'ETH', owner: 'u\n17' }, '/owner', 'OWNER_INVALID'],
    ['of an owner that is too long', { chain: 'ETH', owner: 'u'.repeat(129) }, '/owner', 'OWNER_INVALID'],
    ['of a slot without an owner', { chain: 'ETH', slot: 'main' }, '/slot', 'custom'],
    ['of several in one slot', { ...ofAnn, slot: 'main', count: 2 }, '/slot', 'custom'],
    ['of a slot in capitals', { ...ofAnn, slot: 'Main' }, '/slot', 'invalid_format'],
    ['of a slot that is too long', { ...ofAnn, slot: 'x'.repeat(65) }, '/slot', 'invalid_format'],
    ['of an unknown kind', { chain: 'ETH', kind: 'xpub' }, '/kind', 'invalid_value'],
    ['of an empty label', { chain: 'ETH', label: '' }, '/label', 'invalid_format'],
    ['of a label that cannot be seen', { chain: 'ETH', label: 'a\u202eb' }, '/label', 'invalid_format'],
    ['of a label that is too long', { chain: 'ETH', label: 'x'.repeat(201) }, '/label', 'invalid_format'],
    ['of tags in one text', { chain: 'ETH', tags: 'vip' }, '/tags', 'invalid_type'],
    ['of a tag in capitals', { chain: 'ETH', tags: ['vip', 'VIP'] }, '/tags/1', 'invalid_format'],
    ['of too many tags', { chain: 'ETH', tags: Array.from({ length: 65 }, (_, at) => `t${at}`) }, '/tags', 'too_big'],
    ['of a proof that is no yes or no', { chain: 'ETH', requireUserToken: 'yes' }, '/requireUserToken', 'invalid_type'],
    ['of no wallets', { chain: 'ETH', count: 0 }, '/count', 'too_small'],
    ['of too many wallets', { chain: 'ETH', count: 101 }, '/count', 'too_big'],
    ['of half a wallet', { chain: 'ETH', count: 1.5 }, '/count', 'invalid_type'],
    ['of a tenant', { chain: 'ETH', tenant: 'shop' }, '/tenant', 'unknown'],
    ['of a network', { chain: 'ETH', network: 'mainnet' }, '/network', 'unknown'],
  ])('by a request %s are refused at its place, and none is stored', async (_, body, pointer, code) => {
    const said = await create(body);
    expect([said.status, said.body['code']]).toEqual([400, 'REQUEST_INVALID']);
    expect(said.body['errors']).toEqual([expect.objectContaining({ in: 'body', pointer, code })]);
    expect(await count()).toBe(0);
    expect(await test.store.owners.page(undefined, undefined, 10)).toEqual([]);
  });
});

describe('wallets of applications at a server whose signer makes none', () => {
  const test = freshApi(undefined, {}, { mayCreate: false });

  it('are refused with a code, and nothing is stored', async () => {
    const token = await test.token();
    for (const body of [ofAnn, { chain: 'ETH' }, { ...ofAnn, count: 2 }]) {
      const said = await test.ask(CREATE, { token, body });
      expect([said.status, said.body['code']]).toEqual([403, 'CREATE_NOT_ALLOWED']);
    }
    expect(await test.store.wallets.count({})).toBe(0);
  });
});
