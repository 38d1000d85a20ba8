import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPolled } from '../../src/cloud/polled.js';
import type { PolledTransaction } from '../../src/core/network/cloud.js';
import { element, ethId } from './parts.js';

const read = (elements: readonly unknown[]) => readPolled(elements, ethId, 'testnet');
const idsOf = (polled: readonly PolledTransaction[]) =>
  polled.flatMap((item) => (item.kind === 'pending' ? [item.pending.id] : []));
const errorsOf = (polled: readonly PolledTransaction[]) =>
  polled.flatMap((item) => (item.kind === 'refused' ? [item.error] : []));

/** A JSON value of so many arrays in one another. */
const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);

describe('an answer to a poll', () => {
  it('a poll keeps what was received, for the four-eye check', () => {
    const received = element('a', { note: 'kept' });
    expect(read([received])).toEqual([{ kind: 'pending', pending: expect.objectContaining({ id: 'a', received }) }]);
  });

  it.each([
    ['null', null],
    ['a text', 'x'],
    ['a number', 7],
    ['a list', []],
    ['an object without id', {}],
    ['an id that is a path', element('../healthz?')],
    ['another chain', element('b', { chain: 'BTC' })],
    ['no serialized transaction', element('b', { serializedTransaction: null })],
    ['an index that is a text', element('b', { index: '1' })],
    ['an index beyond 2^31-1', element('b', { index: 2 ** 31 })],
    ['hashes that are not a list', element('b', { hashes: 'x' })],
    ['deep nesting', element('b', { withdrawalId: 'w', withdrawalResponses: nested(100_000) })],
  ])('a poll with %s in it refuses that element and keeps the others', (_name, bad) => {
    const polled = read([element('a'), bad, element('c')]);
    expect(idsOf(polled)).toEqual(['a', 'c']);
    expect(errorsOf(polled)).toHaveLength(1);
  });

  it('a poll names the id of what it refuses, so that it can be reported', () => {
    const refused = errorsOf(read([element('b', { chain: 'BTC' }), element('d', { deep: nested(100_000) })]));
    expect(refused.map(({ code, details }) => [code, details['id']])).toEqual([
      ['CHAIN_MISMATCH', 'b'],
      ['PENDING_INVALID', 'd'],
    ]);
  });

  it('a poll takes equal elements of one id once, whatever the order of their fields', () => {
    const reversed = Object.fromEntries(Object.entries(element('a')).reverse());
    const polled = read([element('a'), element('a'), reversed]);
    expect(idsOf(polled)).toEqual(['a']);
    expect(polled).toHaveLength(1);
  });

  it.each([
    ['another payload', element('a', { serializedTransaction: '{"to":"0x0"}' })],
    ['another field', element('a', { note: 1 })],
    ['an unreadable payload', element('a', { serializedTransaction: 5 })],
    ['an endlessly nested payload', element('a', { note: nested(100_000) })],
  ])('a poll refuses an id that comes again with %s, in either order', (_name, other) => {
    for (const order of [[element('a'), other] as const, [other, element('a')] as const]) {
      const polled = read([...order, element('b')]);
      expect(idsOf(polled)).toEqual(['b']);
      expect(errorsOf(polled)).toEqual([expect.objectContaining({ code: 'PENDING_CHANGED', details: { id: 'a' } })]);
    }
  });

  it('a poll of 100,000 useless elements says so briefly and still finds the good one', () => {
    const polled = read([...Array.from({ length: 100_000 }, () => null), element('a')]);
    expect(idsOf(polled)).toEqual(['a']);
    expect(polled.length).toBeLessThan(30);
    expect(errorsOf(polled).at(-1)?.message).toContain('99980 more elements');
  });

  it('a poll of any JSON is read without a throw, and never yields one id twice', () => {
    const part = fc.record(
      {
        id: fc.oneof(fc.constantFrom('a', 'b', '..'), fc.jsonValue()),
        chain: fc.constantFrom('ETH', 'eth', 'BTC', null),
        hashes: fc.oneof(fc.constant(element('a').hashes), fc.jsonValue()),
        serializedTransaction: fc.oneof(fc.string(), fc.jsonValue()),
        index: fc.oneof(fc.nat(), fc.jsonValue()),
        signatures: fc.jsonValue(),
        withdrawalId: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(part, fc.jsonValue())), (elements) => {
        const ids = idsOf(read([...elements, element('good')]));
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids).toContain('good');
      }),
    );
  });
});
