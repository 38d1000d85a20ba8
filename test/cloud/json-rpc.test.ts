import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHttpClient, nodeFaults } from '../../src/cloud/http.js';
import { askRpc } from '../../src/cloud/rpc.js';
import { CustosError, isRetryable } from '../../src/core/errors.js';
import { closing, failure, half, json, type Server, startServer, testClock, text, turns } from '../support/http.js';
import { eth, ethId, makeNodes } from './parts.js';

let server: Server;

beforeAll(async () => {
  server = await startServer(json({}));
});
beforeEach(() => {
  server.seen.length = 0;
});
afterAll(() => server.close());

const result = (value: unknown) => json({ jsonrpc: '2.0', id: 1, result: value });
const rpcError = (code: number, message: string, status = 200) =>
  json({ jsonrpc: '2.0', id: 1, error: { code, message } }, status);

describe('a batch of JSON-RPC questions', () => {
  const calls = ['aa', 'bb', 'cc'].map((txId) => ({ method: 'getrawtransaction', params: [txId] }));
  const ask = (url = server.url) =>
    makeNodes('http://127.0.0.1:9', { ownNodes: new Map([[ethId, url]]) }).client(eth).batch!(calls);
  const one = (id: unknown, change: object) => ({ jsonrpc: '2.0', id, ...change });

  it('a batch of questions is one exchange, and answers belong to questions by their ids', async () => {
    server.reply = json([
      one(3, { result: 'C' }),
      one(1, { result: 'A' }),
      one(2, { error: { code: -5, message: 'none' } }),
    ]);
    expect(await ask()).toMatchObject([
      { kind: 'answered', result: 'A' },
      { kind: 'refused', error: { code: 'NODE_REFUSED', message: expect.stringContaining('none (code -5)') } },
      { kind: 'answered', result: 'C' },
    ]);
    expect(server.seen).toHaveLength(1);
    expect(JSON.parse(server.seen[0]!.body)).toMatchObject([{ id: 1, params: ['aa'] }, { id: 2 }, { id: 3 }]);
  });

  it('a batch leaves a question open if its answer is missing or strange', async () => {
    server.reply = json([one(1, {}), one('2', { result: 'B' }), 7, null, one(4, { result: 'D' })]);
    const outcomes = await ask();
    expect(outcomes).toHaveLength(3);
    expect(outcomes).toMatchObject(calls.map(() => ({ kind: 'refused', error: { code: 'NODE_ANSWER_INVALID' } })));
  });

  it.each([
    ['one answer', json(one(1, { result: 'A' })), 'NODE_ANSWER_INVALID'],
    ['one error', json(one(null, { error: { code: -32600, message: 'no batches' } })), 'NODE_ANSWER_INVALID'],
    ['status 404', text('', 404), 'NODE_REFUSED'],
    ['HTML', text('<html>'), 'NODE_ANSWER_INVALID'],
  ])('a batch that is answered with %s fails as a whole', async (_name, reply, code) => {
    server.reply = reply;
    expect(await failure(ask())).toMatchObject({ code });
  });
});

describe('a JSON-RPC answer', () => {
  const ask = () =>
    makeNodes('http://127.0.0.1:9', { ownNodes: new Map([[ethId, server.url]]) })
      .client(eth)
      .rpc('eth_call', []);

  it.each([['0x1'], [null], [false], [0], [{ a: 1 }], [[]]])('an answer resolves to its result %j', async (value) => {
    server.reply = result(value);
    expect(await ask()).toEqual(value);
  });

  it('an answer may lack version and id, and may have an error of null', async () => {
    server.reply = json({ result: '0x1', error: null });
    expect(await ask()).toBe('0x1');
  });

  it.each([
    ['a list', json([{ jsonrpc: '2.0', id: 1, result: '0x1' }])],
    ['a text', json('0x1')],
    ['null', json(null)],
    ['nothing in it', json({})],
    ['the id of another question', json({ jsonrpc: '2.0', id: 2, result: '0x1' })],
    ['HTML', text('<html>')],
    ['half JSON', text('{"result":')],
    ['an empty body', text('')],
  ])('an answer with %s is invalid and may be asked for again', async (_name, reply) => {
    server.reply = reply;
    const error = await failure(ask());
    expect(error).toMatchObject({ code: 'NODE_ANSWER_INVALID' });
    expect(isRetryable(error)).toBe(true);
  });

  it.each([
    ['an error object', rpcError(-32000, 'insufficient funds\u001b[2J'), 'insufficient funds [2J (code -32000)'],
    ['an error object with status 500', rpcError(-32000, 'reverted', 500), 'reverted (code -32000)'],
    ['an error object with status 400', rpcError(-32602, 'bad params', 400), 'bad params (code -32602)'],
    ['an error text', json({ error: 'broken' }), 'broken'],
    ['an error beside a result', json({ error: { code: 1, message: 'no' }, result: '0x1' }), 'no (code 1)'],
    ['an error without a message', json({ error: {} }), 'no message'],
    ['an error that is a number', json({ error: 7 }), 'an error without a message'],
    ['status 403', json({ message: 'not in your plan' }, 403), 'status 403: not in your plan'],
    ['status 404', text('no such path', 404), 'status 404: no such path'],
  ])('an answer with %s is a refusal with its reason, asked once', async (_name, reply, reason) => {
    server.reply = reply;
    const error = await failure(ask());
    expect(error).toMatchObject({ code: 'NODE_REFUSED', message: expect.stringContaining(reason) });
    expect(server.seen).toHaveLength(1);
  });

  it('an answer cuts a long reason', async () => {
    server.reply = rpcError(3, 'x'.repeat(10_000));
    expect((await failure(ask())).message.length).toBeLessThan(400);
  });

  it.each([
    ['status 503', json({}, 503)],
    ['status 429', json({}, 429)],
    ['a closed connection', closing],
    ['half a body', half('close')],
  ])('an answer is asked for again after %s', async (_name, reply) => {
    server.reply = turns(reply, result('0x1'));
    expect(await ask()).toBe('0x1');
  });

  it('an answer of any JSON is a result, a refusal or invalid', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json(), fc.string(), answers()), async (body) => {
        const http = { ...createHttpClient({ clock: testClock(), secrets: [] }), send: async () => answerOf(body) };
        const question = { url: server.url, headers: {}, faults: nodeFaults, timeout: 1, method: 'm', params: [] };
        const outcome = await askRpc(http, question).catch((error: unknown) => error);
        if (outcome instanceof CustosError) expect(['NODE_REFUSED', 'NODE_ANSWER_INVALID']).toContain(outcome.code);
        else expect(JSON.parse(body).result).toEqual(outcome);
      }),
    );
  });
});

/** Answers that are nearly right. */
function answers() {
  const error = fc.oneof(fc.jsonValue(), fc.record({ code: fc.jsonValue(), message: fc.jsonValue() }));
  const id = fc.constantFrom(1, 2, null, '1');
  const shape = fc.record({ jsonrpc: fc.constant('2.0'), id, result: fc.jsonValue(), error }, { requiredKeys: [] });
  return shape.map((value) => JSON.stringify(value));
}

function answerOf(body: string) {
  return { status: 200, headers: new Headers(), text: body };
}
