import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isRetryable } from '../../src/core/errors.js';
import {
  closing,
  everythingOf,
  failure,
  json,
  type Reply,
  type Server,
  startServer,
  text,
  turns,
} from '../support/http.js';
import { evmChainIds, loadVectors } from '../support/vectors.js';
import { apiKey, chains, eth, makeCloud, makePending, signed } from './parts.js';

let server: Server;

beforeAll(async () => {
  server = await startServer(json([]));
});
beforeEach(() => {
  server.seen.length = 0;
});
afterAll(() => server.close());

describe('a broadcast', () => {
  const recorded = evmChainIds.flatMap((chain) =>
    loadVectors(chain).transactions.map((vector) => [chain, vector.name, vector] as const),
  );

  it.each(recorded)('a broadcast of %s, %s, has the recorded path and body', async (id, _name, vector) => {
    server.reply = json({ txId: signed.txId });
    const pending = makePending(String(vector.pending['id']), vector.pending);
    const { txData } = vector;
    await makeCloud(server.url).broadcast(chains.get(id), pending, { ...signed, raw: txData });
    const { broadcast } = vector as unknown as { broadcast: { method: string; path: string; body: unknown } };
    const [seen] = server.seen;
    expect(seen).toMatchObject({ method: broadcast.method, url: broadcast.path, body: JSON.stringify(broadcast.body) });
  });

  it.each(['BSC', 'MATIC', 'CELO', 'XDC'])('a broadcast of a withdrawal of %s takes the ordinary path', async (id) => {
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

  it('a broadcast resolves to the transaction hash', async () => {
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
  ])('a broadcast that is answered with %s is neither success nor refusal', async (_name, reply) => {
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
  ])('a broadcast is sent again with the same bytes after %s', async (_name, reply) => {
    server.reply = turns(reply, json({ txId: signed.txId }));
    expect(await send()).toEqual({ txId: signed.txId });
    expect(new Set(server.seen.map(({ body }) => body)).size).toBe(1);
    expect(tries()).toBe(2);
  });

  it.each([
    ['500', 'CLOUD_UNREACHABLE'],
    ['408', 'CLOUD_TIMEOUT'],
  ])('a broadcast is not sent again at once after %s, but may be later', async (status, code) => {
    server.reply = json({ message: 'perhaps it went through' }, Number(status));
    const error = await failure(send());
    expect(error).toMatchObject({ code });
    expect(isRetryable(error)).toBe(true);
    expect(tries()).toBe(1);
  });

  it.each([400, 403, 404, 422])(
    'a broadcast that is refused with %i gives the reason and is not repeated',
    async (status) => {
      const message = `Unable to broadcast transaction due to insufficient funds \u0007${apiKey}.`;
      server.reply = json({ errorCode: 'ethereum.broadcast.failed', message, statusCode: status }, status);
      const error = await failure(send());
      expect(error).toMatchObject({ code: 'BROADCAST_REFUSED' });
      expect(error.message).toContain(
        'ethereum.broadcast.failed: Unable to broadcast transaction due to insufficient funds',
      );
      expect(everythingOf(error)).not.toContain(apiKey);
      expect(isRetryable(error)).toBe(false);
      expect(tries()).toBe(1);
    },
  );

  it('a broadcast that is refused for a temporary reason is sent again later', async () => {
    server.reply = refusing('txpool is full', json({ jsonrpc: '2.0', id: 1, result: null }));
    expect(isRetryable(await failure(send()))).toBe(true);
  });

  it.each([403, 404, 413])('a broadcast is not refused by the network when a proxy answers with %i', async (status) => {
    server.reply = text('<html>not here</html>', status);
    const error = await failure(send());
    expect(error).toMatchObject({ code: 'CLOUD_ANSWER_INVALID' });
    expect(isRetryable(error)).toBe(true);
  });

  it('a broadcast with a wrong key names the key as the fault', async () => {
    server.reply = json({ errorCode: 'subscription.invalid', message: 'no' }, 401);
    await expect(send()).rejects.toMatchObject({ code: 'API_KEY_INVALID' });
  });

  it('a broadcast that the cloud does not offer is not refused by the network', async () => {
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
    'a broadcast that is refused with "%s" is a success when the chain has the transaction',
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
  ])('a broadcast that is refused with "nonce too low" stays refused when the chain %s', async (_name, found) => {
    server.reply = refusing('nonce too low', found);
    await expect(send()).rejects.toMatchObject({ code: 'BROADCAST_REFUSED' });
  });

  it('a broadcast that is refused with "nonce too low" is asked about later when the node is away', async () => {
    server.reply = refusing('nonce too low', json({}, 503));
    const error = await failure(send());
    expect(error).toMatchObject({ code: 'CLOUD_UNREACHABLE' });
    expect(everythingOf(error)).not.toContain(encodeURIComponent(apiKey));
  });
});
