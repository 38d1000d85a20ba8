import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Kms, startKms, transfer } from '../support/kms.js';
import type { Fault } from '../support/stub-cloud.js';

let kms: Kms;
let number = 0;
const ends: (() => void)[] = [];

beforeAll(async () => {
  kms = await startKms();
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
  kms.stub.queue('ETH').splice(0);
});
afterAll(() => kms.close());

const page = '<html><head><title>403 Forbidden</title></head></html>';
const status = (code: number, body = '{"message":"no"}', headers: Record<string, string> = {}): Fault => ({
  kind: 'answer',
  status: code,
  body,
  headers,
});
const rpc = (code: number, message: string): Fault => ({
  kind: 'answer',
  body: JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code, message } }),
});

const aboutTheWay: readonly (readonly [string, Fault])[] = [
  ['401', status(401)],
  ['402', status(402)],
  ['403 and a page', status(403, page, { 'content-type': 'text/html' })],
  ['403 in JSON', status(403, '{"message":"Forbidden"}')],
  ['404', status(404)],
  ['407', status(407, '')],
  ['413', status(413, 'Request Entity Too Large')],
  ['400 and a page', status(400, page)],
  ['a page with 200', status(200, page)],
  ['half of JSON', status(200, '{"jsonrpc":"2.0","id":1,"resu')],
];
const fromTheNode: readonly (readonly [string, Fault])[] = [
  ['-32603', rpc(-32603, 'Internal error')],
  ['-32601', rpc(-32601, 'the method does not exist')],
  ['header not found', rpc(-32000, 'header not found')],
  ['no available upstreams', rpc(-32000, 'no available upstreams')],
  ['an error that nobody knows', rpc(-32000, 'the moon is full')],
];

/** Queues a transfer, for which the node is asked unless its request says all. */
function queue(request: Record<string, unknown>): string {
  number += 1;
  const id = `answer-${number}`;
  kms.stub.queue('ETH').push(transfer(id, kms.ids.key, { request: { nonce: number, ...request } }));
  return id;
}

async function stateAfter(id: string, prefix: string, fault: Fault): Promise<string> {
  ends.push(kms.stub.fail(prefix, fault));
  expect(await kms.daemon('--testnet')).toMatchObject({ code: 1 });
  return (await kms.story(id)).state;
}

describe('a question to the node', () => {
  it.each([...aboutTheWay, ...fromTheNode])(
    'a question to the node is asked again later after %s',
    async (_what, fault) => {
      expect(await stateAfter(queue({ chainId: undefined }), '/v3/ethereum/web3/', fault)).toBe('claimed');
    },
  );

  it.each([
    ['a revert', rpc(3, 'execution reverted: try again')],
    ['a lack of funds', rpc(-32000, 'insufficient funds for transfer')],
  ])('the answer %s of a node says what became of the transaction', async (_what, fault) => {
    expect(await stateAfter(queue({ chainId: undefined }), '/v3/ethereum/web3/', fault)).toBe('failed');
  });
});

describe('signed bytes', () => {
  it.each(aboutTheWay)('signed bytes are kept when the cloud answers with %s', async (_what, fault) => {
    expect(await stateAfter(queue({}), '/v3/ethereum/broadcast', fault)).toBe('signed');
  });

  it('signed bytes that the network refuses through the cloud have failed', async () => {
    const refused = status(403, '{"errorCode":"ethereum.broadcast.failed","message":"insufficient funds"}');
    expect(await stateAfter(queue({}), '/v3/ethereum/broadcast', refused)).toBe('failed');
  });
});
