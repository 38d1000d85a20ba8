import { describe, expect, it } from 'vitest';
import { answerTable, type FailingAnswer, meaningOf, rowOf } from '../../src/cloud/answers.js';

/** Answers as nodes, providers and proxies give them, each with the row that has to judge it. */
const given: Readonly<Record<string, readonly FailingAnswer[]>> = {
  'a page of a proxy, firewall or server': [
    { status: 403, words: '<html><head><title>403 Forbidden</title></head>' },
    { status: 400, words: '<!DOCTYPE html><p>Bad Request' },
    { status: 404, words: '\n<?xml version="1.0"?><Error>' },
    { status: 503, words: '<html>insufficient funds</html>' },
  ],
  'a key or an account that is at fault': [
    { status: 401, words: '{"message":"no"}' },
    { status: 402, words: '{"message":"no credits left"}' },
    { status: 407, words: '' },
    { status: 402, code: -32000, words: 'insufficient funds' },
    { status: 511, words: '' },
  ],
  'a limit of the way': [
    { status: 413, words: 'Request Entity Too Large' },
    { status: 429, words: '' },
    { status: 429, code: -32000, words: 'execution reverted' },
    { status: 421, words: '' },
  ],
  'a call that is reverted': [
    { status: 200, code: 3, words: 'execution reverted: rate limit exceeded, try again' },
    { status: 200, code: -32000, words: 'execution reverted' },
    { status: 200, code: -32603, words: 'VM Exception while processing transaction: header not found' },
    { status: 500, code: -32015, words: 'Transaction reverted' },
  ],
  'a block that this node has not, or no more': [
    { status: 200, code: -32000, words: 'header not found' },
    { status: 200, code: -32001, words: 'Unknown block' },
    { status: 200, code: -32000, words: 'missing trie node 0xab' },
    { status: 200, code: -32002, words: 'Transaction simulation failed: Blockhash not found' },
    { status: 200, code: -32000, words: 'historical state is not available' },
  ],
  'funds, gas or form of the transaction': [
    { status: 200, code: -32000, words: 'insufficient funds for gas * price + value' },
    { status: 200, code: -32603, words: 'Internal error: insufficient balance' },
    { status: 200, code: -32000, words: 'gas required exceeds allowance (0)' },
    { status: 200, code: -32000, words: 'intrinsic gas too low' },
    { status: 200, code: -32000, words: 'exceeds block gas limit' },
    { status: 200, code: -32002, words: 'Transaction simulation failed: custom program error' },
    { status: 403, words: '{"errorCode":"x","message":"insufficient funds"}' },
  ],
  'a number that is used': [
    { status: 200, code: -32603, words: 'nonce too low' },
    { status: 200, code: -32010, words: 'Transaction nonce is too low' },
    { status: 200, code: -32000, words: 'OldNonce' },
  ],
  'a right that is missing': [
    { status: 403, words: '{"message":"Forbidden"}' },
    { status: 200, code: -32000, words: 'Unauthorized: invalid API key' },
    { status: 403, code: 0, words: '{"errorCode":"ip.not.allowed"}' },
    { status: 403, words: '{"message":"not in your plan"}' },
  ],
  'a provider without a node behind it': [
    { status: 200, code: -32000, words: 'no available upstreams' },
    { status: 200, code: 0, words: 'upstream connect error or disconnect' },
    { status: 200, code: -32000, words: 'Service unavailable' },
    { status: 200, code: -32000, words: 'node is unhealthy' },
    { status: 500, words: 'connect ECONNREFUSED 10.0.0.1:8545' },
  ],
  'a limit of the provider': [
    { status: 200, code: -32000, words: 'project ID request rate exceeded' },
    { status: 200, code: -32000, words: 'daily request count exceeded, request rate limited' },
    { status: 403, code: -32000, words: 'Monthly capacity limit exceeded' },
    { status: 200, words: 'too many requests' },
  ],
  'a time that was too short': [
    { status: 200, code: -32000, words: 'request timed out' },
    { status: 200, code: -32000, words: 'execution aborted (timeout = 5s)' },
    { status: 400, words: 'temporarily not possible' },
  ],
  'a node that is not ready': [
    { status: 200, code: -32000, words: 'node is still syncing' },
    { status: 200, code: -28, words: 'Loading block index...' },
  ],
  'a fault inside the node': [
    { status: 200, code: -32000, words: 'Internal JSON-RPC error.' },
    { status: 400, words: 'internal server error' },
  ],
  'a question that did not get through whole': [
    { status: 200, code: -32603, words: 'something' },
    { status: 200, code: -32601, words: 'the method does not exist' },
    { status: 400, code: -32700, words: 'parse error' },
  ],
  'a resource or method that is not there': [
    { status: 200, code: -32005, words: 'limit' },
    { status: 200, code: -32001, words: 'not here' },
    { status: 200, code: -32004, words: 'no' },
  ],
  'a bitcoind that is not ready': [{ status: 500, code: -10, words: 'in initial download' }],
  'a transaction that is rejected by its code': [
    { status: 200, code: -32602, words: 'invalid argument 0' },
    { status: 400, code: -32602, words: 'bad params' },
    { status: 200, code: 3, words: '' },
    { status: 200, code: -32003, words: 'Transaction rejected' },
  ],
  'bytes that bitcoind rejects': [
    { status: 500, code: -26, words: 'dust (code 64)' },
    { status: 500, code: -22, words: 'TX decode failed' },
  ],
  'a route or right that is not there': [
    { status: 403, words: '{"message":"no"}' },
    { status: 404, words: 'no such path' },
    { status: 501, words: '' },
  ],
  'a fault of the server': [
    { status: 500, words: 'oops' },
    { status: 503, words: '' },
  ],
  'a request that is read and refused': [
    { status: 400, words: '{"message":"TransactionPool.Remember: overspend"}' },
    { status: 422, words: '{"message":"to must be an address"}' },
  ],
};

const rows = Object.entries(given).flatMap(([name, answers]) => answers.map((answer) => [name, answer] as const));

describe('the table of answers', () => {
  it('the table of answers is tried row by row', () => {
    expect(Object.keys(given).sort()).toEqual(answerTable.map(({ name }) => name).sort());
  });

  it.each(rows)('the table of answers knows %s: %o', (name, answer) => {
    expect(rowOf(answer)?.name).toBe(name);
  });

  it.each([
    { status: 200, code: -32000, words: 'nonsense' },
    { status: 500, code: -32000, words: 'nonsense' },
    { status: 400, code: 7, words: '' },
    { status: 200, words: '' },
    { status: 418, words: '' },
  ])('the table of answers leaves unknown answers open: %o', (answer) => {
    expect(meaningOf(answer)).toBe('unknown');
  });

  it('the table of answers calls only facts about the transaction final', () => {
    const final = answerTable.filter(({ means }) => means === 'final').map(({ name }) => name);
    expect(final).toEqual([
      'a call that is reverted',
      'funds, gas or form of the transaction',
      'a number that is used',
      'a transaction that is rejected by its code',
      'bytes that bitcoind rejects',
      'a request that is read and refused',
    ]);
  });
});
