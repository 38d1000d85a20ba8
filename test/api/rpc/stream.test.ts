import fc from 'fast-check';
import { expect, it } from 'vitest';
import { JsonStream } from '../../../src/api/rpc/stream.js';
import { codeOf } from '../../chains/codes.js';

const messages = fc.array(
  fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue())).map((value) => JSON.stringify(value)),
  { maxLength: 6 },
);

it('messages come back whole, however they are cut, with and without ends of lines', () => {
  fc.assert(
    fc.property(messages, fc.constantFrom('', '\n', ' \r\n'), fc.array(fc.nat(40)), (sent, between, cuts) => {
      const stream = new JsonStream();
      const text = sent.join(between);
      const read: string[] = [];
      for (let at = 0, turn = 0; at < text.length; turn++) {
        const end = at + 1 + (cuts[turn] ?? 1000);
        read.push(...stream.push(text.slice(at, end)));
        at = end;
      }
      expect(read.map((one) => one.trim())).toEqual(sent);
    }),
  );
});

it.each(['x', '"text"', '1', '}', ']', '{}}', 'null'])('what is no object or list ends the stream: %s', (text) => {
  expect(codeOf(() => new JsonStream().push(text))).toBe('CALL_INVALID');
});

it('a message that never ends is not kept', () => {
  const stream = new JsonStream();
  const long = `["${'x'.repeat(100_000)}`;
  const fill = () => Array.from({ length: 20 }, () => stream.push(long));
  expect(codeOf(fill)).toBe('REQUEST_TOO_LARGE');
});
