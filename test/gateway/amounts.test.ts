import fc from 'fast-check';
import { formatUnits } from 'viem';
import { expect, test } from 'vitest';
import { toSmallestUnit } from '../../src/gateway/amounts.js';

test.each([
  ['0', 18, 0n],
  ['1', 18, 10n ** 18n],
  ['0.1', 18, 10n ** 17n],
  ['.5', 1, 5n],
  ['5.', 0, 5n],
  ['+7.000', 0, 7n],
  ['00012.30', 2, 1230n],
  ['0.000000000000000001', 18, 1n],
  ['1.10000000000000000000000', 18, 11n * 10n ** 17n],
])('%s with %i decimals is exactly %s', (text, decimals, units) => {
  expect(toSmallestUnit(text, decimals)).toBe(units);
});

test.each(['', '.', '+', '-1', '1e18', '0x10', '1,5', ' 1', '1.2.3', 'NaN', 'Infinity', '١'])(
  '%j is not an amount',
  (text) => {
    expect(() => toSmallestUnit(text, 18)).toThrow(expect.objectContaining({ code: 'AMOUNT_INVALID' }));
  },
);

test('an amount with more decimals than the coin has is refused, not rounded', () => {
  expect(() => toSmallestUnit('0.0000000000000000001', 18)).toThrow(/more than 18 decimals/);
});

test('an amount above 2^256-1 is refused', () => {
  expect(toSmallestUnit((2n ** 256n - 1n).toString(), 0)).toBe(2n ** 256n - 1n);
  expect(() => toSmallestUnit((2n ** 256n).toString(), 0)).toThrow(/2\^256-1/);
});

test('every amount stays the same when it is written as a decimal and read again', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), fc.integer({ min: 0, max: 30 }), (units, decimals) => {
      expect(toSmallestUnit(formatUnits(units, decimals), decimals)).toBe(units);
    }),
  );
});

test('any text gives an amount or a coded error', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        toSmallestUnit(text, 18);
      } catch (error) {
        expect(error).toMatchObject({ code: 'AMOUNT_INVALID' });
      }
    }),
  );
});
