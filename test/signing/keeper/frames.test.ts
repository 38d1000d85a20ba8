import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameReader, framesOf } from '../../../src/signing/keeper/frames.js';

/** The bytes in pieces that are cut anywhere. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((one, other) => one - other);
  return [0, ...at].map((start, index) => bytes.subarray(start, at[index] ?? bytes.length));
}

test('values come out of their frames as they went in, however the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.json(), { minLength: 1 }), fc.array(fc.nat()), (texts, places) => {
      const reader = new FrameReader();
      const found = cut(Buffer.concat(framesOf(texts)), places).flatMap((piece) => reader.push(piece));
      expect(found.flat()).toEqual(texts.map((text) => JSON.parse(text)));
    }),
  );
});

test('a stream of garbage is refused, or waits for the rest of a frame, and gives no value that nobody sent', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const reader = new FrameReader();
      try {
        for (const value of reader.push(bytes)) JSON.stringify(value);
      } catch (error) {
        expect(error).toMatchObject({ code: 'SIGNER_PROTOCOL' });
      }
    }),
  );
});

function frame(length: number, version: number, body = ''): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(length);
  head.writeUInt8(version, 4);
  return Buffer.concat([head, Buffer.from(body, 'latin1')]);
}

test.each([
  ['another version', frame(2, 2, '[]'), 'version'],
  ['version 0', frame(2, 0, '[]'), 'version'],
  ['a length above the limit, by the head alone', frame(16 * 1024 * 1024 + 1, 1), 'too long'],
  ['no JSON', frame(3, 1, '[1,'), 'JSON'],
  ['bytes that are not UTF-8', frame(3, 1, '"\xff"'), 'JSON'],
  ['an empty body', frame(0, 1), 'JSON'],
])('a frame with %s is refused', (_what, bytes, word) => {
  expect(() => new FrameReader().push(bytes)).toThrow(expect.objectContaining({ code: 'SIGNER_PROTOCOL' }));
  expect(() => new FrameReader().push(bytes)).toThrow(word);
});

test('the longest frame that is allowed waits for its body', () => {
  expect(new FrameReader().push(frame(16 * 1024 * 1024, 1, '['))).toEqual([]);
});

test('short texts share a frame, long ones have frames of their own, and one that fits into none is refused', () => {
  expect(framesOf(['1', '2', '3'])).toHaveLength(1);
  const long = JSON.stringify('x'.repeat(1024 * 1024));
  const frames = framesOf([long, '1', long, '2']);
  expect(frames).toHaveLength(4);
  const reader = new FrameReader();
  expect(frames.flatMap((one) => reader.push(one)).flat()).toEqual([JSON.parse(long), 1, JSON.parse(long), 2]);
  expect(framesOf([])).toEqual([]);
  const tooLong = JSON.stringify('x'.repeat(16 * 1024 * 1024));
  expect(() => framesOf([tooLong])).toThrow(expect.objectContaining({ code: 'TRANSACTION_TOO_LARGE' }));
});
