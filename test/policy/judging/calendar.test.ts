import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTimeZone, isWithin, localClock, windowStart } from '../../../src/policy/judging/calendar.js';

const start = (unit: 'day' | 'week' | 'month', now: string, zone: string) =>
  new Date(windowStart({ kind: 'calendar', unit }, Date.parse(now), localClock(zone))).toISOString();

describe('the calendar of a policy', () => {
  it.each([
    ['a plain day', 'day', '2026-07-15T12:00:00Z', 'UTC', '2026-07-15T00:00:00.000Z'],
    ['the first moment of a day', 'day', '2026-07-15T00:00:00Z', 'UTC', '2026-07-15T00:00:00.000Z'],
    ['the last moment of a day', 'day', '2026-07-15T23:59:59.999Z', 'UTC', '2026-07-15T00:00:00.000Z'],
    ['a zone of half an hour', 'day', '2026-07-15T18:29:00Z', 'Asia/Kolkata', '2026-07-14T18:30:00.000Z'],
    ['a day on which clocks go forward', 'day', '2026-03-29T12:00:00Z', 'Europe/Vienna', '2026-03-28T23:00:00.000Z'],
    ['a day on which clocks go back', 'day', '2026-10-25T12:00:00Z', 'Europe/Vienna', '2026-10-24T22:00:00.000Z'],
    ['a day without a midnight', 'day', '2022-09-11T12:00:00Z', 'America/Santiago', '2022-09-11T04:00:00.000Z'],
    ['a day with two midnights', 'day', '2026-11-01T12:00:00Z', 'America/Havana', '2026-11-01T04:00:00.000Z'],
    ['a Monday', 'week', '2026-07-13T00:00:00Z', 'UTC', '2026-07-13T00:00:00.000Z'],
    ['a Sunday', 'week', '2026-07-19T23:59:59Z', 'UTC', '2026-07-13T00:00:00.000Z'],
    ['a month', 'month', '2026-03-31T23:00:00Z', 'Europe/Vienna', '2026-03-31T22:00:00.000Z'],
    ['the end of a month', 'month', '2026-03-31T21:59:00Z', 'Europe/Vienna', '2026-02-28T23:00:00.000Z'],
    ['a day before 1970', 'week', '1969-12-31T12:00:00Z', 'UTC', '1969-12-29T00:00:00.000Z'],
  ] as const)('begins %s at its first moment', (_what, unit, now, zone, expected) => {
    expect(start(unit, now, zone)).toBe(expected);
  });

  it.each(['UTC', 'Europe/Vienna', 'America/Havana', 'Asia/Kolkata', 'Pacific/Apia', 'Australia/Lord_Howe'])(
    'in %s has each moment in the day that began last',
    (zone) => {
      const clock = localClock(zone);
      const moments = fc.integer({ min: Date.parse('2012-01-01T00:00:00Z'), max: Date.parse('2030-01-01T00:00:00Z') });
      fc.assert(
        fc.property(moments, (now) => {
          const from = windowStart({ kind: 'calendar', unit: 'day' }, now, clock);
          expect(from).toBeLessThanOrEqual(now);
          expect(clock(from).date).toBe(clock(now).date);
          expect(clock(from - 60_000).date).toBeLessThan(clock(now).date);
        }),
        { numRuns: 200 },
      );
    },
  );

  it('says the same about a moment whatever was asked before', () => {
    // Liberia was 44 minutes and 30 seconds behind until 1972.
    const zones = fc.constantFrom('UTC', 'Europe/Vienna', 'Africa/Monrovia');
    const near = (moment: string) => fc.integer({ min: -90_000, max: 90_000 }).map((by) => Date.parse(moment) + by);
    const moments = fc.oneof(near('1971-05-01T00:44:30Z'), near('1973-01-01T00:00:00Z'), near('2026-03-29T01:00:00Z'));
    fc.assert(
      fc.property(zones, fc.array(moments, { minLength: 2, maxLength: 12 }), (zone, asked) => {
        const clock = localClock(zone);
        for (const moment of asked) clock(moment);
        for (const moment of asked) expect(clock(moment)).toEqual(localClock(zone)(moment));
      }),
    );
  });

  it('counts a rolling window in 60 buckets, the oldest one whole', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999 }), fc.integer({ min: 1e12, max: 2e12 }), (minutes, now) => {
        const length = minutes * 60_000;
        const from = windowStart({ kind: 'rolling', length }, now, localClock('UTC'));
        expect(now - from).toBeGreaterThanOrEqual(length);
        expect(now - from).toBeLessThan(length + length / 60);
      }),
    );
  });

  it('takes hours from the first minute until before the last, also over midnight', () => {
    const times = { start: 9 * 60, end: 17 * 60 };
    expect([539, 540, 1019, 1020].map((minute) => isWithin(minute, times))).toEqual([false, true, true, false]);
    expect([539, 540, 541].map((minute) => isWithin(minute, { start: 540, end: 540 }))).toEqual([false, false, false]);
    const night = { start: 22 * 60, end: 6 * 60 };
    expect([1319, 1320, 0, 359, 360].map((minute) => isWithin(minute, night))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
  });

  it('knows zones by their IANA names', () => {
    expect(['UTC', 'Europe/Vienna', 'Mars/Olympus', ''].map(isTimeZone)).toEqual([true, true, false, false]);
  });
});
