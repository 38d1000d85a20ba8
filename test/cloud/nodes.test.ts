import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CustosError, isRetryable } from '../../src/core/errors.js';
import { parseChainId } from '../../src/core/ids.js';
import {
  closing,
  everythingOf,
  failure,
  hanging,
  json,
  type Reply,
  type Server,
  startServer,
  text,
  turns,
} from '../support/http.js';
import { evmChainIds, loadVectors } from '../support/vectors.js';
import { apiKey, chains, eth, ethId, makeNodes, signed } from './parts.js';

let server: Server;

beforeAll(async () => {
  server = await startServer(json({}));
});
beforeEach(() => {
  server.reply = json({});
  server.seen.length = 0;
});
afterAll(() => server.close());

const result = (value: unknown) => json({ jsonrpc: '2.0', id: 1, result: value });
const rpcError = (code: number, message: string, status = 200) =>
  json({ jsonrpc: '2.0', id: 1, error: { code, message } }, status);
const key = encodeURIComponent(apiKey);

/** Each kind of question that was recorded, once for each chain. */
const recorded = evmChainIds.flatMap((id) => {
  const calls = loadVectors(id).transactions.flatMap(({ rpc }) => rpc);
  const kinds = new Map(
    calls.map(({ request }) => [request.body?.method ?? request.url.replace(/0x\w+/, ''), request]),
  );
  return [...kinds].map(([kind, request]) => [id, kind, request] as const);
});

describe('a node behind the cloud', () => {
  it.each(recorded)('a node of %s is asked for %s where it was recorded', async (id, _kind, { method, url, body }) => {
    const client = makeNodes(server.url).client(chains.get(id));
    server.reply = body ? result('0x1') : json(7);
    const [, address] = /\/transaction\/count\/(.+)$/.exec(url) ?? [];
    if (body) expect(await client.rpc(body.method, body.params)).toBe('0x1');
    else if (address !== undefined) expect(await client.transactionCount?.(address)).toBe(7);
    else if (url.startsWith('http')) expect(await client.publicService?.(url)).toBe(7);
    else expect(await client.feeAdvice?.()).toBe(7);
    const [seen] = server.seen;
    const path = url.startsWith('http') ? new URL(url).pathname : url.replace('test-api-key', key);
    expect(seen).toMatchObject({ method, url: path });
    expect(seen?.headers).toMatchObject({ 'x-api-key': apiKey, 'user-agent': 'custos/1.2.3' });
    if (body) {
      expect(JSON.parse(seen!.body)).toEqual({ jsonrpc: '2.0', id: 1, method: body.method, params: body.params });
    }
  });

  it.each([
    ['BTC', 'bitcoin-mainnet', 'bitcoin-testnet'],
    ['LTC', 'litecoin-core-mainnet', 'litecoin-core-testnet'],
    ['DOGE', 'doge-mainnet', 'doge-testnet'],
    ['BCH', 'bch-mainnet', 'bch-testnet'],
  ])('a node of %s is asked by the names of the documented API', async (id, mainnet, testnet) => {
    server.reply = result('00');
    for (const network of ['mainnet', 'testnet'] as const) {
      await makeNodes(server.url, { network }).client(chains.get(id)).rpc('getrawtransaction', ['ab', false]);
    }
    expect(server.seen.map(({ url }) => url)).toEqual(
      [mainnet, testnet].map((name) => `/v3/blockchain/node/${name}/${key}`),
    );
  });

  it('a node is asked below the path of the cloud URL', async () => {
    server.reply = result('0x1');
    await makeNodes(`${server.url}/gateway/`).client(eth).rpc('eth_chainId', []);
    expect(server.seen[0]?.url).toBe(`/gateway/v3/ethereum/web3/${key}`);
  });

  it('a node is never asked about an address that is a path', async () => {
    const client = makeNodes(server.url).client(eth);
    for (const address of ['../../kms', '..', 'a?b', 'a#b', '']) {
      await expect(client.transactionCount?.(address)).rejects.toMatchObject({ code: 'PENDING_INVALID' });
    }
    expect(server.seen).toHaveLength(0);
  });

  it('a wrong key of the cloud is named as the fault', async () => {
    server.reply = json({ errorCode: 'subscription.invalid', message: `no ${apiKey}` }, 401);
    const client = makeNodes(server.url).client(eth);
    for (const asked of [client.rpc('eth_chainId', []), client.feeAdvice?.(), client.transactionCount?.('0x1')]) {
      const error = await failure(Promise.resolve(asked));
      expect(error).toMatchObject({ code: 'API_KEY_INVALID' });
      expect(everythingOf(error)).not.toContain(apiKey);
    }
  });

  it.each([
    ['HTML', text('<html>'), 'CLOUD_ANSWER_INVALID'],
    ['half JSON', text('{"medium":'), 'CLOUD_ANSWER_INVALID'],
    ['a refusal', json({ message: 'no' }, 400), 'NODE_REFUSED'],
    ['a closed connection', closing, 'CLOUD_UNREACHABLE'],
    ['status 500', json({}, 500), 'CLOUD_UNREACHABLE'],
  ])('fee advice that is answered with %s fails by its code', async (_name, reply, code) => {
    server.reply = reply;
    const error = await failure(Promise.resolve(makeNodes(server.url).client(eth).feeAdvice?.()));
    expect(error).toMatchObject({ code });
  });
});

describe('an own node', () => {
  const own = (url: string) => makeNodes('http://127.0.0.1:9', { ownNodes: new Map([[ethId, url]]) });

  it('an own node is used only for its own chain', () => {
    const nodes = own(server.url);
    expect([nodes.isOwn(ethId), nodes.isOwn(parseChainId('BSC'))]).toEqual([true, false]);
  });

  it('an own node is asked directly, without the key and without what only a cloud has', async () => {
    server.reply = result('0x1');
    const client = own(`${server.url}/path?token=query`).client(eth);
    expect(await client.rpc('eth_chainId', [])).toBe('0x1');
    expect(server.seen[0]).toMatchObject({ method: 'POST', url: '/path?token=query' });
    expect(JSON.stringify(server.seen[0])).not.toContain(apiKey);
    expect(Object.keys(client)).toEqual(['rpc', 'batch', 'http']);
  });

  it('an own node gets user name and password in a header', async () => {
    server.reply = result('0x1');
    const url = server.url.replace('//', '//us%40er:p%3Aa%25ss@');
    await own(url).client(eth).rpc('eth_chainId', []);
    const expected = Buffer.from('us@er:p:a%ss').toString('base64');
    expect(server.seen[0]?.headers.authorization).toBe(`Basic ${expected}`);
  });

  it('an own node takes a stray percent sign in a password as it is', async () => {
    server.reply = result('0x1');
    await own(server.url.replace('//', '//user:100%@')).client(eth).rpc('eth_chainId', []);
    expect(server.seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from('user:100%').toString('base64')}`);
  });

  const credentials = ['the-password', 'a-key-in-the-path', 'a-key-in-the-query'];
  const echo: Reply = (response, { url }) =>
    json({ error: `bad ${url} ${credentials.join(' ')}` }, 400)(response, server.seen[0]!);

  it.each([
    ['a refusal that repeats its URL', echo],
    ['an error object that repeats its URL', rpcError(1, `at /v3/${credentials.join('/')}`)],
    ['a closed connection', closing],
    ['a time-out', hanging],
    ['HTML', text('<html>')],
    ['status 429', json({}, 429)],
  ])('an own node shows only the host of its URL after %s', async (_name, reply) => {
    server.reply = reply;
    const url = `${server.url.replace('//', '//user:the-password@')}/v3/a-key-in-the-path?token=a-key-in-the-query`;
    const nodes = makeNodes('http://127.0.0.1:9', { ownNodes: new Map([[ethId, url]]), timeout: 80 });
    const error = await failure(nodes.client(eth).rpc('eth_chainId', []));
    for (const secret of credentials) expect(everythingOf(error)).not.toContain(secret);
    expect(error.message).toContain('eth_chainId at 127.0.0.1:');
    expect(['NODE_REFUSED', 'NODE_UNREACHABLE', 'NODE_ANSWER_INVALID']).toContain(codeOf(error));
  });
});

describe('a broadcast through an own node', () => {
  const send = (chain = eth) =>
    makeNodes('http://127.0.0.1:9', { ownNodes: new Map([[chain.id, server.url]]) }).broadcast(chain, signed);

  it.each([
    ['ETH', 'eth_sendRawTransaction'],
    ['KLAY', 'klay_sendRawTransaction'],
    ['OPTIMISM', 'eth_sendRawTransaction'],
  ])('a broadcast of %s uses %s', async (id, method) => {
    server.reply = result(signed.txId);
    expect(await send(chains.get(id))).toEqual({ txId: signed.txId });
    expect(JSON.parse(server.seen[0]!.body)).toEqual({ jsonrpc: '2.0', id: 1, method, params: [signed.raw] });
  });

  it.each([null, true, '0x1', {}, 'ok'])(
    'a broadcast that is answered with %j is not called a success',
    async (value) => {
      server.reply = result(value);
      await expect(send()).rejects.toMatchObject({ code: 'NODE_ANSWER_INVALID' });
    },
  );

  const known = [
    'already known',
    'nonce too low',
    'already imported',
    'Transaction nonce is too low',
    'tx already in mempool',
  ];

  it.each(known)(
    'a broadcast that is refused with "%s" is a success when the node finds the transaction',
    async (reason) => {
      server.reply = turns(rpcError(-32000, reason), result({ hash: signed.txId }));
      expect(await send()).toEqual({ txId: signed.txId });
      expect(JSON.parse(server.seen[1]!.body)).toMatchObject({
        method: 'eth_getTransactionByHash',
        params: [signed.txId],
      });
    },
  );

  it.each([
    ['nonce too low', 'BROADCAST_REFUSED'],
    ['Transaction nonce is too low', 'BROADCAST_REFUSED'],
    // The node has heard of these very bytes, so they are not given up.
    ['already known', 'NODE_ANSWER_INVALID'],
    ['already imported', 'NODE_ANSWER_INVALID'],
  ])('a broadcast that is refused with "%s" ends with %s when the node does not find it', async (reason, code) => {
    server.reply = turns(rpcError(-32000, reason), result(null));
    await expect(send()).rejects.toMatchObject({ code });
  });

  it.each([
    'insufficient funds for gas * price + value',
    'intrinsic gas too low',
    'invalid sender',
    'exceeds block gas limit',
    'transaction underpriced',
    'nonsense',
  ])('a broadcast that is refused with "%s" is looked up, and ends when the node does not find it', async (reason) => {
    server.reply = turns(rpcError(-32000, reason), result(null));
    await expect(send()).rejects.toMatchObject({ code: 'BROADCAST_REFUSED' });
    expect(server.seen.map(({ body }) => JSON.parse(body).method)).toEqual([
      'eth_sendRawTransaction',
      'eth_getTransactionByHash',
    ]);
    server.reply = turns(rpcError(-32000, reason), result({ hash: signed.txId }));
    expect(await send()).toEqual({ txId: signed.txId });
  });

  it.each([
    'replacement transaction underpriced',
    'Replacement transaction underpriced',
    'ReplacementNotAllowed',
    'future transaction tries to replace pending',
    'there is another tx which has the same nonce in the tx pool',
    'Transaction gas price is too low. There is another transaction with same nonce in the queue.',
    'max fee per gas less than block base fee: address 0x00, maxFeePerGas: 1, baseFee: 7',
    'gasPrice is less than the current BaseFee',
    'FeeTooLow, MaxFeePerGas too low. MaxFeePerGas: 1, BaseFee: 7',
    'txpool is full',
    'Transaction pool is full',
    'mempool is full: number of txs 5000 (max: 5000)',
    'nonce too high',
    'NONCE_TOO_FAR_IN_FUTURE',
    'gas prices too low, got: 1 required: 5: insufficient fee',
  ])('a broadcast that is refused with "%s" is sent again later', async (reason) => {
    server.reply = turns(rpcError(-32000, reason), result(null));
    const error = await failure(send());
    expect(error).toMatchObject({ code: 'BROADCAST_DEFERRED', message: expect.stringContaining(reason.slice(0, 40)) });
    expect(isRetryable(error)).toBe(true);
  });

  it.each([
    ['a method that the node does not offer', rpcError(-32601, 'the method does not exist'), 'NODE_UNREACHABLE'],
    ['a limit of the node', rpcError(-32005, 'limit'), 'NODE_UNREACHABLE'],
    ['too many requests', rpcError(-32000, 'too many requests'), 'NODE_UNREACHABLE'],
    ['a rate', rpcError(-32000, 'project ID request rate exceeded'), 'NODE_UNREACHABLE'],
    ['a URL that leads nowhere', text('no such page', 404), 'NODE_REFUSED'],
  ])('a broadcast that fails by %s says nothing about the bytes', async (_what, reply, code) => {
    server.reply = turns(reply, result(null));
    await expect(send()).rejects.toMatchObject({ code });
  });

  it.each([
    ['dead', { dead: true }],
    ['open', {}],
  ] as const)('the error of a refused broadcast shows whether it was proved dead: %s', async (fate, details) => {
    server.reply = rpcError(-32000, 'insufficient funds');
    const error = await failure(send({ ...eth, node: { ...eth.node, fate: async () => fate } }));
    expect(error).toMatchObject({ code: 'BROADCAST_REFUSED' });
    expect((error as CustosError).details).toEqual(details);
  });

  it('a broadcast that failed in a block is not judged by the words of a contract', async () => {
    const chain = {
      ...eth,
      node: {
        ...eth.node,
        broadcast: () => Promise.reject(new CustosError('BROADCAST_REFUSED', 'failed: rate limit exceeded')),
      },
    };
    server.reply = result(null);
    await expect(send(chain)).rejects.toMatchObject({ code: 'BROADCAST_REFUSED' });
  });

  it('a broadcast is repeated with the same bytes while the node is away, and then put off', async () => {
    server.reply = closing;
    const error = await failure(send());
    expect(error).toMatchObject({ code: 'NODE_UNREACHABLE' });
    expect(isRetryable(error)).toBe(true);
    expect(server.seen.length).toBeGreaterThan(1);
    expect(new Set(server.seen.map(({ body }) => body)).size).toBe(1);
  });
});

function codeOf(error: Error): string | undefined {
  return error instanceof CustosError ? error.code : undefined;
}
