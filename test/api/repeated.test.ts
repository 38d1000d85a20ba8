import { describe, expect, it } from 'vitest';
import { parseChainId, parseTenantId, type TenantId } from '../../src/core/ids.js';
import { type Answered, freshApi } from './support.js';

const CREATE = 'POST /v1/transactions';
const to = '0x52908400098527886E0F7030069857D2E4169EE7';
const shop = parseTenantId('shop');

describe('a request that is sent again, byte for byte or not,', () => {
  const test = freshApi();

  const bodyOf = (signatureId: string, more: object = {}) =>
    JSON.stringify({
      ...{ kind: 'raw', chain: 'ETH', keys: [{ wallet: signatureId }], unsigned: `{"to":"${to}","value":"1"}` },
      ...more,
    });

  const shown = ({ status, body, headers }: Answered) => ({
    ...{ status, replayed: headers.get('idempotency-replayed'), location: headers.get('location') },
    ...{ type: headers.get('content-type'), body: { ...body, instance: '' } as Record<string, unknown> },
  });

  /** Asks twice, and once in a way that reads everything anew: a cookie of somebody else. All of them must say the same. */
  const asked = async (token: string, body: string, headers: Readonly<Record<string, string>>) => {
    const first = shown(await test.ask(CREATE, { token, body, headers }));
    const anew = shown(await test.ask(CREATE, { token, body, headers: { ...headers, cookie: 'a=b' } }));
    const again = shown(await test.ask(CREATE, { token, body, headers }));
    expect([anew, again]).toEqual([first, first]);
    return first;
  };

  const whatOf = ({ status, body }: ReturnType<typeof shown>) => (status === 200 ? 200 : body['code']);

  it('is answered as one that is read anew, whoever sends which body with which header', async () => {
    await test.store.access.addTenant({ id: shop, createdAt: 1 });
    const mine = await test.wallet();
    const other = await test.wallet();
    const theirs = await test.wallet('ETH', shop);
    const facts = (tenant?: TenantId) => (tenant === undefined ? {} : { tenant });
    const tokens = {
      whole: await test.token(),
      second: await test.token(),
      foreign: await test.token(facts(shop)),
      chain: await test.token({ chains: [parseChainId('BTC')] }),
      wallet: await test.token({ wallets: [other.signatureId] }),
      reader: await test.token({ scopes: ['transactions:read'] }),
      none: `${await test.token()}0`,
    };
    const known = bodyOf(mine.signatureId);
    const bodies = {
      same: known,
      spaced: JSON.stringify(JSON.parse(known), null, 1),
      changed: known.replace('\\"1\\"', '\\"2\\"'),
      longer: bodyOf(mine.signatureId, { reference: 'r' }),
      twice: known.replace('{', '{"kind":"raw",'),
      cut: known.slice(0, -1),
      wallet: bodyOf(other.signatureId),
      theirs: bodyOf(theirs.signatureId),
    };
    const first = await test.ask(CREATE, { token: tokens.whole, body: known, headers: { 'idempotency-key': 'k' } });
    const foreign = await test.ask(CREATE, {
      ...{ token: tokens.foreign, body: bodies.theirs, headers: { 'idempotency-key': 'k' } },
    });
    expect([first.status, foreign.status]).toEqual([202, 202]);

    const found: Record<string, unknown> = {};
    for (const [who, token] of Object.entries(tokens)) {
      for (const [what, body] of Object.entries(bodies)) {
        const answer = await asked(token, body, { 'idempotency-key': 'k' });
        found[`${who} ${what}`] = whatOf(answer);
        const id = who === 'foreign' ? foreign.body['id'] : first.body['id'];
        if (answer.status === 200) expect([who, what, answer.body['id']]).toEqual([who, what, id]);
      }
    }
    const unread = { twice: 'REQUEST_INVALID', cut: 'REQUEST_INVALID' };
    const reused = 'IDEMPOTENCY_KEY_REUSED';
    const others = { changed: reused, longer: reused, wallet: reused };
    const expected = {
      whole: { same: 200, spaced: 200, ...others, ...unread, theirs: 'WALLET_UNKNOWN' },
      second: { same: 200, spaced: 200, ...others, ...unread, theirs: 'WALLET_UNKNOWN' },
      foreign: Object.fromEntries(Object.keys(bodies).map((what) => [what, 'WALLET_UNKNOWN'])),
      chain: Object.fromEntries(Object.keys(bodies).map((what) => [what, 'SCOPE_MISSING'])),
      wallet: Object.fromEntries(Object.keys(bodies).map((what) => [what, 'WALLET_UNKNOWN'])),
      reader: Object.fromEntries(Object.keys(bodies).map((what) => [what, 'SCOPE_MISSING'])),
      none: Object.fromEntries(Object.keys(bodies).map((what) => [what, 'TOKEN_INVALID'])),
    };
    Object.assign(expected.foreign, unread, { theirs: 200 });
    Object.assign(expected.chain, unread);
    Object.assign(expected.wallet, unread, { wallet: reused });
    const flat = Object.entries(expected).flatMap(([who, all]) =>
      Object.entries(all).map(([what, outcome]) => [`${who} ${what}`, outcome]),
    );
    expect(found).toEqual(Object.fromEntries(flat));
  });

  it('is refused for its headers as before, however well its body is known', async () => {
    const token = await test.token();
    const body = bodyOf((await test.wallet()).signatureId);
    await test.ask(CREATE, { token, body, headers: { 'idempotency-key': 'k' } });
    const outcomes = [];
    for (const headers of [
      { 'idempotency-key': 'k' },
      { 'idempotency-key': '"k"' },
      { 'idempotency-key': 'k', 'content-type': 'text/plain' },
      { 'idempotency-key': 'k', 'content-type': 'application/json; charset=latin1' },
      { 'idempotency-key': 'k k' },
      { 'idempotency-key': 'x'.repeat(256) },
      { 'idempotency-key': 'x'.repeat(500) },
      {},
    ]) {
      outcomes.push(whatOf(await asked(token, body, headers as Readonly<Record<string, string>>)));
    }
    const [type, key] = ['CONTENT_TYPE_UNSUPPORTED', 'IDEMPOTENCY_KEY_MISSING'];
    expect(outcomes).toEqual([200, 200, type, type, key, key, key, key]);
  });

  it('is refused as soon as its token is revoked', async () => {
    const token = await test.token();
    const body = bodyOf((await test.wallet()).signatureId);
    const headers = { 'idempotency-key': 'k' };
    await test.ask(CREATE, { token, body, headers });
    expect((await asked(token, body, headers)).status).toBe(200);
    const id = token.split('_')[1];
    expect((await test.ask(`DELETE /v1/tokens/${id}`, { token: await test.token() })).status).toBe(204);
    expect(whatOf(await asked(token, body, headers))).toBe('TOKEN_INVALID');
  });

  it('shows what has become of it', async () => {
    const token = await test.token();
    const body = bodyOf((await test.wallet()).signatureId);
    const headers = { 'idempotency-key': 'k' };
    const { body: first } = await test.ask(CREATE, { token, body, headers });
    expect((await asked(token, body, headers)).body['state']).toBe('claimed');
    await test.ask(`POST /v1/transactions/${String(first['id'])}/cancel`, { token });
    expect((await asked(token, body, headers)).body['state']).toBe('cancelled');
  });

  it('of a message is the known signature, and needs its own scope each time', async () => {
    const from = { wallet: (await test.wallet()).signatureId };
    const body = { kind: 'message', chain: 'ETH', from, text: 'hello' };
    const headers = { 'idempotency-key': 'k' };
    const token = await test.token();
    const ask = (by: string) => test.ask('POST /v1/signatures', { token: by, body, headers });
    const first = await ask(token);
    const again = await ask(token);
    expect([first.status, again.status, again.body]).toEqual([202, 200, first.body]);
    const narrow = await test.token({ scopes: ['hashes:sign'] });
    expect((await ask(narrow)).body['code']).toBe('SCOPE_MISSING');
    expect((await ask(token)).body).toEqual(first.body);
  });

  it('comes in any number of parts, and several of them in one', async () => {
    const token = await test.token();
    const body = bodyOf((await test.wallet()).signatureId);
    const headers = { 'idempotency-key': 'k' };
    const { body: first } = await test.ask(CREATE, { token, body, headers });
    const request = (last: string) =>
      `${['POST /v1/transactions HTTP/1.1', 'Host: 127.0.0.1', `Authorization: Bearer ${token}`, 'Idempotency-Key: k', 'Content-Type: application/json', `Content-Length: ${body.length}`, `Connection: ${last}`].join('\r\n')}\r\n\r\n${body}`;
    const five = [...Array.from({ length: 4 }, () => request('keep-alive')), request('close')].join('');
    const ids = (text: string) => [...text.matchAll(/"id":"([^"]+)"/g)].map(([, id]) => id);
    expect(ids(await test.raw(five))).toEqual(Array.from({ length: 5 }, () => first['id']));
    const socket = await test.hold();
    let said = '';
    socket.setEncoding('utf8').on('data', (part: string) => {
      said += part;
    });
    const ended = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    for (const part of five.match(/.{1,97}/gs) ?? []) {
      socket.write(part);
      await new Promise((resume) => setImmediate(resume));
    }
    await ended;
    expect(ids(said)).toEqual(Array.from({ length: 5 }, () => first['id']));
  });
});
