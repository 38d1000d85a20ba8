import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeText } from '../../../src/core/text/text-bytes.js';

it.each([
  ['UTF-8', Buffer.from('pässword'), { text: 'pässword' }],
  ['UTF-8 with a byte order mark', Buffer.from('\ufeffpassword'), { text: 'password' }],
  ['nothing', Buffer.alloc(0), { text: '' }],
  ['UTF-16 with a mark', Buffer.from('\ufeffab', 'utf16le'), { problem: 'is UTF-16 text; save it as UTF-8' }],
  [
    'UTF-16 of the other order',
    Buffer.from('\ufeffab', 'utf16le').swap16(),
    { problem: expect.stringContaining('UTF-16') },
  ],
  ['UTF-16 without a mark', Buffer.from('abc', 'utf16le'), { problem: expect.stringContaining('UTF-16') }],
  ['Latin-1', Buffer.from('pässword', 'latin1'), { problem: 'is not UTF-8 text' }],
  ['half a character', Buffer.from([0x61, 0xe2, 0x82]), { problem: 'is not UTF-8 text' }],
  ['a surrogate in UTF-8', Buffer.from([0xed, 0xa0, 0x80]), { problem: 'is not UTF-8 text' }],
])('text bytes with %s are decoded strictly or refused with a reason', (_what, bytes, expected) => {
  expect(decodeText(bytes)).toEqual(expected);
});

it('every text without zeros is decoded unchanged, apart from a leading byte order mark', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
      (text) => {
        expect(decodeText(Buffer.from(text))).toEqual({ text: text.replace(/^\ufeff/, '') });
      },
    ),
  );
});
