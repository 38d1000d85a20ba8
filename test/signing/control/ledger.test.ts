import { expect, it } from 'vitest';
import { ControlBook } from '../../../src/signing/control/book.js';

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
