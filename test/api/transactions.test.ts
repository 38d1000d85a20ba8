import { describe, expect, it } from 'vitest';
import { defaultTenant, parseChainId, parseTenantId } from '../../src/core/ids.js';
import { kinds } from '../storage/support.js';
import { freshApi } from './support.js';

const CREATE = 'POST /v1/transactions';
const to = '0x52908400098527886E0F7030069857D2E4169EE7';

describe.each(kinds)('transactions of applications, with a store on %s,', (kind) => {
  const test = freshApi(kind);
  const key = (text: string) => ({ 'idempotency-key': text });
  /** The node does not answer: what needs none is written down all the same. */
  const raw = async (more: object = {}) => {
    const { signatureId } = await test.wallet();
    return {
      kind: 'raw',
      chain: 'ETH',
      keys: [{ wallet: signatureId }],
      unsigned: JSON.stringify({ to, value: '1' }),
      ...more,
    };
  };

  it('are taken over once for each key, and shown with their story', async () => {
    const token = await test.token();
    const body = await raw({ reference: 'payout-1' });
    const first = await test.ask(CREATE, { token, body, headers: key('a') });
    expect([first.status, first.body['state']]).toEqual([202, 'claimed']);
    expect(first.headers.get('location')).toBe(`/v1/transactions/${String(first.body['id'])}`);
    const again = await test.ask(CREATE, { token, body, headers: key('"a"') });
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
    expect(again.body).toEqual(first.body);
    const shown = await test.ask(`GET ${String(first.headers.get('location'))}`, { token });
    expect(shown.body).toEqual(first.body);
    const story = await test.ask(`GET ${String(first.headers.get('location'))}/events`, { token });
    expect(story.body['data']).toHaveLength(1);
  });

  it('with the key of another request are refused', async () => {
    const token = await test.token();
    await test.ask(CREATE, { token, body: await raw(), headers: key('a') });
    const { status, body } = await test.ask(CREATE, { token, body: await raw(), headers: key('a') });
    expect([status, body['code']]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it('of two tenants may have the same key', async () => {
    const shop = parseTenantId('shop');
    await test.store.access.addTenant({ id: shop, createdAt: 1 });
    const token = await test.token();
    const first = await test.ask(CREATE, { token, body: await raw(), headers: key('a') });
    const found = await test.store.journal.repeated(shop, { key: 'a', digest: 'x' });
    expect([first.status, found]).toEqual([202, undefined]);
    expect(await test.store.journal.repeated(defaultTenant, { key: 'a', digest: 'x' })).toEqual({ kind: 'different' });
  });

  it('that are sent many times at once are one transaction', async () => {
    const token = await test.token();
    const body = await raw();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => test.ask(CREATE, { token, body, headers: key('at-once') })),
    );
    expect(new Set(answers.map((one) => one.body['id'])).size).toBe(1);
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
  });

  it('without a key are refused, and nothing is stored', async () => {
    const token = await test.token();
    for (const headers of [{}, key(''), key('a b'), key('x'.repeat(256))]) {
      const { status, body } = await test.ask(CREATE, { token, body: await raw(), headers });
      expect([status, body['code']]).toEqual([400, 'IDEMPOTENCY_KEY_MISSING']);
    }
    expect(await test.store.journal.find({})).toEqual([]);
  });

  it('are waited for by who looks at them', async () => {
    const token = await test.token();
    const { headers } = await test.ask(CREATE, { token, body: await raw(), headers: key('a') });
    const place = String(headers.get('location'));
    const look = test.ask(`GET ${place}`, { token, headers: { prefer: 'wait=60' } });
    await test.ask(`POST ${place}/cancel`, { token });
    const { body, headers: said } = await look;
    expect([body['state'], said.get('preference-applied')]).toEqual(['cancelled', 'wait=60']);
  });

  it('are cancelled once', async () => {
    const token = await test.token();
    const { headers } = await test.ask(CREATE, { token, body: await raw(), headers: key('a') });
    const cancel = `POST ${String(headers.get('location'))}/cancel`;
    expect((await test.ask(cancel, { token })).body['state']).toBe('cancelled');
    expect((await test.ask(cancel, { token })).body['code']).toBe('STATE_CONFLICT');
  });

  it('are listed page by page, the newest first', async () => {
    const token = await test.token();
    const ids: unknown[] = [];
    for (const name of ['a', 'b', 'c']) {
      ids.unshift((await test.ask(CREATE, { token, body: await raw(), headers: key(name) })).body['id']);
    }
    const found: unknown[] = [];
    for (let after = ''; ; ) {
      const { body } = await test.ask(`GET /v1/transactions?limit=1${after}`, { token });
      found.push(...(body['data'] as { id: string }[]).map(({ id }) => id));
      if (body['next'] === null) break;
      after = `&after=${String(body['next'])}`;
    }
    expect(found.toSorted()).toEqual(ids.toSorted());
    expect(found).toHaveLength(3);
  });

  it('of a wallet, chain or tenant that a token does not include do not exist for it', async () => {
    const shop = parseTenantId('shop');
    await test.store.access.addTenant({ id: shop, createdAt: 1 });
    const [body, other] = [await raw(), await test.wallet()];
    const own = await test.token();
    const { headers } = await test.ask(CREATE, { token: own, body, headers: key('a') });
    const at = String(headers.get('location'));
    const strangers = [
      await test.token({ tenant: shop }),
      await test.token({ wallets: [other.signatureId] }),
      await test.token({ chains: [parseChainId('BTC')] }),
    ];
    for (const token of strangers) {
      const operations = [`GET ${at}`, `GET ${at}/events`, `POST ${at}/cancel`, `POST ${at}/retry`];
      for (const operation of operations) {
        const { status, body: said } = await test.ask(operation, { token });
        const absent = await test.ask(operation.replace(at, '/v1/transactions/nothing'), { token });
        expect([status, said['detail']]).toEqual([404, absent.body['detail']]);
      }
      expect((await test.ask('GET /v1/transactions', { token })).body['data']).toEqual([]);
      for (const name of ['a', 'b']) {
        expect([403, 404]).toContain((await test.ask(CREATE, { token, body, headers: key(name) })).status);
      }
    }
    expect((await test.ask(`GET ${at}`, { token: own })).body['state']).toBe('claimed');
  });

  it.each([
    ['an amount as a JSON number', { kind: 'transfer', to, amount: 1 }, '/amount'],
    ['an amount below zero', { kind: 'transfer', to, amount: '-1' }, '/amount'],
    ['an unknown member', { kind: 'transfer', to, amount: '1', colour: 'red' }, '/colour'],
    ['data that is not hexadecimal', { kind: 'call', to, data: '0x1' }, '/data'],
    ['an index that is too high', { kind: 'transfer', to, amount: '1', index: 2 ** 31 }, '/index'],
  ])('with %s are refused at its place', async (_, facts, pointer) => {
    const { signatureId } = await test.wallet();
    const { index, ...rest } = facts as { index?: number };
    const from = { wallet: signatureId, ...(index !== undefined && { index }) };
    const token = await test.token();
    const { status, body } = await test.ask(CREATE, {
      token,
      body: { chain: 'ETH', from, ...rest },
      headers: key('a'),
    });
    expect(status).toBe(400);
    const places = (body['errors'] as { pointer: string }[]).map((one) => one.pointer);
    expect(places.some((place) => place.endsWith(pointer))).toBe(true);
    expect(await test.store.journal.find({})).toEqual([]);
  });

  it.each([
    ['without a type', '{}', { 'content-type': 'text/plain' }, 'CONTENT_TYPE_UNSUPPORTED'],
    ['that is not JSON', '{', {}, 'REQUEST_INVALID'],
    ['with a repeated member', '{"kind":"raw","kind":"call"}', {}, 'REQUEST_INVALID'],
    ['that nests too deep', '['.repeat(60) + ']'.repeat(60), {}, 'REQUEST_INVALID'],
    ['of more than 1 MiB', `"${'x'.repeat(1_048_577)}"`, {}, 'REQUEST_TOO_LARGE'],
    ['in an encoding that is not known', '{}', { 'content-encoding': 'br' }, 'REQUEST_INVALID'],
  ])('with a body %s are refused', async (_, body, headers, code) => {
    const said = await test.ask(CREATE, { token: await test.token(), body, headers: { ...key('a'), ...headers } });
    expect(said.body['code']).toBe(code);
  });
});
