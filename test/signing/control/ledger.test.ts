import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isCounted, sumSince } from '../../../src/core/store/buckets.js';
import { ControlBook } from '../../../src/signing/control/book.js';
import { Ledger } from '../../../src/signing/control/ledger.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const noon = Date.parse('2026-07-15T12:00:00Z');

function bookAt(start: number) {
  const clock = { now: start };
  const book = new ControlBook(() => clock.now);
  const take = (mark: string, amount: bigint, budget = 'day') =>
    book.reserve({ claim: { mark, uses: [] }, approvals: [], charges: [{ budget, since: 0, amount, max: 1000n }] });
  const used = (since: number, budget = 'day') => book.used({ mark: 'nobody', uses: [] }, [{ budget, since }])[0];
  return { clock, book, take, used };
}

it('a state that is kept joins minutes and hours of long ago, and forgets nothing that counts', () => {
  const { clock, book, take, used } = bookAt(noon);
  const first = take('first', 7n);
  for (let place = 0; place < 50; place++) take(`to ${place}`, 1n, `day to ${place}`);
  const before = book.snapshot().rows.length;
  expect(before).toBe(51 * 4);
  clock.now = noon + 70 * DAY;
  take('later', 5n);
  const kept = book.snapshot();
  // Of each destination the whole and the sums of its days.
  expect(kept.rows).toHaveLength(50 * 2 + 5);
  for (const known of [{ book, used, clock }, { ...bookAt(clock.now) }]) {
    if (known.book !== book) known.book.restore(kept, []);
    expect([0, noon, noon + DAY, noon + 70 * DAY].map((since) => known.used(since))).toEqual([12n, 12n, 5n, 5n]);
    expect(known.used(0, 'day to 3')).toBe(1n);
    known.book.release(first);
    expect([0, noon].map((since) => known.used(since))).toEqual([5n, 5n]);
  }
});

it('a state of less than 64 days is kept to the minute', () => {
  const { clock, book, take, used } = bookAt(noon);
  take('first', 7n);
  clock.now = noon + 63 * DAY;
  take('later', 5n);
  expect(book.snapshot().rows).toHaveLength(4 + 3);
  expect([noon, noon + 60_000].map((since) => used(since))).toEqual([12n, 5n]);
});

const charges = fc.array(
  fc.record({ minute: fc.integer({ min: 0, max: 50 * 24 * 60 }), amount: fc.bigInt({ min: 1n, max: 9n }) }),
  { minLength: 1, maxLength: 120 },
);

it('a budget has what was charged and not taken back, in few minutes and in many, also after a snapshot', () => {
  fc.assert(
    fc.property(charges, fc.array(fc.nat(119), { maxLength: 60 }), fc.nat(50 * 24 * 60), (all, back, from) => {
      const ledger = new Ledger();
      const left = all.map(({ minute, amount }) => ({ at: noon + minute * 60_000 + 7, amount }));
      for (const { at, amount } of left) ledger.charge('day', at, amount);
      for (const place of new Set(back)) {
        const one = left[place % left.length];
        if (one === undefined || one.amount === 0n) continue;
        ledger.charge('day', one.at, -one.amount);
        one.amount = 0n;
      }
      const restored = new Ledger();
      for (const { budget, row, sums } of ledger.rows()) restored.restore(budget, row, sums);
      const rows = new Map([...ledger.rows()].map(({ row, sums }) => [row, sums]));
      for (const since of [0, noon + from * 60_000, ...left.slice(0, 9).map(({ at }) => at)]) {
        const sum = left.reduce((total, { at, amount }) => (isCounted(at, since) ? total + amount : total), 0n);
        expect([ledger, restored].map((one) => one.used({ budget: 'day', since }))).toEqual([sum, sum]);
        expect(sumSince((span, number) => rows.get(span === 'total' ? 'total 0' : `${span} ${number}`), since)).toBe(
          sum,
        );
      }
    }),
    { numRuns: 50 },
  );
});

it('nothing is taken back that was not charged, and then nothing is changed', () => {
  const damaged = expect.objectContaining({ code: 'RECORD_DAMAGED' });
  for (const minutes of [3, 40]) {
    const ledger = new Ledger();
    for (let minute = 0; minute < minutes; minute++) ledger.charge('day', noon + minute * 60_000, 5n);
    const before = [...ledger.rows()];
    expect(() => ledger.charge('day', noon, -6n)).toThrow(damaged);
    expect(() => ledger.charge('day', noon - 1, -1n)).toThrow(damaged);
    expect(ledger.used({ budget: 'day', since: 0 })).toBe(5n * BigInt(minutes));
    expect([...ledger.rows()]).toEqual(before);
  }
});
