import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { journalMac } from '../../../src/core/store/journal-mac.js';

const key = randomBytes(32);
const mac = journalMac(key);
const byNode = (parts: readonly string[]) =>
  createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64url');

test('a MAC of any texts is the HMAC-SHA256 of their JSON, whatever was authenticated before', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 40 })), (parts) => {
      expect(mac(parts)).toBe(byNode(parts));
    }),
  );
});

test('texts around the room that is kept have the HMAC-SHA256 of their JSON, in one byte a character and in three', () => {
  for (const sign of ['a', '€']) {
    for (const length of [1_000, 5_450, 5_460, 5_470, 16_380, 16_390, 100_000]) {
      const parts = ['row', sign.repeat(length)];
      expect(mac(parts)).toBe(byNode(parts));
    }
  }
});

test('another key gives another MAC', () => {
  expect(journalMac(randomBytes(32))(['row'])).not.toBe(mac(['row']));
});

test('a key of another size is refused', () => {
  for (const size of [0, 31, 33, 64, 65]) expect(() => journalMac(randomBytes(size))).toThrow('32 bytes');
});
