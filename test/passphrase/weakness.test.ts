import fc from 'fast-check';
import { expect, test } from 'vitest';
import { weaknessOf } from '../../src/passphrase/weakness.js';

test.each([
  ['', 'it has 0 characters, fewer than 12'],
  ['x', 'it has 1 character, fewer than 12'],
  ['eleven char', 'it has 11 characters, fewer than 12'],
  // Counted in characters, not in UTF-16 units.
  ['🔑🔑🔒🔒🗝🗝', 'it has 6 characters, fewer than 12'],
  ['aaaaaaaaaaaa', 'it repeats a few characters'],
  ['abcabcabcabca', 'it repeats a few characters'],
  ['123456789012', 'its characters follow one another'],
  ['lkjihgfedcba', 'its characters follow one another'],
  ['1985-11-28-17', 'it has digits only'],
  ['password1234', 'it is one of those that attackers try first'],
  ['P@ssw0rd2026!', 'it is one of those that attackers try first'],
  ['custos-kms-2026', 'it is one of those that attackers try first'],
  ['Change-me-now!', 'it is one of those that attackers try first'],
])('the password %j is weak', (password, why) => {
  expect(weaknessOf(password)).toBe(why);
});

test.each([
  'five words make it well',
  'drop-in password',
  'tr0ub4dor&3-and',
  '3f9a0c6612de',
  '🔑🔒🗝🔏🔐🗄📦🧱🧲🧪🧫🧬',
  'aPq93.kfw-02',
])('the password %j is accepted', (password) => {
  expect(weaknessOf(password)).toBeUndefined();
});

test('the reason why a password is weak quotes no part of it', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 4, maxLength: 40 }), (password) => {
      const words =
        'it has it repeats a few characters its characters follow one another fewer than digits only one of those that attackers try first';
      fc.pre(!words.includes(password) && !/^\d+$/.test(password));
      expect(weaknessOf(password) ?? '').not.toContain(password);
    }),
  );
});
