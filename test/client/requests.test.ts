import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CustosApiError,
  CustosClientError,
  CustosConnectionError,
  createClient,
  type TransactionRequest,
} from '../../src/client/index.js';
import { delayOf, mayRepeat, retryAfterOf } from '../../src/client/retries.js';
import { freshSaying, refusal, type Said, shownTransaction } from './support.js';

const token = `custos_0123456789abcdef_${'5e'.repeat(32)}_abcdef01`;
const payment: TransactionRequest = {
  ...{ kind: 'transfer', chain: 'ETH', from: { wallet: '164a0000-0000-4000-8000-000000000000' } },
  ...{ to: '0x52908400098527886E0F7030069857D2E4169EE7', amount: '1' },
};
const wallets: Said = { status: 200, body: { data: [], next: null } };
const taken: Said = { status: 202, body: shownTransaction() };
const caught = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error) => error,
  );

describe('a request of the client', () => {
  const server = freshSaying();
  const client = (more: object = {}) => createClient({ url: server().url, token, ...more });

  it('that gets no answer is made again with the same key and the same bytes', async () => {
    server().answers = [undefined, { status: 503, body: 'nginx' }, taken];
    const handle = await client().submit(payment);
    const sent = server().arrived.map(({ headers, body }) => [headers['idempotency-key'], body]);
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map(String)).size).toBe(1);
    expect(sent[0]).toEqual([handle.idempotencyKey, JSON.stringify(payment)]);
    expect(handle.idempotencyKey).toMatch(/^[0-9a-f]{32}$/);
  });

  it('has a key of its own for each call, and the key that the application gives', async () => {
    server().answers = [taken];
    const custos = client();
    for (const idempotencyKey of [undefined, undefined, 'withdrawal-7'])
      await custos.submit(payment, { idempotencyKey });
    const keys = server().arrived.map(({ headers }) => headers['idempotency-key']);
    expect([new Set(keys).size, keys[2]]).toEqual([3, 'withdrawal-7']);
  });

  it('without a key is not made again when nobody knows whether it was done', async () => {
    const request = { body: { name: 'a', scopes: ['wallets:read'] } } as const;
    for (const answer of [undefined, refusal(503, 'STORE_UNREACHABLE', { retryable: true })]) {
      server().answers = [answer];
      const error = await caught(client().call('createToken', request));
      expect(error).toBeInstanceOf(CustosClientError);
    }
    expect(server().arrived).toHaveLength(2);
    expect(server().arrived.map(({ headers }) => headers['idempotency-key'])).toEqual([undefined, undefined]);
  });

  it('above the rate is made again, whatever it is', async () => {
    const body = { id: '0'.repeat(16), token: 'x' };
    server().answers = [
      { ...refusal(429, 'RATE_LIMITED'), headers: { 'retry-after': '0' } },
      { status: 201, body },
    ];
    expect(await client().call('createToken', { body: { name: 'a', scopes: [] } })).toEqual(body);
    expect(server().arrived).toHaveLength(2);
  });

  it('that is wrong is made once, and its error has code, status and pointers', async () => {
    const errors = [{ in: 'body', pointer: '/to', code: 'ADDRESS_INVALID', detail: 'not an address' }];
    server().answers = [{ ...refusal(400, 'REQUEST_INVALID', { errors }), headers: { 'x-request-id': 'urn:uuid:1' } }];
    const error = await caught(client().submit(payment));
    expect(error).toBeInstanceOf(CustosApiError);
    expect(error).toMatchObject({
      ...{ code: 'REQUEST_INVALID', status: 400, retryable: false, faults: errors, requestId: 'urn:uuid:1' },
      message: 'says REQUEST_INVALID (body/to: not an address)',
    });
    expect(server().arrived).toHaveLength(1);
  });

  it('that no server takes says that it may have happened, and its key', async () => {
    server().answers = [undefined];
    const error = await caught(client({ retries: 1 }).submit(payment, { idempotencyKey: 'k' }));
    expect(error).toBeInstanceOf(CustosConnectionError);
    expect(error).toMatchObject({ code: 'UNREACHABLE', mayHaveHappened: true, idempotencyKey: 'k' });
    expect(server().arrived).toHaveLength(2);
    const look = await caught(client({ retries: 0 }).call('listWallets'));
    expect(look).toMatchObject({ code: 'UNREACHABLE', mayHaveHappened: false });
  });

  it('that got no answer at first says with a later refusal that it may have happened, and its key', async () => {
    server().answers = [undefined, refusal(401, 'TOKEN_INVALID')];
    const error = await caught(client().submit(payment));
    const [key] = server().arrived.map(({ headers }) => headers['idempotency-key']);
    expect(error).toMatchObject({ code: 'TOKEN_INVALID', mayHaveHappened: true, idempotencyKey: key });
    server().answers = [refusal(401, 'TOKEN_INVALID')];
    expect(await caught(client().submit(payment))).toMatchObject({ code: 'TOKEN_INVALID', mayHaveHappened: false });
    server().answers = [refusal(500, 'INTERNAL')];
    const failed = await caught(client().submit(payment, { idempotencyKey: 'k' }));
    expect(failed).toMatchObject({ code: 'INTERNAL', mayHaveHappened: true, idempotencyKey: 'k' });
    expect(await caught(client().call('listWallets'))).toMatchObject({ code: 'INTERNAL', mayHaveHappened: false });
  });

  it('takes as long as it may, and no time or number that would have no end', async () => {
    server().answers = [wallets];
    for (const timeout of [2 ** 32, Number.POSITIVE_INFINITY]) await client({ timeout }).call('listWallets');
    for (const more of [{ timeout: Number.NaN }, { timeout: 0 }, { retries: Number.NaN }, { retries: -1 }]) {
      expect(() => client(more)).toThrow(CustosClientError);
    }
    const wait = Number.NaN;
    expect(await caught(client().submit(payment, { wait }))).toMatchObject({ code: 'CLIENT_OPTIONS' });
  });

  it('for a stream ends with the reason of the application while the stream is read', async () => {
    server().answers = ['endless'];
    const controller = new AbortController();
    const { body } = await client().call('streamEvents', {}, { signal: controller.signal });
    const read = async () => {
      for await (const _ of body ?? []) controller.abort(new Error('enough'));
    };
    expect(Object(await caught(read())).message).toBe('enough');
  });

  it('that another server answers has an error without what that server said', async () => {
    server().answers = [
      { status: 404, headers: { 'content-type': 'text/html' }, body: '<html>internal.example</html>' },
    ];
    const error = await caught(client().call('getWallet', { params: { id: 'x' } }));
    expect(error).toMatchObject({ code: 'HTTP_404', status: 404, retryable: false });
    expect(inspect(error)).not.toContain('internal.example');
  });

  it('that is led elsewhere does not go there', async () => {
    server().answers = [{ status: 307, headers: { location: `${server().url}/elsewhere` } }];
    const error = await caught(client().call('listWallets'));
    expect([Object(error).code, server().arrived.length]).toEqual(['HTTP_307', 1]);
  });

  it('ends with the reason of the application when that stops it, in a pause as well', async () => {
    server().answers = [{ ...refusal(429, 'RATE_LIMITED'), headers: { 'retry-after': '60' } }];
    const controller = new AbortController();
    const asked = caught(client().call('listWallets', {}, { signal: controller.signal }));
    while (server().arrived.length === 0) await new Promise((resolve) => setImmediate(resolve));
    controller.abort(new Error('enough'));
    expect(Object(await asked).message).toBe('enough');
    const late = await caught(client().call('listWallets', {}, { signal: controller.signal }));
    expect([Object(late).message, server().arrived.length]).toEqual(['enough', 1]);
  });

  it('with a server that asks for a long pause is left to the application', async () => {
    server().answers = [
      { ...refusal(503, 'STORE_UNREACHABLE', { retryable: true }), headers: { 'retry-after': '3600' } },
    ];
    expect(await caught(client().call('listWallets'))).toMatchObject({ retryAfter: 3600, retryable: true });
    expect(server().arrived).toHaveLength(1);
  });

  it('names its path and its query as they are meant', async () => {
    server().answers = [wallets];
    const custos = client();
    await custos.call('listWallets', { query: { label: 'a&b=c', limit: 5, chain: undefined } });
    await custos.call('getWallet', { params: { id: 'a/b?c' } });
    expect(server().arrived.map(({ path }) => path)).toEqual([
      '/v1/wallets?label=a%26b%3Dc&limit=5',
      '/v1/wallets/a%2Fb%3Fc',
    ]);
    for (const id of ['', '.', '..']) {
      expect(await caught(custos.call('getWallet', { params: { id } }))).toMatchObject({ code: 'CLIENT_OPTIONS' });
    }
    expect(server().arrived).toHaveLength(2);
  });

  it('for a list asks for page after page, and stops at a page that leads to itself', async () => {
    server().answers = [
      { status: 200, body: { data: [{ id: 'a' }, { id: 'b' }], next: 'x' } },
      { status: 200, body: { data: [{ id: 'c' }], next: null } },
    ];
    const found: string[] = [];
    for await (const { id } of client().list('listWallets', { query: { limit: 2 } })) found.push(id);
    expect(found).toEqual(['a', 'b', 'c']);
    expect(server().arrived.map(({ path }) => path)).toEqual(['/v1/wallets?limit=2', '/v1/wallets?limit=2&after=x']);
    server().answers = [{ status: 200, body: { data: [], next: 'x' } }];
    const all = async () => {
      for await (const _ of client().list('listWallets'));
    };
    expect(await caught(all())).toMatchObject({ code: 'UNREADABLE' });
  });
});

describe('the events of the client', () => {
  const server = freshSaying();

  it('come page by page from a cursor, go on where there was nothing, and end when the application wants', async () => {
    const page = (ids: readonly string[], next: string) => ({
      status: 200,
      body: { data: ids.map((id) => ({ id })), next },
    });
    server().answers = [page(['a', 'b'], '2'), page([], '3'), undefined, page(['c'], '4')];
    const controller = new AbortController();
    const custos = createClient({ url: server().url, token });
    const seen: unknown[] = [];
    const follow = async () => {
      const feed = custos.events({ query: { after: '0', types: 'transaction.completed' }, signal: controller.signal });
      for await (const { data, next } of feed) {
        seen.push([data.map(({ id }) => id), next]);
        if (next === '4') controller.abort(new Error('enough'));
      }
    };
    expect(Object(await caught(follow())).message).toBe('enough');
    expect(seen).toEqual([
      [['a', 'b'], '2'],
      [['c'], '4'],
    ]);
    const asked = server().arrived.map(({ path }) => new URL(path, 'http://x').searchParams);
    expect(asked.map((query) => query.get('after'))).toEqual(['0', '2', '3', '3']);
    expect(asked.every((query) => query.get('types') === 'transaction.completed' && query.get('wait') === '30')).toBe(
      true,
    );
  });

  it('that lead nowhere are an error', async () => {
    server().answers = [{ status: 200, body: { data: [], next: null } }];
    const feed = createClient({ url: server().url, token }).events();
    expect(await caught(feed.next())).toMatchObject({ code: 'UNREADABLE' });
  });
});

describe('the token', () => {
  const server = freshSaying();
  const everything = (value: unknown) =>
    [inspect(value, { depth: 10, showHidden: true, getters: true }), JSON.stringify(value), String(value)].join('\n');

  it('is in nothing that the client shows, whatever fails', async () => {
    const leaking = async () => {
      throw Object.assign(new Error(`Bearer ${token}`), { request: { authorization: token }, cause: { code: token } });
    };
    const custos = createClient({ url: server().url, token, retries: 0 });
    const said = [`leaked ${token}`, { code: 'A_B', detail: `has ${token}`, errors: [{ in: token, pointer: token }] }];
    const errors: unknown[] = [];
    for (const body of said) {
      server().answers = [{ status: 400, body, headers: { 'x-request-id': token } }];
      errors.push(await caught(custos.submit(payment)));
    }
    server().answers = [undefined];
    errors.push(await caught(custos.submit(payment)));
    const other = createClient({ url: server().url, token, retries: 0, fetch: leaking });
    errors.push(await caught(other.submit(payment)));
    expect(errors.every((error) => error instanceof CustosClientError)).toBe(true);
    server().answers = [taken];
    for (const shown of [custos, await custos.submit(payment), ...errors])
      expect(everything(shown)).not.toContain('5e5e5e');
    expect(server().arrived.at(-1)?.headers.authorization).toBe(`Bearer ${token}`);
  });

  it('or an address that is none is refused without being shown', () => {
    for (const bad of [`${token}\n`, '', `${token} x`]) {
      expect(() => createClient({ url: server().url, token: bad })).toThrow(/^`token` is not a token of the API$/);
    }
    for (const url of ['', 'ftp://x', 'http://user:5e5e5e@127.0.0.1', 'http://x/?token=5e5e5e']) {
      expect(() => createClient({ url, token })).toThrow(/^`url` is not the address/);
    }
  });
});

describe('what is repeated, and when', () => {
  const status = fc.option(fc.integer({ min: 300, max: 599 }), { nil: undefined });
  const retryAfter = fc.option(fc.integer({ min: 0, max: 200 }), { nil: undefined });

  it('only a request that is done once however often it is made is repeated, or one that was not looked at', () => {
    fc.assert(
      fc.property(status, fc.boolean(), retryAfter, (given, retryable, after) => {
        return given === 429 || !mayRepeat({ status: given, retryable, retryAfter: after }, false);
      }),
    );
    const refused = [400, 401, 403, 404, 409, 422, 500].filter((one) =>
      mayRepeat({ status: one, retryable: false, retryAfter: undefined }, true),
    );
    expect(refused).toEqual([]);
  });

  it('a pause grows, has a limit, and is never shorter than the server wants', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        retryAfter,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, after, chance) => {
          const delay = delayOf(n, after, chance);
          return delay >= (after ?? 0) * 1000 && delay >= 100 && delay <= Math.max(5000, (after ?? 0) * 1000);
        },
      ),
    );
    expect([1, 2, 3, 9].map((attempt) => delayOf(attempt, undefined, 1))).toEqual([200, 400, 800, 5000]);
    expect([1, 2, 3, 9].map((attempt) => delayOf(attempt, undefined, 0))).toEqual([100, 200, 400, 2500]);
  });

  it('a Retry-After is seconds or a date', () => {
    const now = Date.parse('Sun, 29 Nov 2026 12:00:00 GMT');
    const said = ['7', 'Sun, 29 Nov 2026 12:00:30 GMT', 'Sun, 29 Nov 2026 11:00:00 GMT', 'soon', null];
    expect(said.map((header) => retryAfterOf(header, now))).toEqual([7, 30, 0, undefined, undefined]);
  });

  it('whatever a server answers, the client gives it back or throws an error of its own', async () => {
    const answer = fc.record({
      status: fc.integer({ min: 200, max: 599 }).filter((one) => ![204, 205, 304].includes(one)),
      text: fc.oneof(fc.json(), fc.string(), fc.constant(JSON.stringify(shownTransaction({ state: 5 })))),
    });
    await fc.assert(
      fc.asyncProperty(answer, async (said) => {
        const custos = createClient({
          ...{ url: 'http://127.0.0.1:1', token, retries: 0 },
          fetch: async () => new Response(said.text, { status: said.status }),
        });
        const all = [caught(custos.submit(payment)), caught(custos.transaction('a')), caught(custos.preview(payment))];
        return (await Promise.all(all)).every((error) => error === undefined || error instanceof CustosClientError);
      }),
    );
  });
});
