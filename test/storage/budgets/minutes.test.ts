import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chargeMinutes as charged,
  MOST_MINUTES,
  type Sums,
  spansOfMinutes,
  sumMinutes,
  sumSince,
} from '../../../src/core/store/buckets.js';
import { kinds } from '../support.js';
import { chargeMinutes, claimOne, day, freshPlace, noon, reserves, spansOf, takes, usedBy } from './support.js';

const MINUTE = 60_000;

describe('a list of minutes', () => {
  const moment = fc.integer({ min: 0, max: 200 * 24 * 60 }).map((minutes) => noon + minutes * MINUTE);

  it('says of every window what the rows say that it is taken apart into', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(moment, fc.bigInt(1n, 2n ** 200n))), moment, (charges, since) => {
        const minutes = charges.reduce<Sums>((sums, [at, amount]) => charged(sums, { at, amount }), new Map());
        const rows = new Map(spansOfMinutes(minutes).map(({ span, number, sums }) => [`${span} ${number}`, sums]));
        for (const from of [0, since]) {
          const listed = charges.reduce((sum, [at, amount]) => (at >= from ? sum + amount : sum), 0n);
          expect(sumMinutes(minutes, from)).toBe(listed);
          expect(sumSince((span, number) => rows.get(`${span} ${number}`), from)).toBe(listed);
        }
      }),
    );
  });

  it('takes back no more than was charged in a minute', () => {
    const minutes = charged(undefined, { at: noon, amount: 5n });
    expect(charged(minutes, { at: noon, amount: -5n }).size).toBe(0);
    expect(() => charged(minutes, { at: noon, amount: -6n })).toThrow('do not fit');
    expect(() => charged(minutes, { at: noon + MINUTE, amount: -5n })).toThrow('do not fit');
  });
});

describe.each(kinds)('a budget on %s', (kind) => {
  const place = freshPlace(kind);

  const spans = () => spansOf(place, day);

  it('has one row until it was charged in many minutes, and counts the same before and after', async () => {
    const { journal } = place.store();
    await journal.reserveBudgets(await claimOne(journal, 'a'), reserves('0', takes(5n)));
    await chargeMinutes(place, MOST_MINUTES - 1);
    expect(await spans()).toEqual(['minutes']);
    const all = BigInt(MOST_MINUTES - 1) + 5n;
    expect(await usedBy(journal)).toBe(all);
    expect(await usedBy(journal, day, noon + MINUTE)).toBe(all - 5n);
    await journal.cancel('a');
    expect(await usedBy(journal)).toBe(all - 5n);
    await journal.reserveBudgets(await claimOne(journal, 'b'), reserves('0', takes(3n, { max: 100n })));
    place.clock.moment += MINUTE;
    await journal.reserveBudgets(await claimOne(journal, 'c'), reserves('0', takes(2n, { max: 100n })));
    place.clock.moment += MINUTE;
    await journal.reserveBudgets(await claimOne(journal, 'd'), reserves('0', takes(1n, { max: 100n })));
    expect(new Set(await spans())).toEqual(new Set(['total', 'era', 'day', 'hour']));
    const { journal: other } = await place.another();
    expect(await usedBy(other)).toBe(all - 5n + 6n);
    expect(await usedBy(other, day, place.clock.moment - MINUTE)).toBe(3n);
    await other.cancel('b');
    expect(await usedBy(journal)).toBe(all - 5n + 3n);
  });

  it('has its limit in both forms', async () => {
    const { journal } = place.store();
    const exceeded = { code: 'BUDGET_EXCEEDED' };
    await chargeMinutes(place, MOST_MINUTES - 1);
    const max = BigInt(MOST_MINUTES) + 2n;
    const spend = async (id: string, amount: bigint) =>
      journal.reserveBudgets(await claimOne(journal, id), reserves('0', takes(amount, { max })));
    await expect(spend('a', 4n)).rejects.toMatchObject(exceeded);
    place.clock.moment += MINUTE;
    await spend('b', 1n);
    place.clock.moment += MINUTE;
    await spend('c', 1n);
    expect(await spans()).toContain('total');
    await expect(spend('d', 2n)).rejects.toMatchObject(exceeded);
    await spend('e', 1n);
  });
});
