import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bucketPlaces,
  chargeSums,
  isCounted,
  isForgettable,
  parseSums,
  type Span,
  type Sums,
  sumSince,
  sumsText,
  totalOf,
} from '../../../src/core/store/buckets.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const noon = Date.parse('2026-07-15T12:00:30Z');

/** The rows of one budget, in memory. */
class Rows {
  readonly rows = new Map<string, Sums>();
  readonly sumsOf = (span: Span, number: number) => this.rows.get(`${span} ${number}`);

  charge(at: number, amount: bigint, latest = 0): void {
    const changed = chargeSums(this.sumsOf, { at, amount, latest });
    for (const { span, number, sums } of changed) this.rows.set(`${span} ${number}`, sums);
  }

  since(moment: number, latest = 0): bigint {
    return sumSince(this.sumsOf, moment, latest);
  }

  /** @returns how many rows are left out */
  forget(latest: number): number {
    const before = this.rows.size;
    for (const key of this.rows.keys()) {
      const [span = '', number] = key.split(' ');
      if (isForgettable(span as Span, Number(number), latest)) this.rows.delete(key);
    }
    return before - this.rows.size;
  }
}

const moment = fc.oneof(
  fc.integer({ min: 0, max: 400 * DAY }).map((back) => noon - back),
  fc.integer({ min: -3 * HOUR, max: 3 * HOUR }).map((off) => noon + off),
  fc.constantFrom(0, 1, MINUTE - 1, MINUTE, HOUR, DAY, 32 * DAY, 32 * DAY - 1),
);
const amount = fc.oneof(fc.bigInt(0n, 5n), fc.bigInt(0n, 2n ** 256n));

describe('the buckets of a budget', () => {
  it('hold what a list of all charges holds, with the minute in which the window begins counted whole', () => {
    const charges = fc.array(fc.record({ at: moment, amount }), { maxLength: 40 });
    fc.assert(
      fc.property(charges, moment, (list, since) => {
        const rows = new Rows();
        for (const one of list) rows.charge(one.at, one.amount);
        const minute = Math.floor(since / MINUTE) * MINUTE;
        const expected = list.filter(({ at }) => at >= minute).reduce((sum, one) => sum + one.amount, 0n);
        expect(rows.since(since)).toBe(expected);
        expect(rows.since(0)).toBe(list.reduce((sum, one) => sum + one.amount, 0n));
      }),
      { numRuns: 300 },
    );
  });

  it('hold nothing of a charge that was taken back, and all of the others', () => {
    const charges = fc.array(fc.record({ at: moment, amount, isFreed: fc.boolean() }), { maxLength: 20 });
    fc.assert(
      fc.property(charges, moment, (list, since) => {
        const rows = new Rows();
        for (const one of list) rows.charge(one.at, one.amount);
        for (const one of list.filter(({ isFreed }) => isFreed)) rows.charge(one.at, -one.amount);
        const kept = list.filter(({ at, isFreed }) => !isFreed && isCounted(at, since));
        expect(rows.since(since)).toBe(kept.reduce((sum, one) => sum + one.amount, 0n));
      }),
      { numRuns: 300 },
    );
  });

  it('answer every window of the last 64 days as before when old rows were left out, and longer ones with whole days', () => {
    const charges = fc.array(fc.record({ at: moment, amount, isFreed: fc.boolean() }), { maxLength: 40 });
    let forgotten = 0;
    fc.assert(
      fc.property(charges, moment, (list, since) => {
        const rows = new Rows();
        for (const one of list) rows.charge(one.at, one.amount);
        const latest = Math.max(0, ...list.map(({ at }) => at));
        forgotten += rows.forget(latest);
        // Whoever reserved long ago may give it back.
        for (const one of list.filter(({ isFreed }) => isFreed)) rows.charge(one.at, -one.amount, latest);
        const kept = list.filter(({ isFreed }) => !isFreed);
        const sumFrom = (start: number) =>
          kept.filter(({ at }) => at >= start).reduce((sum, one) => sum + one.amount, 0n);
        const found = rows.since(since, latest);
        const exact = sumFrom(Math.floor(since / MINUTE) * MINUTE);
        if (since >= latest - 64 * DAY || since === 0) expect(found).toBe(exact);
        expect(found).toBeGreaterThanOrEqual(exact);
        expect(found).toBeLessThanOrEqual(sumFrom(Math.floor(since / DAY) * DAY));
        expect(rows.since(0, latest)).toBe(sumFrom(0));
      }),
      { numRuns: 500 },
    );
    expect(forgotten).toBeGreaterThan(100);
  });

  it('are damaged when a row is missing that is not old enough to be left out', () => {
    for (const [span, length] of [
      ['hour', HOUR],
      ['day', DAY],
    ] as const) {
      const rows = new Rows();
      rows.charge(noon, 3n);
      for (const key of rows.rows.keys()) if (key.startsWith(span)) rows.rows.delete(key);
      const end = (Math.floor(noon / length) + 1) * length;
      const damaged = expect.objectContaining({ code: 'RECORD_DAMAGED' });
      expect(() => rows.since(noon, end + 64 * DAY - 1)).toThrow(damaged);
      expect(() => rows.charge(noon, 1n, end + 64 * DAY - 1)).toThrow(damaged);
      expect(rows.since(noon, end + 64 * DAY)).toBe(3n);
    }
  });

  it('answer from four rows, however many charges there were', () => {
    const rows = new Rows();
    for (let place = 0; place < 100_000; place++) rows.charge(noon - place * 800, 1n);
    let read = 0;
    const counting = (span: Span, number: number) => {
      read += 1;
      return rows.sumsOf(span, number);
    };
    expect(sumSince(counting, noon - 6 * HOUR)).toBe(27_038n);
    expect(read).toBe(4);
    expect([...rows.rows.values()].every((sums) => sums.size <= 60)).toBe(true);
  });

  it('count a charge of a clock that was ahead in every window', () => {
    const rows = new Rows();
    rows.charge(noon + 3 * DAY, 7n);
    expect(rows.since(noon)).toBe(7n);
  });

  it('do not take back what was not charged', () => {
    const rows = new Rows();
    rows.charge(noon, 3n);
    expect(() => rows.charge(noon, -4n)).toThrow(expect.objectContaining({ code: 'RECORD_DAMAGED' }));
    expect(() => rows.charge(noon - HOUR, -1n)).toThrow(expect.objectContaining({ code: 'RECORD_DAMAGED' }));
  });

  it('are damaged when a row on the way to the minute is missing or older than the others', () => {
    for (const { span, number } of bucketPlaces(noon).slice(1)) {
      const rows = new Rows();
      rows.charge(noon, 3n);
      const older = rows.sumsOf(span, number) ?? new Map<number, bigint>();
      rows.charge(noon, 4n);
      rows.rows.set(`${span} ${number}`, older);
      expect(() => rows.since(noon)).toThrow(expect.objectContaining({ code: 'RECORD_DAMAGED' }));
      expect(() => rows.charge(noon, 1n)).toThrow(expect.objectContaining({ code: 'RECORD_DAMAGED' }));
      rows.rows.delete(`${span} ${number}`);
      expect(() => rows.since(noon)).toThrow(expect.objectContaining({ code: 'RECORD_DAMAGED' }));
      expect(() => rows.charge(noon, 1n)).toThrow(expect.objectContaining({ code: 'RECORD_DAMAGED' }));
    }
  });
});

describe('the text of sums', () => {
  it('gives back what it was made of', () => {
    const sums = fc.uniqueArray(fc.tuple(fc.nat(), fc.bigInt(1n, 2n ** 256n)), { selector: ([part]) => part });
    fc.assert(
      fc.property(sums, (list) => {
        const text = sumsText(new Map(list));
        expect(new Map(parseSums(text))).toEqual(new Map(list));
        expect(totalOf(parseSums(text))).toBe(list.reduce((sum, [, one]) => sum + one, 0n));
      }),
    );
  });

  it('is damaged in every form that is not written', () => {
    const forms = ['1', '1 0', '01 1', '1 01', '1 -1', '1 1,', '2 1,1 1', '1 1,1 1', ' 1 1', '1 1 ', '1.5 1', '1 1e3'];
    for (const text of forms) {
      expect(() => parseSums(text), text).toThrow(expect.objectContaining({ code: 'RECORD_DAMAGED' }));
    }
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9 ,]{0,12}$/), (text) => {
        try {
          expect(sumsText(parseSums(text))).toBe(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'RECORD_DAMAGED' });
        }
      }),
    );
  });
});
