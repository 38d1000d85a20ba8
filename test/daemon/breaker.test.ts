import { expect, test } from 'vitest';
import { Breaker } from '../../src/daemon/breaker.js';

function makeBreaker() {
  const clock = { time: 1_000_000, now: () => clock.time, wait: async () => {} };
  const changes: string[] = [];
  return { clock, changes, breaker: new Breaker(clock, (state) => changes.push(state)) };
}

function fail(breaker: Breaker, times: number): void {
  for (let at = 0; at < times; at++) breaker.failed();
}

test('five faults in a row shut a route, but four with a success among them do not', () => {
  const { breaker, changes } = makeBreaker();
  fail(breaker, 4);
  breaker.succeeded();
  fail(breaker, 4);
  expect(breaker.room(0, 64)).toBe(64);
  breaker.failed();
  expect(breaker.room(0, 64)).toBe(0);
  expect(changes).toEqual(['open']);
});

test('a shut route lets one transaction through when its time is over, and opens again when that one succeeds', () => {
  const { breaker, changes, clock } = makeBreaker();
  fail(breaker, 5);
  clock.time += 4_999;
  expect(breaker.room(0, 64)).toBe(0);
  clock.time += 1;
  expect(breaker.room(0, 64)).toBe(1);
  expect(breaker.room(1, 64)).toBe(0);
  breaker.succeeded();
  expect(breaker.room(0, 64)).toBe(64);
  expect(changes).toEqual(['open', 'closed']);
});

test('a route that fails again stays shut twice as long, at most five minutes', () => {
  const { breaker, changes, clock } = makeBreaker();
  fail(breaker, 5);
  const waits: number[] = [];
  for (let round = 0; round < 9; round++) {
    const start = clock.time;
    while (breaker.room(0, 64) === 0) clock.time += 1_000;
    waits.push((clock.time - start) / 1000);
    breaker.failed();
  }
  expect(waits).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300]);
  expect(changes).toEqual(['open']);
});

test('a route is given a few places until it has carried transactions, and again after it was shut', () => {
  const { breaker, clock } = makeBreaker();
  expect(breaker.proved).toBe(32);
  for (let carried = 0; carried < 32; carried++) breaker.succeeded();
  expect(breaker.proved).toBe(64);
  fail(breaker, 4);
  expect(breaker.proved).toBe(64);
  breaker.failed();
  clock.time += 5_000;
  breaker.succeeded();
  expect(breaker.proved).toBe(33);
});

test('transactions that were already under way do not keep a route shut longer', () => {
  const { breaker, clock } = makeBreaker();
  fail(breaker, 64);
  clock.time += 5_000;
  expect(breaker.room(0, 64)).toBe(1);
});

test('a clock that is put back by a day does not keep a route shut', () => {
  const { breaker, clock } = makeBreaker();
  fail(breaker, 5);
  clock.time -= 86_400_000;
  expect(breaker.room(0, 64)).toBe(1);
});
