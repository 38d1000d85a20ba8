import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { excessOf, MAX_ELEMENTS, MAX_VALUES } from '../../src/cloud/list-size.js';
import { A_TURN } from '../../src/core/turn.js';
import { failure, json, type Server, startServer, text } from '../support/http.js';
import { turnsDuring } from '../support/turns.js';
import { element, ethId, idOfNumber, makeCloud } from './parts.js';

let server: Server;
beforeAll(async () => {
  server = await startServer(json([]));
});
afterAll(() => server.close());

const poll = () => makeCloud(server.url).pending(ethId, 'testnet', [idOfNumber(1)]);

describe('a long answer', () => {
  const bad = (n: number) => element(`bad-${n}`, { chain: 'BTC' });
  it.each([
    ['refused elements', bad],
    ['elements without an id', () => ({})],
    ['good elements', (n: number) => element(`good-${n}`)],
    ['one id again and again', () => element('same', { note: Math.random() })],
  ])('a long answer of %s regularly lets other work run', async (_what, make) => {
    const count = 20 * A_TURN;
    server.reply = json(Array.from({ length: count }, (_, n) => make(n)));
    const { turns, value } = await turnsDuring(poll());
    expect(value.length).toBeGreaterThan(0);
    expect(turns).toBeGreaterThanOrEqual(20);
  });

  it.each([
    ['elements', `[${'0,'.repeat(MAX_ELEMENTS)}0]`, 'elements'],
    ['values in one element', `[[${'0,'.repeat(MAX_VALUES)}0]]`, 'values'],
    ['opened lists', `[${'[],'.repeat(MAX_ELEMENTS)}0]`, 'elements'],
  ])('a long answer with too many %s is refused before it is parsed', async (_what, body, word) => {
    server.reply = text(body, 200, { 'content-type': 'application/json' });
    const error = await failure(poll());
    expect(error).toMatchObject({ code: 'CLOUD_ANSWER_INVALID', message: expect.stringContaining(`more than`) });
    expect(error.message).toContain(word);
  });

  it('a long answer is counted by its elements and not by the content of its texts', () => {
    expect(excessOf(`["${',[{'.repeat(MAX_VALUES)}\\"${','.repeat(MAX_ELEMENTS)}\\\\"]`)).toBeUndefined();
    expect(excessOf(`[${'0,'.repeat(MAX_ELEMENTS - 1)}0]`)).toBeUndefined();
    expect(excessOf('"no end')).toBeUndefined();
    expect(excessOf('')).toBeUndefined();
  });
});
