import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseVersionNotice } from '../../src/cloud/caller.js';
import { isRetryable } from '../../src/core/errors.js';
import {
  closing,
  everythingOf,
  failure,
  half,
  hanging,
  json,
  type Reply,
  type Server,
  startServer,
  text,
  turns,
} from '../support/http.js';
import { evmChainIds, loadVectors } from '../support/vectors.js';
import { apiKey, chains, element, eth, ethId, idOfNumber, makeCloud, makePending, signed } from './parts.js';

let server: Server;

beforeAll(async () => {
  server = await startServer(json([]));
});
beforeEach(() => {
  server.reply = json([]);
  server.seen.length = 0;
});
afterAll(() => server.close());

const ids = (count: number) => Array.from({ length: count }, (_, number) => idOfNumber(number));
const poll = (change = {}) => makeCloud(server.url, change).pending(ethId, 'testnet', ids(2));

describe('a poll', () => {
  it('asks for its wallets with key and versions in the headers', async () => {
    await poll();
    const [seen] = server.seen;
    expect(seen).toMatchObject({ method: 'POST', url: '/v3/kms/pending/ETH' });
    expect(seen?.body).toBe(JSON.stringify({ signatureIds: ids(2) }));
    expect(seen?.headers).toMatchObject({
      'x-api-key': apiKey,
      'x-ttm-kms-client-version': '8.0.1',
      'user-agent': 'custos/1.2.3',
      'content-type': 'application/json',
    });
  });

  it('asks below the path of the cloud URL, with or without a slash at its end', async () => {
    for (const end of ['/gateway', '/gateway/']) {
      await makeCloud(server.url + end).pending(ethId, 'testnet', ids(1));
      expect(server.seen.at(-1)?.url).toBe('/gateway/v3/kms/pending/ETH');
    }
  });

  it('of more than 25,000 wallets is split into requests, four at a time, and put together', async () => {
    const wanted = ids(125_001);
    let open = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    server.reply = (response, { body }) => {
      open += 1;
      most = Math.max(most, open);
      const { signatureIds } = JSON.parse(body) as { signatureIds: string[] };
      waiting.push(() => {
        open -= 1;
        json([element(`last-${signatureIds.at(-1)?.slice(-6)}`), element('everywhere')])(response, server.seen[0]!);
      });
      // Answers only once four are open, or when these are the last ones.
      if (waiting.length === 4 || server.seen.length === 6) for (const answer of waiting.splice(0)) answer();
    };
    const polled = await makeCloud(server.url).pending(ethId, 'testnet', wanted);
    const asked = server.seen.map(({ body }) => (JSON.parse(body) as { signatureIds: string[] }).signatureIds);
    expect(asked.map((part) => part.length).sort((one, other) => one - other)).toEqual([1, ...Array(5).fill(25_000)]);
    expect(new Set(asked.flat()).size).toBe(125_001);
    expect(most).toBe(4);
    const found = polled.map((item) => (item.kind === 'pending' ? item.pending.id : item.error.code));
    expect(new Set(found)).toEqual(
      new Set(['everywhere', ...[24_999, 49_999, 74_999, 99_999, 124_999, 125_000].map((n) => `last-${padded(n)}`)]),
    );
    expect(found).toHaveLength(7);
  });

  it('of no wallets asks nothing', async () => {
    expect(await makeCloud(server.url).pending(ethId, 'testnet', [])).toEqual([]);
    expect(server.seen).toHaveLength(0);
  });

  const faults: readonly (readonly [string, Reply, string])[] = [
    ['status 500', text('oops', 500), 'CLOUD_UNREACHABLE'],
    ['status 429', json({}, 429), 'CLOUD_RATE_LIMITED'],
    ['a closed connection', closing, 'CLOUD_UNREACHABLE'],
    ['null', json(null), 'CLOUD_ANSWER_INVALID'],
    ['an object', json({ data: [] }), 'CLOUD_ANSWER_INVALID'],
    ['a JSON text', json('a text of many characters'), 'CLOUD_ANSWER_INVALID'],
    ['HTML', text('<html>maintenance</html>'), 'CLOUD_ANSWER_INVALID'],
    ['half JSON', text('[{"id":"a"'), 'CLOUD_ANSWER_INVALID'],
    ['nothing', text(''), 'CLOUD_ANSWER_INVALID'],
    ['no end', hanging, 'CLOUD_TIMEOUT'],
    ['half a body', half('hang'), 'CLOUD_TIMEOUT'],
    ['half a body and a closed connection', half('close'), 'CLOUD_UNREACHABLE'],
    ['status 400', json({ errorCode: 'validation.failed', message: 'no' }, 400), 'CLOUD_REFUSED'],
    ['status 401', json({ errorCode: 'subscription.invalid', message: 'no' }, 401), 'API_KEY_INVALID'],
    ['an inactive subscription', json({ errorCode: 'subscription.not.active' }, 403), 'API_KEY_INVALID'],
    ['status 403', json({ message: 'Forbidden' }, 403), 'CLOUD_REFUSED'],
    ['a 404 of something on the way', text('<html>not found</html>', 404), 'CLOUD_ANSWER_INVALID'],
  ];

  it.each(faults)('that is answered with %s fails by its code, without the key', async (_name, reply, code) => {
    server.reply = reply;
    const error = await failure(poll({ timeouts: { poll: 80, other: 80 } }));
    expect(error).toMatchObject({ code });
    expect(isRetryable(error)).toBe(!['CLOUD_REFUSED', 'API_KEY_INVALID'].includes(code));
    expect(everythingOf(error)).not.toContain(apiKey);
    expect(error.message).toContain('/v3/kms/pending/ETH');
    // A failed poll must not spill its wallets.
    expect(error.message).not.toContain(idOfNumber(1));
    expect(error.message.length).toBeLessThan(500);
  });

  it('works again when the fault is over', async () => {
    server.reply = turns(closing, json([element('a')]));
    expect(await poll()).toHaveLength(1);
  });
});

describe('the version that the cloud announces', () => {
  const header = 'x-ttm-kms-latest-version';

  it('is told once for each distinct text', async () => {
    const notices: string[] = [];
    const cloud = makeCloud(server.url, { onNotice: (notice) => notices.push(notice) });
    for (const value of ['9.0.0;WARN;please; update', '9.0.0;WARN;please; update', '9.1.0;ERROR;now', 'nonsense']) {
      server.reply = json([], 200, { [header]: value });
      await cloud.pending(ethId, 'testnet', ids(1));
    }
    expect(notices).toEqual(['9.0.0 WARN: please; update', '9.1.0 ERROR: now']);
  });

  it('is told without the key', async () => {
    const notices: string[] = [];
    server.reply = json([], 200, { [header]: `9.0.0;WARN;your key ${apiKey}` });
    await poll({ onNotice: (notice: string) => notices.push(notice) });
    expect(notices).toEqual(['9.0.0 WARN: your key {apiKey}']);
  });

  it('is nothing when the header has another form', () => {
    for (const value of [null, '', ';', '9.0.0', ';WARN;text', 'x;WARN;text']) {
      expect(parseVersionNotice(value)).toBeUndefined();
    }
    fc.assert(fc.property(fc.string(), (value) => void parseVersionNotice(value)));
  });
});

describe('a broadcast', () => {
  const recorded = evmChainIds.flatMap((chain) =>
    loadVectors(chain).transactions.map((vector) => [chain, vector.name, vector] as const),
  );

  it.each(recorded)('of %s, %s, has the recorded path and body', async (id, _name, vector) => {
    server.reply = json({ txId: signed.txId });
    const pending = makePending(String(vector.pending['id']), vector.pending);
    const { txData } = vector;
    await makeCloud(server.url).broadcast(chains.get(id), pending, { raw: txData, txId: signed.txId });
    const { broadcast } = vector as unknown as { broadcast: { method: string; path: string; body: unknown } };
    const [seen] = server.seen;
    expect(seen).toMatchObject({ method: broadcast.method, url: broadcast.path, body: JSON.stringify(broadcast.body) });
  });

  it.each(['BSC', 'MATIC', 'CELO', 'XDC'])('of a withdrawal of %s goes the plain way', async (id) => {
    server.reply = json({ txId: signed.txId });
    const chain = chains.get(id);
    await makeCloud(server.url).broadcast(chain, makePending('a', { chain: id, withdrawalId: 'w' }), signed);
    expect(server.seen[0]).toMatchObject({
      url: `/v3/${chain.slug}/broadcast`,
      body: '{"txData":"0x02f8","signatureId":"a"}',
    });
  });

  const send = () => makeCloud(server.url).broadcast(eth, makePending('a'), signed);
  const tries = () => server.seen.filter(({ url }) => url.endsWith('/broadcast')).length;

  it('resolves to the transaction hash', async () => {
    server.reply = json({ txId: '0xfeed', completed: true });
    expect(await send()).toEqual({ txId: '0xfeed' });
  });

  it.each([
    ['no txId', json({})],
    ['an empty txId', json({ txId: '' })],
    ['a txId that is a number', json({ txId: 7 })],
    ['a list', json([])],
    ['null', json(null)],
    ['HTML', text('<html>')],
    ['broken JSON', text('{"txId":"0x')],
  ])('that is answered with %s is neither success nor refusal', async (_name, reply) => {
    server.reply = reply;
    const error = await failure(send());
    expect(error).toMatchObject({ code: 'CLOUD_ANSWER_INVALID' });
    expect(isRetryable(error)).toBe(true);
  });

  it.each([
    ['429', json({}, 429)],
    ['502', json({}, 502)],
    ['503', json({}, 503)],
    ['504', json({}, 504)],
    ['a closed connection', closing],
  ])('is sent again with the same bytes after %s', async (_name, reply) => {
    server.reply = turns(reply, json({ txId: signed.txId }));
    expect(await send()).toEqual({ txId: signed.txId });
    expect(new Set(server.seen.map(({ body }) => body)).size).toBe(1);
    expect(tries()).toBe(2);
  });

  it.each([
    ['500', 'CLOUD_UNREACHABLE'],
    ['408', 'CLOUD_TIMEOUT'],
  ])('is not sent again at once after %s, but may be later', async (status, code) => {
    server.reply = json({ message: 'perhaps it went through' }, Number(status));
    const error = await failure(send());
    expect(error).toMatchObject({ code });
    expect(isRetryable(error)).toBe(true);
    expect(tries()).toBe(1);
  });

  it.each([400, 403, 404, 422])('that is refused with %i tells the reason and is not repeated', async (status) => {
    const message = `Unable to broadcast transaction due to insufficient funds \u0007${apiKey}.`;
    server.reply = json({ errorCode: 'ethereum.broadcast.failed', message, statusCode: status }, status);
    const error = await failure(send());
    expect(error).toMatchObject({ code: 'BROADCAST_REFUSED' });
    expect(error.message).toContain(
      'ethereum.broadcast.failed: Unable to broadcast transaction due to insufficient funds',
    );
    expect(everythingOf(error)).not.toContain(apiKey);
    expect(isRetryable(error)).toBe(false);
    expect(server.seen).toHaveLength(1);
  });

  it.each([403, 404, 413])(
    'that something on the way answers with %i is not refused by the network',
    async (status) => {
      server.reply = text('<html>not here</html>', status);
      const error = await failure(send());
      expect(error).toMatchObject({ code: 'CLOUD_ANSWER_INVALID' });
      expect(isRetryable(error)).toBe(true);
    },
  );

  it('with a key that is not accepted says so', async () => {
    server.reply = json({ errorCode: 'subscription.invalid', message: 'no' }, 401);
    await expect(send()).rejects.toMatchObject({ code: 'API_KEY_INVALID' });
  });

  it('that the cloud does not offer is no refusal by the network', async () => {
    server.reply = json({ errorCode: 'NOT_OFFERED', message: 'No.' }, 501);
    await expect(send()).rejects.toMatchObject({ code: 'CLOUD_REFUSED' });
  });

  const refusing =
    (reason: string, found: Reply): Reply =>
    (response, seen) => {
      if (seen.url.endsWith('/broadcast')) json({ errorCode: 'x', message: reason }, 403)(response, seen);
      else found(response, seen);
    };

  it.each(['already known', 'nonce too low', 'Known transaction: 0xab', 'ALREADY_EXISTS', 'already imported'])(
    'that is refused with "%s" is a success when the chain has the transaction',
    async (reason) => {
      server.reply = refusing(reason, json({ jsonrpc: '2.0', id: 1, result: { hash: signed.txId.toUpperCase() } }));
      expect(await send()).toEqual({ txId: signed.txId });
      expect(JSON.parse(server.seen.at(-1)!.body)).toMatchObject({
        method: 'eth_getTransactionByHash',
        params: [signed.txId],
      });
    },
  );

  it.each([
    ['does not have it', json({ jsonrpc: '2.0', id: 1, result: null })],
    ['has another', json({ jsonrpc: '2.0', id: 1, result: { hash: `0x${'00'.repeat(32)}` } })],
    ['does not let itself be asked', json({ error: { code: -32601, message: 'no such method' } })],
  ])('that is refused with "nonce too low" stays refused when the chain %s', async (_name, found) => {
    server.reply = refusing('nonce too low', found);
    await expect(send()).rejects.toMatchObject({ code: 'BROADCAST_REFUSED' });
  });

  it('that is refused with "nonce too low" is asked about later when the node is away', async () => {
    server.reply = refusing('nonce too low', json({}, 503));
    const error = await failure(send());
    expect(error).toMatchObject({ code: 'CLOUD_UNREACHABLE' });
    expect(everythingOf(error)).not.toContain(encodeURIComponent(apiKey));
  });
});

describe('closing a pending transaction', () => {
  const complete = () => makeCloud(server.url).complete('a', '0xfeed');

  it.each([
    ['204', text('', 204)],
    ['403 kms.missing', json({ errorCode: 'kms.missing', message: 'No such KMS signature' }, 403)],
    ['404 of the cloud', json({ errorCode: 'kms.missing' }, 404)],
  ])('is done after %s', async (_name, reply) => {
    server.reply = reply;
    await complete();
    expect(server.seen).toEqual([expect.objectContaining({ method: 'PUT', url: '/v3/kms/a/0xfeed' })]);
  });

  it.each([
    ['403 of another kind', json({ message: 'Forbidden' }, 403), 'CLOUD_REFUSED'],
    ['404 of something on the way', text('<html>not found</html>', 404), 'CLOUD_ANSWER_INVALID'],
    ['409', json({ errorCode: 'STATE_CONFLICT', message: 'Closed by other bytes.' }, 409), 'CLOUD_REFUSED'],
  ])('is not done after %s', async (_name, reply, code) => {
    server.reply = reply;
    await expect(complete()).rejects.toMatchObject({ code });
  });

  it.each(['..', '.', '', 'a/b', '?x', '#', '%2e%2e', '../healthz?'])('asks nothing for the id "%s"', async (id) => {
    const cloud = makeCloud(server.url);
    await expect(cloud.complete(id, '0xfeed')).rejects.toMatchObject({ code: 'PENDING_INVALID' });
    await expect(cloud.complete('a', id)).rejects.toMatchObject({ code: 'PENDING_INVALID' });
    await expect(cloud.status(id)).rejects.toMatchObject({ code: 'PENDING_INVALID' });
    expect(server.seen).toHaveLength(0);
  });
});

describe('the status of a pending transaction', () => {
  it.each([
    ['pending', json(element('a')), { kind: 'pending' }],
    ['completed', json({ ...element('a'), txId: '0xfeed' }), { kind: 'completed', txId: '0xfeed' }],
    ['unknown after 403 kms.missing', json({ errorCode: 'kms.missing' }, 403), { kind: 'unknown' }],
    ['unknown after 404', json({ errorCode: 'kms.missing' }, 404), { kind: 'unknown' }],
  ])('is %s', async (_name, reply, expected) => {
    server.reply = reply;
    expect(await makeCloud(server.url).status('a')).toEqual(expected);
    expect(server.seen[0]).toMatchObject({ method: 'GET', url: '/v3/kms/a' });
  });

  it.each([
    ['a 403 of something on the way', text('blocked', 403), 'CLOUD_ANSWER_INVALID'],
    ['a 404 of something on the way', text('<html>', 404), 'CLOUD_ANSWER_INVALID'],
    ['an inactive subscription', json({ errorCode: 'subscription.not.active' }, 403), 'API_KEY_INVALID'],
    ['a list', json([]), 'CLOUD_ANSWER_INVALID'],
    ['HTML', text('<html>'), 'CLOUD_ANSWER_INVALID'],
  ])('is never guessed from %s', async (_name, reply, code) => {
    server.reply = reply;
    await expect(makeCloud(server.url).status('a')).rejects.toMatchObject({ code });
  });
});

describe('an error report', () => {
  it('goes out in the documented form, 500 at a time', async () => {
    server.reply = text('', 204);
    const reports = Array.from({ length: 501 }, (_, n) => ({ pendingId: `p${n}`, error: `PENDING_INVALID: ${n}` }));
    await makeCloud(server.url).report(reports);
    const bodies = server.seen.map(({ body }) => JSON.parse(body) as { errors: unknown[] });
    expect(server.seen.map(({ url }) => url)).toEqual(['/v3/tatum/kms/batch', '/v3/tatum/kms/batch']);
    expect(bodies.map(({ errors }) => errors.length)).toEqual([500, 1]);
    expect(bodies[0]?.errors[7]).toEqual({ signatureId: 'p7', error: 'PENDING_INVALID: 7' });
  });

  it('of nothing is not sent', async () => {
    await makeCloud(server.url).report([]);
    expect(server.seen).toHaveLength(0);
  });

  it('that the cloud refuses is an error', async () => {
    server.reply = json({ message: 'no' }, 400);
    await expect(makeCloud(server.url).report([{ pendingId: 'a', error: 'x' }])).rejects.toMatchObject({
      code: 'CLOUD_REFUSED',
    });
  });
});

function padded(number: number): string {
  return String(number).padStart(6, '0');
}
