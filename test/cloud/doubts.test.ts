import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkCloudUrl, checkFourEyeUrl, checkNodeUrl, isPrivateHost } from '../../src/cloud/urls.js';
import { isRetryable } from '../../src/core/errors.js';
import { Secret } from '../../src/core/secret.js';
import { closing, everythingOf, failure, json, type Reply, type Server, startServer, text } from '../support/http.js';
import { apiKey, eth, ethId, makeCloud, makeNodes, makePending, signed } from './parts.js';

const pendingId = 'a'.repeat(24);
let server: Server;

beforeAll(async () => {
  server = await startServer(json({}));
});
beforeEach(() => {
  server.seen.length = 0;
});
afterAll(() => server.close());

/** Answers by what the path begins with; 404 in plain text for all else. */
const routes =
  (table: Readonly<Record<string, Reply>>): Reply =>
  (response, seen) => {
    const found = Object.entries(table).find(([prefix]) => `${seen.method} ${seen.url}`.startsWith(prefix));
    (found?.[1] ?? text('nothing here', 404))(response, seen);
  };
const missing = json({ errorCode: 'kms.missing', message: 'No such KMS signature', statusCode: 403 }, 403);

describe('a refusal that may come from something between this machine and the cloud', () => {
  const foreign: readonly (readonly [string, Reply, string])[] = [
    ['404 in JSON', json({ statusCode: 404, message: 'Cannot GET /v3/kms', error: 'Not Found' }, 404), 'CLOUD_REFUSED'],
    ['404 in HTML', text('<html>no such page</html>', 404), 'CLOUD_ANSWER_INVALID'],
    ['403 in JSON without a code', json({ message: 'Forbidden' }, 403), 'CLOUD_REFUSED'],
    ['403 of another code', json({ errorCode: 'ip.not.allowed', message: 'no' }, 403), 'CLOUD_REFUSED'],
  ];

  it.each(foreign)('%s never means that a pending transaction is gone', async (_name, reply, code) => {
    server.reply = reply;
    await expect(makeCloud(server.url).status(pendingId)).rejects.toMatchObject({ code });
  });

  it.each(foreign)('%s never means that a pending transaction is closed', async (_name, reply, code) => {
    server.reply = reply;
    const closed = makeCloud(server.url).complete(pendingId, signed.txId);
    await expect(closed).rejects.toMatchObject({ code });
  });

  it('only the code of the cloud itself ends a pending transaction', async () => {
    server.reply = missing;
    expect(await makeCloud(server.url).status(pendingId)).toEqual({ kind: 'unknown' });
    await makeCloud(server.url).complete(pendingId, signed.txId);
  });
});

describe('closing what is refused', () => {
  const refused = json({ errorCode: 'some.code', message: 'already signed' }, 409);
  const status = (txId: string) => json({ id: pendingId, txId });

  it('a refused close counts as done when the cloud has this very transaction', async () => {
    server.reply = routes({ PUT: refused, GET: status(signed.txId.toUpperCase().replace('0X', '0x')) });
    await makeCloud(server.url).complete(pendingId, signed.txId);
    expect(server.seen.map(({ method }) => method)).toEqual(['PUT', 'GET']);
  });

  it('a close fails with the refusal when the cloud has another transaction', async () => {
    server.reply = routes({ PUT: refused, GET: status(`0x${'cd'.repeat(32)}`) });
    const error = await failure(makeCloud(server.url).complete(pendingId, signed.txId));
    expect(error).toMatchObject({ code: 'CLOUD_REFUSED', message: expect.stringContaining('already signed') });
  });

  it('a refused close is tried again later when the cloud has no answer', async () => {
    server.reply = routes({ PUT: refused, GET: closing });
    const error = await failure(makeCloud(server.url).complete(pendingId, signed.txId));
    expect(isRetryable(error)).toBe(true);
  });
});

describe('bytes that one node says it knows', () => {
  const path = { cloud: 'POST /v3/ethereum/broadcast', node: 'POST /v3/ethereum/web3/' };
  const found = (hash: string | null) => json({ jsonrpc: '2.0', id: 1, result: hash === null ? null : { hash } });
  const broadcast = () => makeCloud(server.url).broadcast(eth, makePending(pendingId), signed);

  it.each(['already known', 'AlreadyKnown', 'transaction already imported', 'known transaction: 0xab'])(
    'bytes that one node claims to know ("%s") and another does not find are neither a success nor given up',
    async (words) => {
      server.reply = routes({ [path.cloud]: json({ message: words }, 403), [path.node]: found(null) });
      const error = await failure(broadcast());
      expect(error).toMatchObject({ code: 'NODE_ANSWER_INVALID' });
      expect(isRetryable(error)).toBe(true);
    },
  );

  it.each(['nonce too low', 'unknown transaction type', 'Withdrawal already exists'])(
    'bytes that are refused with "%s" are not called known',
    async (words) => {
      server.reply = routes({ [path.cloud]: json({ message: words }, 403), [path.node]: found(null) });
      await expect(broadcast()).rejects.toMatchObject({ code: 'BROADCAST_REFUSED' });
    },
  );

  it('bytes that the node knows are a success although the cloud passes the words on with 500', async () => {
    server.reply = routes({ [path.cloud]: text('rpc: already known', 500), [path.node]: found(signed.txId) });
    expect(await broadcast()).toEqual({ txId: signed.txId });
    expect(server.seen.filter(({ url }) => url.endsWith('/broadcast'))).toHaveLength(1);
  });

  it('bytes are not looked up when the cloud was not reached', async () => {
    server.reply = routes({ [path.cloud]: closing, [path.node]: found(signed.txId) });
    await expect(broadcast()).rejects.toMatchObject({ code: 'CLOUD_UNREACHABLE' });
    expect(server.seen.some(({ url }) => url.includes('web3'))).toBe(false);
  });

  it.each([
    ['a text of 201 characters', 'x'.repeat(201)],
    ['a line break', '0xab\n{"level":"info"}'],
    ['a number', 7],
  ])('%s is not a transaction hash', async (_name, txId) => {
    server.reply = routes({ [path.cloud]: json({ txId }) });
    await expect(broadcast()).rejects.toMatchObject({ code: 'CLOUD_ANSWER_INVALID' });
  });
});

describe('an API key that no header can carry', () => {
  it.each(['', 'line\nbreak', ' leading', 'trailing ', 'schlüssel', 'tab\tbed'])(
    'an API key that no header can carry (%j) is named as such',
    (key) => {
      const options = { apiKey: Secret.text(key) };
      for (const make of [() => makeCloud(server.url, options), () => makeNodes(server.url, options).client(eth)]) {
        expect(make).toThrow(expect.objectContaining({ code: 'API_KEY_INVALID' }));
      }
    },
  );
});

describe('the secrets in the URL of an own node', () => {
  it.each([
    ['a short password', (url: string) => url.replace('//', '//me:pw%20-1@'), ['pw -1', 'pw%20-1']],
    ['a key in the path', (url: string) => `${url}/v3/0123456789abcdef`, ['0123456789abcdef']],
    ['a key in the query', (url: string) => `${url}/?apikey=0123456789`, ['0123456789']],
  ])(
    'secrets in the URL of an own node (%s) are in no part of an error, even when the node repeats them',
    async (_name, change, hidden) => {
      const ownNodes = new Map([[ethId, change(server.url)]]);
      const basic = Buffer.from('me:pw -1').toString('base64');
      const echo: Reply = (response, { url, headers }) => {
        const words = `${url} ${hidden.join(' ')} ${headers.authorization ?? ''}`;
        response.writeHead(400).end(words);
      };
      for (const reply of [echo, closing]) {
        server.reply = reply;
        const error = await failure(makeNodes(server.url, { ownNodes }).client(eth).rpc('eth_chainId', []));
        for (const secret of [...hidden, basic, apiKey]) expect(everythingOf(error)).not.toContain(secret);
        expect(error.message).toContain('eth_chainId at 127.0.0.1:');
      }
    },
  );
});

describe('a URL', () => {
  it.each(['http://127.0.0.1:1/?', 'http://127.0.0.1:1/#', 'http://127.0.0.1:1?', 'http://127.0.0.1:1/a?b=c'])(
    'the URL %s is refused for the cloud and the four-eye service, because a path behind it would be lost',
    (url) => {
      for (const check of [checkCloudUrl, checkFourEyeUrl]) {
        expect(() => check(url, 'testnet')).toThrow(expect.objectContaining({ code: 'URL_INVALID' }));
      }
    },
  );

  it('the URL of an own node may have a query, but no fragment', () => {
    expect(checkNodeUrl('http://127.0.0.1:1/?key=1', 'mainnet').search).toBe('?key=1');
    expect(() => checkNodeUrl('http://127.0.0.1:1/#', 'testnet')).toThrow(
      expect.objectContaining({ code: 'URL_INVALID' }),
    );
  });

  it('a URL with blanks around it is used without them', async () => {
    server.reply = json([]);
    await makeCloud(` ${server.url}/gateway// `).pending(ethId, 'testnet', [
      makePending(pendingId).keys[0]!.signatureId,
    ]);
    expect(server.seen[0]?.url).toBe('/gateway/v3/kms/pending/ETH');
  });

  it.each(['[fc00::1]', '[fdff:1::2]', '[::1]', '10.0.0.1', '172.31.255.1', 'localhost', 'node.internal'])(
    'a URL of host %s stays within the site',
    (host) => expect(isPrivateHost(host)).toBe(true),
  );

  it.each(['[fc::1]', '[fd::1]', '[fe00::1]', '172.32.0.1', '11.0.0.1', '127.evil.example', 'localhost.example'])(
    'a URL of host %s leaves the site',
    (host) => expect(isPrivateHost(host)).toBe(false),
  );
});
