import { expect, test } from 'vitest';
import { createHostLimits } from '../../src/cloud/host-limits.js';

/** A clock that moves only when somebody waits for it. */
function handClock() {
  const clock = {
    time: 1_000_000,
    now: () => clock.time,
    async wait(milliseconds: number) {
      clock.time += milliseconds;
    },
  };
  return clock;
}

const host = 'cloud.example';

test('a given rate is never exceeded, beyond the burst of one second', async () => {
  const clock = handClock();
  const limits = createHostLimits(clock, 10);
  for (let at = 0; at < 110; at++) await limits.enter(host);
  expect(clock.time - 1_000_000).toBeGreaterThanOrEqual(10_000);
  expect(clock.time - 1_000_000).toBeLessThan(10_500);
});

test('each host has a limit of its own', async () => {
  const clock = handClock();
  const limits = createHostLimits(clock, 1);
  for (const name of ['a', 'b', 'c']) await limits.enter(name);
  expect(clock.time).toBe(1_000_000);
});

test('without a rate nothing waits until the host says 429; then all wait for as long as it asked', async () => {
  const clock = handClock();
  const limits = createHostLimits(clock);
  for (let at = 0; at < 1000; at++) await limits.enter(host);
  expect(clock.time).toBe(1_000_000);
  limits.answered(host, 429, 7_000);
  await limits.enter(host);
  expect(clock.time).toBeGreaterThanOrEqual(1_007_000);
});

test('after a 429 the host is asked half as often, and as often as before when it has said none for a minute', async () => {
  const clock = handClock();
  const limits = createHostLimits(clock);
  for (let at = 0; at < 100; at++) await limits.enter(host);
  clock.time += 1_000;
  limits.answered(host, 429, undefined);
  const start = clock.time;
  for (let at = 0; at < 51; at++) await limits.enter(host);
  // A pause of one second, and 50 requests a second where there were 100.
  expect(clock.time - start).toBeGreaterThanOrEqual(2_000);
  clock.time += 61_000;
  limits.answered(host, 200, undefined);
  const later = clock.time;
  for (let at = 0; at < 1000; at++) await limits.enter(host);
  expect(clock.time).toBe(later);
});

test('many refusals of one moment count as one', async () => {
  const clock = handClock();
  const limits = createHostLimits(clock);
  for (let at = 0; at < 100; at++) await limits.enter(host);
  clock.time += 1_000;
  for (let at = 0; at < 20; at++) limits.answered(host, 429, undefined);
  const start = clock.time;
  for (let at = 0; at < 51; at++) await limits.enter(host);
  expect(clock.time - start).toBeLessThan(2_500);
});

test('a clock that is put back makes nobody wait longer than a minute', async () => {
  const clock = handClock();
  const limits = createHostLimits(clock);
  limits.answered(host, 429, 1_000);
  clock.time -= 86_400_000;
  const start = clock.time;
  await limits.enter(host);
  expect(clock.time - start).toBeLessThanOrEqual(60_000);
});
