import { hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { deriveKey, expander, extractKey, joinUnambiguously } from '../../src/crypto/seal.js';

const bytes = (maxLength: number, minLength = 0) => fc.uint8Array({ minLength, maxLength });

it('keys are those of HKDF (RFC 5869), one by one and many from one secret', () => {
  fc.assert(
    fc.property(
      bytes(70, 1),
      bytes(70),
      fc.array(bytes(200), { minLength: 1, maxLength: 4 }),
      (secret, salt, infos) => {
        const { expand } = expander(extractKey(secret, salt));
        for (const info of [...infos, ...infos]) {
          const expected = new Uint8Array(hkdfSync('sha256', secret, salt, info, 32));
          expect(deriveKey(secret, salt, info)).toEqual(expected);
          expect(expand(info)).toEqual(expected);
        }
      },
    ),
  );
});

it('no key is expanded from a secret that was wiped', () => {
  const { expand, wipe } = expander(new Uint8Array(32).fill(1));
  wipe();
  expect(() => expand(new Uint8Array(1))).toThrowError(expect.objectContaining({ code: 'KEY_WIPED' }));
});

it('texts and bytes are joined with their length in bytes before each', () => {
  const texts = fc.oneof(fc.string({ maxLength: 300 }), fc.string({ unit: 'grapheme', maxLength: 5 }));
  fc.assert(
    fc.property(fc.array(fc.oneof({ weight: 5, arbitrary: texts }, bytes(40)), { maxLength: 6 }), (parts) => {
      const expected = parts.flatMap((part) => {
        const content = typeof part === 'string' ? Buffer.from(part, 'utf8') : part;
        const size = Buffer.alloc(4);
        size.writeUInt32BE(content.length);
        return [size, content];
      });
      expect(Buffer.from(joinUnambiguously(parts)).equals(Buffer.concat(expected))).toBe(true);
    }),
  );
});
