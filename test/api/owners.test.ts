import { describe, expect, it } from 'vitest';
import { parseOwnerId } from '../../src/core/ids.js';
import { kinds } from '../storage/support.js';
import { freshApi } from './support.js';

const owned = { chain: 'ETH', kind: 'key', owner: 'u-17' };

describe.each(kinds)('owners and addresses at the API, with a store on %s,', (kind) => {
  const test = freshApi(kind);
  const ask = async (operation: string, body?: object) =>
    test.ask(operation, { token: await test.token(), ...(body && { body }) });

  it('an owner is made known once, limited, and shown with the number of their wallets', async () => {
    const first = await ask('PUT /v1/owners/u-17', {});
    expect([first.status, first.body['id'], first.body['mostWallets']]).toEqual([201, 'u-17', null]);
    const limited = await ask('PUT /v1/owners/u-17', { mostWallets: 1 });
    expect([limited.status, limited.body['mostWallets']]).toEqual([200, 1]);
    expect((await ask('PUT /v1/owners/u-17', {})).body['mostWallets']).toBe(1);
    expect((await ask('POST /v1/wallets', owned)).status).toBe(201);
    const more = await ask('POST /v1/wallets', { ...owned, slot: 'second' });
    expect([more.status, more.body['code']]).toEqual([409, 'OWNER_LIMIT']);
    expect((await ask('GET /v1/owners/u-17')).body).toMatchObject({ id: 'u-17', mostWallets: 1, wallets: 1 });
    expect((await ask('PUT /v1/owners/u-17', { mostWallets: null })).body['mostWallets']).toBeNull();
    expect((await ask('POST /v1/wallets', { ...owned, slot: 'second' })).status).toBe(201);
  });

  it('an owner of any name is found under it, and listed page by page', async () => {
    // The last two differ in their 127th letter alone.
    const long = 'y'.repeat(126);
    const names = ['a/b', 'ü 17', '..', 'x'.repeat(128), '%41', `${long}1`, `${long}2`];
    for (const name of names)
      expect((await ask(`PUT /v1/owners/${encodeURIComponent(name)}x`, {})).status).toBe(name.length < 128 ? 201 : 400);
    const known = names.filter((name) => name.length < 128).map((name) => `${name}x`);
    const found: string[] = [];
    for (let after = ''; ; ) {
      const { body } = await ask(`GET /v1/owners?limit=2${after}`);
      found.push(...(body['data'] as { id: string }[]).map(({ id }) => id));
      if (body['next'] === null) break;
      after = `&after=${String(body['next'])}`;
    }
    expect(found.toSorted()).toEqual(known.toSorted());
    for (const name of known) expect((await ask(`GET /v1/owners/${encodeURIComponent(name)}`)).body['id']).toBe(name);
    const ofOne = await test.token({ owners: [parseOwnerId('a/bx')] });
    const listed = (await test.ask('GET /v1/owners', { token: ofOne })).body;
    expect(listed).toMatchObject({ data: [{ id: 'a/bx' }], next: null });
  });

  it("an owner's wallet for a chain is made with the first request, and is the one of the slot", async () => {
    const put = await ask('PUT /v1/owners/u-17/wallets/ETH', { kind: 'key' });
    expect([put.status, put.body['slot']]).toEqual([201, 'main']);
    expect(await ask('PUT /v1/owners/u-17/wallets/ETH', {})).toMatchObject({ status: 200, body: put.body });
    expect(await ask('POST /v1/wallets', owned)).toMatchObject({ status: 200, body: put.body });
  });

  it('an address is given away once, also to many who ask at once, and found again', async () => {
    const { id } = (await ask('POST /v1/wallets', { ...owned, kind: 'hd' })).body;
    const made = await Promise.all(Array.from({ length: 5 }, () => ask(`POST /v1/wallets/${String(id)}/addresses`)));
    const given = made.map(({ status, body }) => [status, body['index']]);
    expect(given.toSorted()).toEqual([1, 2, 3, 4, 5].map((index) => [201, index]));
    const first = await ask(`GET /v1/wallets/${String(id)}/addresses?limit=3`);
    const second = await ask(`GET /v1/wallets/${String(id)}/addresses?limit=3&after=${String(first.body['next'])}`);
    const all = [...(first.body['data'] as object[]), ...(second.body['data'] as object[])];
    expect(all).toEqual(made.map(({ body }) => body).toSorted((a, b) => Number(a['index']) - Number(b['index'])));
    expect(second.body['next']).toBeNull();
    const found = await ask(`GET /v1/wallets?chain=ETH&address=${String(made[0]?.body['address'])}`);
    expect(found.body['data']).toMatchObject([{ id, index: made[0]?.body['index'] }]);
  });

  it('a wallet with one key has no further addresses', async () => {
    const { id } = (await ask('POST /v1/wallets', owned)).body;
    expect((await ask(`POST /v1/wallets/${String(id)}/addresses`)).body['code']).toBe('INDEX_UNEXPECTED');
    expect((await ask(`GET /v1/wallets/${String(id)}/addresses`)).body).toEqual({ data: [], next: null });
  });

  it.each<[string, string, object | undefined, string, string]>([
    ['an owner with a line break', 'GET /v1/owners/a%0Ab', undefined, 'path/owner', 'OWNER_INVALID'],
    ['a limit below zero', 'PUT /v1/owners/u-17', { mostWallets: -1 }, 'body/mostWallets', 'too_small'],
    ['a limit of half a wallet', 'PUT /v1/owners/u-17', { mostWallets: 0.5 }, 'body/mostWallets', 'invalid_type'],
    ['a limit of no requests', 'PUT /v1/owners/u-17', { mostRequests: 0 }, 'body/mostRequests', 'too_small'],
    [
      'a number as an amount',
      'PUT /v1/owners/u-19',
      { mostSpent: [{ chain: 'ETH', aDay: 1 }] },
      'body/mostSpent/0/aDay',
      'invalid_type',
    ],
    [
      'an amount below zero',
      'PUT /v1/owners/u-19',
      { mostSpent: [{ chain: 'ETH', aDay: '-1' }] },
      'body/mostSpent/0/aDay',
      'invalid_format',
    ],
    [
      'a limit of no amount',
      'PUT /v1/owners/u-19',
      { mostSpent: [{ chain: 'ETH' }] },
      'body/mostSpent',
      'SPENDING_INVALID',
    ],
    [
      'a token without decimals',
      'PUT /v1/owners/u-19',
      { mostSpent: [{ chain: 'ETH', token: '0x1', aDay: '1' }] },
      'body/mostSpent',
      'SPENDING_INVALID',
    ],
    [
      'a chain that is none',
      'PUT /v1/owners/u-19',
      { mostSpent: [{ chain: 'NONE', aDay: '1' }] },
      'body/mostSpent',
      'CHAIN_UNKNOWN',
    ],
    [
      'an asset twice',
      'PUT /v1/owners/u-19',
      {
        mostSpent: [
          { chain: 'ETH', aDay: '1' },
          { chain: 'ETH', aTransaction: '1' },
        ],
      },
      'body/mostSpent',
      'SPENDING_INVALID',
    ],
    ['a limit as a text', 'PUT /v1/owners/u-17', { mostWallets: '1' }, 'body/mostWallets', 'invalid_type'],
    ['an unknown member', 'PUT /v1/owners/u-17', { most: 1 }, 'body/most', 'unknown'],
    ['a chain that is not there', 'PUT /v1/owners/u-17/wallets/NOPE', {}, 'path/chain', 'CHAIN_UNKNOWN'],
    ['an owner in the body as well', 'PUT /v1/owners/u-17/wallets/ETH', { owner: 'u-18' }, 'body/owner', 'unknown'],
    ['an address without its chain', `GET /v1/wallets?address=0x${'0'.repeat(40)}`, undefined, 'query/chain', 'custom'],
    [
      'an address of another chain',
      'GET /v1/wallets?chain=ETH&address=bc1q',
      undefined,
      'query/address',
      'ADDRESS_INVALID',
    ],
    [
      'an address of a chain that is not there',
      'GET /v1/wallets?chain=NOPE&address=x',
      undefined,
      'query/chain',
      'CHAIN_UNKNOWN',
    ],
    [
      'a place in a search',
      `GET /v1/wallets?chain=ETH&address=0x${'0'.repeat(40)}&after=x`,
      undefined,
      'query/after',
      'custom',
    ],
    ['a place that no page gave', 'GET /v1/owners?after=AAAA', undefined, 'query/after', 'cursor'],
    ['too many at once', 'GET /v1/owners?limit=201', undefined, 'query/limit', 'invalid_format'],
  ])('a request with %s is refused at its place, and nothing is stored', async (_, operation, body, place, code) => {
    const said = await ask(operation, body);
    expect([said.status, said.body['code']]).toEqual([400, 'REQUEST_INVALID']);
    const [part, ...pointer] = place.split('/');
    expect(said.body['errors']).toEqual([
      expect.objectContaining({ in: part, pointer: `/${pointer.join('/')}`, code }),
    ]);
    expect(await test.store.owners.page(undefined, undefined, 10)).toEqual([]);
  });
});
