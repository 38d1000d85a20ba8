import { describe, expect, test } from 'vitest';
import { createHostLimits } from '../../src/cloud/host-limits.js';
import { CustosError } from '../../src/core/errors.js';

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

/** A clock that stands still until it is told to run. */
function stoppedClock() {
  let start: (value?: unknown) => void = () => undefined;
  const started = new Promise((resolve) => {
    start = resolve;
  });
  const clock = handClock();
  const { wait } = clock;
  return Object.assign(clock, {
    async wait(milliseconds: number) {
      await started;
      await wait(milliseconds);
    },
    async run() {
      start();
    },
  });
}

const host = 'cloud.example';
/** Waits for as long as told, and says how long it would have taken. */
const waiting = (milliseconds: number) => ({
  milliseconds,
  tooLong: (retryAfter: number) => new CustosError('CLOUD_RATE_LIMITED', 'too long', { retryAfter }),
});
const patient = waiting(120_000);

test('a given rate is never exceeded, except for the burst of one second', async () => {
  const clock = handClock();
  const limits = createHostLimits(clock, 10);
  for (let at = 0; at < 110; at++) await limits.enter(host, patient);
  expect(clock.time - 1_000_000).toBeGreaterThanOrEqual(10_000);
  expect(clock.time - 1_000_000).toBeLessThan(10_500);
});

test('each host has its own limit', async () => {
  const clock = handClock();
  const limits = createHostLimits(clock, 1);
  for (const name of ['a', 'b', 'c']) await limits.enter(name, patient);
  expect(clock.time).toBe(1_000_000);
});

test('without a rate no request waits until the host answers 429, and then all wait as long as it asked', async () => {
  const clock = handClock();
  const limits = createHostLimits(clock);
  for (let at = 0; at < 1000; at++) await limits.enter(host, patient);
  expect(clock.time).toBe(1_000_000);
  limits.answered(host, 429, 7_000);
  await limits.enter(host, patient);
  expect(clock.time).toBeGreaterThanOrEqual(1_007_000);
});

test('after a 429 the host gets half as many requests, and the former rate after a minute without another', async () => {
  const clock = handClock();
  const limits = createHostLimits(clock);
  for (let at = 0; at < 100; at++) await limits.enter(host, patient);
  clock.time += 1_000;
  limits.answered(host, 429, undefined);
  const start = clock.time;
  for (let at = 0; at < 51; at++) await limits.enter(host, patient);
  // A pause of one second, and 50 requests a second where there were 100.
  expect(clock.time - start).toBeGreaterThanOrEqual(2_000);
  clock.time += 61_000;
  limits.answered(host, 200, undefined);
  const later = clock.time;
  for (let at = 0; at < 1000; at++) await limits.enter(host, patient);
  expect(clock.time).toBe(later);
});

test('many refusals of one moment count as one', async () => {
  const clock = handClock();
  const limits = createHostLimits(clock);
  for (let at = 0; at < 100; at++) await limits.enter(host, patient);
  clock.time += 1_000;
  for (let at = 0; at < 20; at++) limits.answered(host, 429, undefined);
  const start = clock.time;
  for (let at = 0; at < 51; at++) await limits.enter(host, patient);
  expect(clock.time - start).toBeLessThan(2_500);
});

test('a clock that is put back delays no request by more than a minute', async () => {
  const clock = handClock();
  const limits = createHostLimits(clock);
  limits.answered(host, 429, 1_000);
  clock.time -= 86_400_000;
  const start = clock.time;
  await limits.enter(host, patient);
  expect(clock.time - start).toBeLessThanOrEqual(60_000);
});

describe('a request that would wait longer than its patience', () => {
  test('an impatient request is refused at once with the time that it would wait, and takes no place in the queue', async () => {
    const clock = stoppedClock();
    const limits = createHostLimits(clock, 10);
    const entered = Array.from({ length: 110 }, () => limits.enter(host, waiting(10_000)));
    const refused = await limits.enter(host, waiting(10_000)).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(CustosError);
    expect(refused).toMatchObject({ retryAfter: 10_100 });
    expect(clock.time).toBe(1_000_000);
    await clock.run();
    await Promise.all(entered);
    expect(clock.time).toBe(1_010_000);
  });

  test('an impatient request is refused during a pause that the host asked for', async () => {
    const clock = handClock();
    const limits = createHostLimits(clock);
    limits.answered(host, 429, 60_000);
    await expect(limits.enter(host, waiting(10_000))).rejects.toMatchObject({ retryAfter: expect.any(Number) });
    expect(clock.time).toBe(1_000_000);
  });

  test('an impatient request in the queue is refused when the host asks for another pause', async () => {
    const clock = stoppedClock();
    const limits = createHostLimits(clock, 1);
    const entered = Array.from({ length: 6 }, () =>
      limits.enter(host, waiting(10_000)).catch((error: unknown) => error),
    );
    await entered[0];
    limits.answered(host, 429, 60_000);
    await clock.run();
    const ends = await Promise.all(entered);
    expect(ends.filter((end) => end instanceof CustosError).length).toBeGreaterThanOrEqual(4);
    expect(clock.time).toBeLessThan(1_060_000);
    await expect(limits.enter(host, patient)).resolves.toBeUndefined();
  });
});
