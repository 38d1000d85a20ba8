import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bytesToHex, hexToBytes } from '../../src/chains/shared/hexadecimal.js';

it('bytes of any number are written as Node writes them, and read again in any case', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), fc.nat(3), (bytes, from) => {
      const part = bytes.subarray(from);
      const text = bytesToHex(part);
      expect(text).toBe(`0x${Buffer.from(part).toString('hex')}`);
      expect(hexToBytes(text)).toEqual(Uint8Array.from(part));
      expect(hexToBytes(`0x${text.slice(2).toUpperCase()}`)).toEqual(Uint8Array.from(part));
    }),
  );
});

it.each([
  '',
  '0',
  '1234',
  '0X12',
  ' 0x12',
  '0x123',
  '0x12 ',
  '0x12\n3',
  '0x1g',
  '0x/1',
  '0x1:',
  '0x@a',
  '0xa`',
  '0xåa',
  '0xaａ',
])('the text %j is not read as bytes', (text) => expect(hexToBytes(text)).toBeUndefined());
