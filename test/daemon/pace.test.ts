import { expect, test } from 'vitest';
import { Pace } from '../../src/daemon/pace.js';

const periods = { shortest: 5_000, longest: 30_000 };

test('the period grows while nothing happens, up to the longest, and is short again after an event', () => {
  const pace = new Pace(periods);
  const idle = Array.from({ length: 8 }, () => pace.after('idle'));
  expect(idle).toEqual([5_000, 5_000, 5_000, 10_000, 20_000, 30_000, 30_000, 30_000]);
  expect(pace.after('busy')).toBe(5_000);
  expect(pace.after('idle')).toBe(5_000);
});

test('the period stays constant if the longest period equals the shortest', () => {
  const pace = new Pace({ shortest: 5_000, longest: 5_000 });
  expect(Array.from({ length: 20 }, () => pace.after('idle')).every((wait) => wait === 5_000)).toBe(true);
});

test('after a failed poll the wait doubles up to a minute, and a success makes it short again', () => {
  const pace = new Pace(periods);
  const waits = Array.from({ length: 6 }, () => pace.afterFault());
  expect(waits).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  pace.after('busy');
  expect(pace.afterFault()).toBe(5_000);
});

test('the wait is at least as long as the other side asked for', () => {
  expect(new Pace(periods).afterFault(45_000)).toBe(45_000);
});

test('a shortest period beyond a minute is also kept after faults', () => {
  expect(new Pace({ shortest: 120_000, longest: 120_000 }).afterFault()).toBe(120_000);
});
