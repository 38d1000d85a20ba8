import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import fc from 'fast-check';
import { parseTransaction } from 'viem';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownMethods } from '../../../src/api/rpc/methods.js';
import { makeCarrier } from '../../../src/app/library/carrier.js';
import { allScopes } from '../../../src/core/access/scopes.js';
import { parseChainId, parseOwnerId, parseTenantId, type TenantId } from '../../../src/core/ids.js';
import { Secret } from '../../../src/core/secret.js';
import type { Judge } from '../../../src/core/signing/judge.js';
import { json, type Server, startServer } from '../../support/http.js';
import { apart, freshApi } from '../support.js';

const test = freshApi();
const receiver = '0x52908400098527886e0f7030069857d2e4169ee7';
const whole = { to: receiver, value: '0x1', nonce: '0x0', gas: '0x5208', gasPrice: '0x3b9aca00', chainId: '0xaa36a7' };

interface Called {
  readonly path?: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function call(body: unknown, { path = '/rpc/ETH', token, headers = {} }: Called = {}) {
  const given =
    token ??
    (await test.token({ scopes: ['wallets:read', 'transactions:create', 'messages:sign', 'typed-data:sign'] }));
  return test.ask(`POST ${path}`, { token: given, body, headers });
}

/** One turn of the event loop. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

const one = (method: string, params: unknown = [], id: unknown = 1) => ({ jsonrpc: '2.0', id, method, params });

describe('a body that is no call', () => {
  // All in one test: each one would open a store for itself.
  const bodies: readonly [what: string, body: unknown, code: number][] = [
    ['no JSON', '{"jsonrpc":', -32700],
    ['nothing', '', -32700],
    ['a text', '"hello"', -32600],
    ['null', 'null', -32600],
    ['a number', '1', -32600],
    ['an empty batch', [], -32600],
    ['a batch of 101', Array.from({ length: 101 }, () => one('eth_accounts')), -32600],
    ['a member twice', '{"jsonrpc":"2.0","id":1,"id":2,"method":"eth_accounts"}', -32600],
    ['too deep', `${'['.repeat(60)}${']'.repeat(60)}`, -32600],
    ['no id', { jsonrpc: '2.0', method: 'eth_accounts' }, -32600],
    ['an id that is a list', one('eth_accounts', [], []), -32600],
    ['an id that JSON does not hold', '{"jsonrpc":"2.0","id":9007199254740993,"method":"eth_accounts"}', -32600],
    ['another version', { ...one('eth_accounts'), jsonrpc: '1.0' }, -32600],
    ['no method', { jsonrpc: '2.0', id: 1 }, -32600],
    ['a method that is a number', { ...one('eth_accounts'), method: 7 }, -32600],
    ['an empty method', one(''), -32600],
    ['parameters by name', one('eth_accounts', { a: 1 }), -32602],
    ['a method that is not there', one('eth_mine'), -32601],
    ['a method of every object', one('__proto__'), -32601],
    ['a method of every object, too', one('constructor'), -32601],
  ];
  it('has its code, with status 200 at a chain and 400 at /, whatever is wrong with it', async () => {
    for (const [what, body, code] of bodies) {
      const given = { what, ...(await call(body)) };
      expect(given).toMatchObject({ what, status: 200, body: { jsonrpc: '2.0', error: { code } } });
      const atRoot = { what, ...(await call(body, { path: '/' })) };
      expect(atRoot).toMatchObject({ what, status: 400, body: { error: { code } } });
    }
    expect(await test.store.journal.find({})).toEqual([]);
  });

  it('what does not say that it is JSON, or whose caller has no token, is refused before it is read', async () => {
    const plain = await call(one('eth_accounts'), { headers: { 'content-type': 'text/plain' } });
    expect(plain).toMatchObject({ status: 415, body: { error: { code: -32600 } } });
    const open = await test.ask('POST /rpc/ETH', { body: '{' });
    expect(open).toMatchObject({ status: 401, body: { id: null, error: { code: 4100 } } });
    expect(open.headers.get('www-authenticate')).toContain('Basic');
    expect(await call(one('eth_accounts'), { path: '/rpc/BTC' })).toMatchObject({
      status: 200,
      body: { error: { code: -32601 } },
    });
    expect((await test.ask('GET /rpc/ETH', {})).status).toBe(405);
  });

  it('has room for the blobs of a transaction, and an end behind them', async () => {
    const sized = (bytes: number) => call(one('eth_sign', [receiver, `0x${'00'.repeat(bytes)}`]));
    expect(await sized(1_900_000)).toMatchObject({ status: 200, body: { error: { code: -32000 } } });
    expect(await sized(2_200_000)).toMatchObject({ status: 413, body: { error: { code: -32600 } } });
  });

  it('a batch keeps its order, and each call its own answer', async () => {
    const { status, body } = await call([
      one('account_version', [], 'a'),
      7,
      one('eth_mine', [], null),
      one('health_status', [], 3),
    ]);
    expect([status, body]).toMatchObject([
      200,
      [
        { id: 'a', result: '6.1.0' },
        { id: null, error: { code: -32600 } },
        { id: null, error: { code: -32601 } },
        { id: 3, result: 'OK' },
      ],
    ]);
  });

  it('each call of a batch counts for the rate of the token', async () => {
    const token = await test.token({ rate: 2 });
    const { body } = await call(
      Array.from({ length: 8 }, (_, id) => one('health_status', [], id)),
      { token },
    );
    const codes = (body as unknown as { error?: { code: number } }[]).map(({ error }) => error?.code ?? 0);
    expect(codes.filter((code) => code === 0)).toHaveLength(4);
    expect(new Set(codes)).toEqual(new Set([0, -32005]));
  });
});

describe('parameters that are wrong', () => {
  const address = '0x0000000000000000000000000000000000000001';
  const wrong: readonly [what: string, method: string, params: unknown][] = [
    ['no transaction', 'eth_sendTransaction', []],
    ['a transaction that is a text', 'eth_sendTransaction', ['0x']],
    ['no sender', 'eth_sendTransaction', [whole]],
    ['a sender that is a number', 'eth_sendTransaction', [{ ...whole, from: 1 }]],
    ['a sender that is no address', 'eth_sendTransaction', [{ ...whole, from: 'me' }]],
    [
      'a sender with a wrong checksum',
      'eth_signTransaction',
      [{ ...whole, from: '0x52908400098527886e0f7030069857d2e4169eE7' }],
    ],
    ['no nonce', 'eth_signTransaction', [{ ...whole, from: address, nonce: undefined }]],
    ['a gas of zero', 'eth_signTransaction', [{ ...whole, from: address, gas: '0x0' }]],
    ['a price of zero', 'eth_signTransaction', [{ ...whole, from: address, gasPrice: '0x0' }]],
    ['one fee cap', 'eth_signTransaction', [{ ...whole, from: address, gasPrice: null, maxFeePerGas: '0x1' }]],
    ['data in words', 'eth_sign', [address, 'hello']],
    ['an odd digit', 'personal_sign', ['0x123', address]],
    ['no data', 'personal_sign', []],
    ['typed data that are a number', 'eth_signTypedData_v4', [address, 7]],
    ['no address', 'eth_signTypedData_v4', [{}, {}]],
    ['no content type', 'account_signData', [1, address, '0x']],
  ];
  it('have the code -32602, whatever is wrong with them', async () => {
    for (const [what, method, params] of wrong) {
      const given = { what, ...(await call(one(method, params))) };
      expect(given).toMatchObject({ what, status: 200, body: { id: 1, error: { code: -32602 } } });
    }
  });

  it('wrong members of a transaction, and typed data that nobody understands, have the code of Custos', async () => {
    const { address: from } = await test.wallet();
    const refused = async (method: string, params: unknown) =>
      ((await call(one(method, params))).body['error'] as { data: { code: string } }).data.code;
    expect(await refused('eth_signTransaction', [{ ...whole, from, chainId: '0x1' }])).toBe('CHAIN_ID_MISMATCH');
    expect(await refused('eth_signTransaction', [{ ...whole, from, to: '0x12' }])).toBe('ADDRESS_INVALID');
    expect(await refused('eth_signTransaction', [{ ...whole, from, value: '-1' }])).toBe('AMOUNT_INVALID');
    expect(await refused('eth_signTransaction', [{ ...whole, from, gas: '0x1' }])).toBe('GAS_TOO_LOW');
    const types = { EIP712Domain: [], Note: [{ name: 'text', type: 'string' }] };
    const halved = { types, primaryType: 'Note', domain: {}, message: { text: 'half: \ud83d' } };
    expect(await refused('eth_signTypedData_v4', [from, halved])).toBe('ARGUMENT_INVALID');
    expect(await test.store.journal.find({})).toEqual([]);
  });
});

describe('whose account it is', () => {
  it('an account of another tenant or chain, or outside of the token, is answered as one that is not there', async () => {
    const tenant: TenantId = parseTenantId('other');
    const theirs = await test.wallet('ETH', tenant);
    const [mine, second] = [await test.wallet(), await test.wallet()];
    const token = await test.token({ wallets: [mine.signatureId] });
    expect((await call(one('eth_accounts'), { token })).body['result']).toEqual([mine.address]);
    const nobody = await call(one('eth_sign', [receiver, '0x00']), { token });
    expect(nobody.body).toMatchObject({ error: { code: -32000 } });
    for (const { address } of [theirs, second]) {
      expect((await call(one('eth_sign', [address, '0x00']), { token })).body).toEqual(nobody.body);
      expect((await call(one('eth_signTransaction', [{ ...whole, from: address }]), { token })).body).toEqual(
        nobody.body,
      );
    }
    const elsewhere = await test.token({ chains: ['BSC' as never] });
    for (const method of ['eth_accounts', 'eth_chainId']) {
      expect((await call(one(method), { token: elsewhere })).body).toMatchObject({ error: { code: 4100 } });
    }
  });

  it('of more than a thousand accounts a thousand are shown', async () => {
    const { vault } = test.carrying();
    const made = await Promise.all(
      Array.from({ length: 1002 }, () => vault.create('ETH' as never, 'testnet', { kind: 'key' })),
    );
    await test.store.wallets.add(made.map(({ sealed }) => sealed));
    const { result } = (await call(one('eth_accounts'))).body as { result: string[] };
    expect([result.length, new Set(result).size]).toEqual([1000, 1000]);
  });

  it('each method needs the scope that its table names, and no other', async () => {
    for (const { name, scope } of ownMethods) {
      const scopes = allScopes.filter((one) => one !== scope && !apart.includes(one));
      const without = (await call(one(name), { token: await test.token({ scopes }) })).body['error'];
      if (scope !== undefined) expect([name, without]).toMatchObject([name, { data: { code: 'SCOPE_MISSING' } }]);
      const only = await test.token({ scopes: [scope ?? 'transactions:read'] });
      const { error } = (await call(one(name), { token: only })).body;
      expect([name, JSON.stringify(error ?? '')]).toEqual([name, expect.not.stringContaining('SCOPE_MISSING')]);
    }
  });

  it('each path that docs/api.md names for Ethereum tools is there', async () => {
    const page = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');
    const [, section = ''] = /^## JSON-RPC$([\s\S]*?)^## /m.exec(page) ?? [];
    const named = [...section.matchAll(/`(GET|POST) (\/[^`]*)`/g)];
    expect(named).toHaveLength(7);
    const authorization = `Bearer ${await test.token()}`;
    for (const [, method = '', path = ''] of named) {
      const url = `${test.api.url}${path.replace('{chain}', 'ETH').replace('{key}', `0x${'11'.repeat(64)}`)}`;
      const answer = await fetch(url, { method, headers: { authorization } });
      expect([path, answer.status === 405, await answer.text()]).toEqual([
        ...[path, false],
        expect.not.stringContaining('ROUTE_UNKNOWN'),
      ]);
    }
  });

  it('without a scope nothing is listed, signed or sent', async () => {
    const { address: from } = await test.wallet();
    const token = await test.token({ scopes: ['transactions:read'] });
    const calls = [
      one('eth_accounts'),
      one('account_list'),
      one('eth_sendTransaction', [{ ...whole, from }]),
      one('eth_signTransaction', [{ ...whole, from }]),
      one('eth_sign', [from, '0x00']),
      one('eth_signTypedData_v4', [from, {}]),
    ];
    for (const each of calls) expect((await call(each, { token })).body).toMatchObject({ error: { code: 4100 } });
    expect(await test.store.journal.find({})).toEqual([]);
  });
});

describe('what judges say', () => {
  let verdict: Awaited<ReturnType<Judge['decide']>> = { kind: 'allow' };
  let end: (() => Promise<void>) | undefined;

  beforeEach(async () => {
    verdict = { kind: 'allow' };
    const carrier = await makeCarrier(
      test.carrying(),
      { network: 'testnet', nodes: { ETH: test.node }, judges: [{ name: 'judge', decide: async () => verdict }] },
      () => {},
    );
    const signal = new AbortController();
    const running = carrier.run({ signal: signal.signal, period: 100 });
    end = async () => {
      signal.abort();
      await running;
      await carrier.close();
    };
  });
  afterEach(async () => {
    await end?.();
  });

  it('a held call is answered at once with its id, and its code says that it waits', async () => {
    verdict = { kind: 'hold', rule: 'people', reason: 'two people have to look at it', because: 'undecided' };
    const { address: from } = await test.wallet();
    const { body } = await call(one('eth_signTransaction', [{ ...whole, from }]));
    const [entry] = await test.store.journal.find({});
    expect(body).toMatchObject({ error: { code: -32002, data: { code: 'REQUEST_WAITS', id: entry?.id } } });
    expect(entry).toMatchObject({ state: 'held', intake: { source: 'rpc', delivery: 'return' } });
  });

  it('a denied call has another code, and status 400 at /', async () => {
    verdict = { kind: 'deny', rule: 'nobody', reason: 'no' };
    const { address: from } = await test.wallet();
    const denied = await call(one('eth_sign', [from, '0x00']), { path: '/' });
    expect(denied).toMatchObject({ status: 400, body: { error: { code: -32003, data: { code: 'JUDGE_DENIED' } } } });
  });

  it('a key of idempotency makes a repeated call the same one, whatever its number', async () => {
    const { address: from } = await test.wallet();
    const headers = { 'idempotency-key': 'once' };
    const first = await call(one('eth_sign', [from, '0x00']), { headers });
    expect(first.body['result']).toMatch(/^0x[0-9a-f]{130}$/);
    const second = await call(one('eth_sign', [from, '0x00'], 2), { headers });
    expect(second.body).toEqual({ ...first.body, id: 2 });
    expect(await test.store.journal.find({})).toHaveLength(1);
    const other = await call(one('eth_sign', [from, '0x01']), { headers });
    expect(other.body).toMatchObject({ error: { data: { code: 'IDEMPOTENCY_KEY_REUSED' } } });
  });

  it('a key of idempotency is of one call to one chain: neither another chain nor a batch gets what it stands for', async () => {
    const secret = () => ({ kind: 'privateKey' as const, privateKey: Secret.text(`0x${'11'.repeat(32)}`) });
    const place = (chain: 'ETH' | 'MATIC') => ({
      chain: parseChainId(chain),
      network: 'testnet' as const,
      secret: secret(),
    });
    const made = [await test.vault.import(place('ETH')), await test.vault.import(place('MATIC'))];
    await test.store.wallets.add(made.map(({ sealed }) => sealed));
    const headers = { 'idempotency-key': 'once' };
    const asked = one('eth_sign', [made[0]?.wallet.address, '0x00']);
    expect((await call(asked, { headers })).body['result']).toMatch(/^0x[0-9a-f]{130}$/);
    const elsewhere = await call(asked, { headers, path: '/rpc/MATIC' });
    expect(elsewhere.body).toMatchObject({ error: { data: { code: 'IDEMPOTENCY_KEY_REUSED' } } });
    for (const calls of [[asked], [asked, asked]]) {
      expect((await call(calls, { headers })).body).toMatchObject({ error: { data: { code: 'CALL_INVALID' } } });
    }
    expect(await test.store.journal.find({})).toHaveLength(1);
  });
});

describe('a chain that puts the estimate of a node in the place of a gas', () => {
  let node: Server;
  const there = freshApi(undefined, {}, { before });
  async function before() {
    node = await startServer((response, seen) => {
      const { id, method } = JSON.parse(seen.body) as { readonly id: number; readonly method: string };
      json({ jsonrpc: '2.0', id, result: method === 'eth_chainId' ? '0x33' : '0x5208' })(response, seen);
    });
    there.nodes = { XDC: node.url };
  }
  afterEach(() => node.close());

  it('signs the gas limit that the caller set', async () => {
    const judges = [{ name: 'yes', decide: async () => ({ kind: 'allow' }) as const }];
    const options = { network: 'testnet', nodes: there.nodes, judges } as const;
    const carrier = await makeCarrier(there.carrying(), options, () => {});
    const end = new AbortController();
    const running = carrier.run({ signal: end.signal, period: 100 });
    try {
      const { address: from } = await there.wallet('XDC');
      const asked = one('eth_signTransaction', [{ ...whole, from, gas: '0x186a0', chainId: '0x33' }]);
      const { body } = await there.ask('POST /rpc/XDC', { token: await there.token(), body: asked });
      expect(body).toEqual({ jsonrpc: '2.0', id: 1, result: expect.any(String) });
      expect(parseTransaction(body['result'] as `0x${string}`)).toMatchObject({ gas: 100_000n, nonce: 0 });
    } finally {
      end.abort();
      await running;
      await carrier.close();
    }
  });
});

it('accounts of a token for some wallets or owners are found without a look at those of others', async () => {
  const mine = await test.wallet();
  const ofUser = await test.wallet('ETH', undefined, { owner: 'u-17' });
  await test.wallet();
  const { wallets } = test.door().parts;
  const asked: unknown[] = [];
  const list: typeof wallets.list = (tenant, query, page) => {
    asked.push(query.owner);
    return looked(tenant, query, page);
  };
  const looked = wallets.list.bind(wallets);
  Object.assign(wallets, { list });
  const accounts = async (token: string) => (await call(one('eth_accounts'), { token })).body['result'];
  expect(await accounts(await test.token({ wallets: [mine.signatureId] }))).toEqual([mine.address]);
  expect(await accounts(await test.token({ owners: [parseOwnerId('u-17')] }))).toEqual([ofUser.address]);
  expect(asked).toEqual(['u-17']);
});

it('a call with a key of idempotency is never answered with what a client without one has left', async () => {
  const { address: from } = await test.wallet();
  const token = await test.token();
  const body = one('eth_sign', [from, '0x00']);
  const gone = new AbortController();
  const left = fetch(`${test.api.url}/rpc/ETH`, {
    ...{ method: 'POST', signal: gone.signal, body: JSON.stringify(body) },
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  });
  while ((await test.store.journal.find({})).length === 0) await turn();
  gone.abort();
  await expect(left).rejects.toThrow();
  while (test.orphans.kept === 0) await turn();
  const keyed = call(body, { token, headers: { 'idempotency-key': 'own' } });
  while (test.orphans.found === 0 && (await test.store.journal.find({})).length < 2) await turn();
  expect(test.orphans.found).toBe(0);
  await test.signAll();
  expect((await keyed).body['result']).toMatch(/^0x/);
});

it('a client that gives up and asks again gets the request that it asked for first', async () => {
  const { address: from } = await test.wallet();
  const token = await test.token();
  const body = JSON.stringify(one('eth_signTransaction', [{ ...whole, from }]));
  const request = `POST /rpc/ETH HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const waiting = connect(test.api.port, '127.0.0.1', () => waiting.write(request));
  while ((await test.store.journal.find({})).length === 0) await turn();
  waiting.destroy();
  while (test.orphans.kept === 0) await turn();
  const again = call({ ...JSON.parse(body), id: 2 }, { token });
  while (test.orphans.found === 0) await turn();
  await test.signAll();
  expect((await again).body['result']).toMatch(/^0x/);
  expect(await test.store.journal.find({})).toHaveLength(1);
});

it('whatever comes is answered as JSON-RPC, and never as a failure of the server', async () => {
  const { address } = await test.wallet();
  const token = await test.token({ scopes: ['wallets:read', 'messages:sign', 'typed-data:sign'] });
  const methods = [
    'eth_accounts',
    'eth_sendTransaction',
    'eth_signTransaction',
    'eth_sign',
    'personal_sign',
    'eth_signTypedData_v4',
    'account_signData',
    'account_signTransaction',
  ];
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(address, '0x', '0x00', {}, { from: address }, { from: address, nonce: '0x0' }),
  );
  const near = fc.record({
    jsonrpc: fc.oneof({ weight: 5, arbitrary: fc.constant('2.0') }, { weight: 1, arbitrary: fc.jsonValue() }),
    id: fc.oneof(fc.nat(), fc.string(), fc.jsonValue()),
    method: fc.oneof(fc.constantFrom(...methods), fc.string()),
    params: fc.oneof(fc.array(value, { maxLength: 4 }), fc.jsonValue()),
  });
  const bodies = fc.oneof(
    near.map((one) => JSON.stringify(one)),
    fc.array(near, { maxLength: 4 }).map((all) => JSON.stringify(all)),
    fc.json(),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(
      bodies,
      fc.constantFrom('/', '/rpc/ETH', '/rpc/eth', '/rpc/%00', '/rpc/BTC'),
      async (body, path) => {
        // Signatures that are asked for rightly would wait for a signer, and there is none.
        fc.pre(!/"method":"(personal_sign|eth_sign)","params":\["0x/.test(body));
        const { status, body: answer } = await call(body, { path, token });
        expect(status).toBeLessThan(500);
        for (const each of [answer].flat() as { jsonrpc: string; error?: { code: number } }[]) {
          expect(each.jsonrpc).toBe('2.0');
          expect(each.error?.code).not.toBe(-32603);
        }
      },
    ),
    { numRuns: 300 },
  );
});
