import { beforeEach, describe, expect, it } from 'vitest';
import { MOST_MINUTES } from '../../../src/core/store/buckets.js';
import { kinds } from '../support.js';
import {
  chargeMinutes,
  claimOne,
  day,
  freshPlace,
  HOUR,
  noon,
  pendingOf,
  reserves,
  spansOf,
  takes,
  usedBy,
} from './support.js';

const DAY = 24 * HOUR;

describe.each(kinds)('the sums of a budget on %s', (kind) => {
  const place = freshPlace(kind);

  const spans = () => spansOf(place, day);

  /** Charges the budget in so many minutes that each span has a row, and takes all of that back. */
  beforeEach(async () => {
    place.clock.moment = noon - (MOST_MINUTES + 1) * 60_000;
    await chargeMinutes(place, MOST_MINUTES + 1);
    for (let minute = 1; minute <= MOST_MINUTES + 1; minute++) await place.store().journal.cancel(`m${minute}`);
  });

  const reserve = async (id: string, amount: bigint) => {
    const { journal } = place.store();
    const lease = await claimOne(journal, id);
    const since = place.clock.moment - DAY;
    return journal.reserveBudgets(lease, reserves('0', takes(amount, { since })));
  };

  it('keep minutes and hours for 65 days after the last charge, and what was charged before that for ever', async () => {
    const { journal } = place.store();
    await reserve('old', 6n);
    place.clock.moment = noon + 64 * DAY;
    await reserve('later', 1n);
    expect(await spans()).toEqual(['day', 'day', 'era', 'era', 'hour', 'hour', 'hour', 'total']);
    // A row is written with the last charge of its budget, so one that is touched again stays.
    place.clock.moment = noon + 66 * DAY;
    await reserve('newest', 2n);
    expect((await spans()).filter((span) => span === 'hour')).toHaveLength(2);
    const at = (since: number) => usedBy(journal, day, since);
    expect(await Promise.all([at(0), at(noon + 64 * DAY), at(noon + 65 * DAY), at(noon)])).toEqual([9n, 3n, 2n, 9n]);
    // The day of noon counts whole now, and the next one does not.
    expect(await at(noon + HOUR)).toBe(9n);
    expect(await at(noon + DAY)).toBe(3n);
  });

  it('take back what was reserved before they were joined', async () => {
    const { journal } = place.store();
    await reserve('old', 6n);
    place.clock.moment = noon + 66 * DAY;
    await reserve('newest', 2n);
    expect((await spans()).filter((span) => span === 'hour')).toHaveLength(1);
    await journal.cancel('old');
    expect(await usedBy(journal, day, 0)).toBe(2n);
    expect(await usedBy((await place.another()).journal, day, noon)).toBe(2n);
    expect(pendingOf('old').id).toBe('old');
  });

  it('refuse beyond the limit what is charged after they were joined', async () => {
    await reserve('old', 6n);
    place.clock.moment = noon + 66 * DAY;
    await reserve('newest', 2n);
    const { journal } = place.store();
    const lease = await claimOne(journal, 'long');
    const since = noon - 100 * DAY;
    await expect(journal.reserveBudgets(lease, reserves('0', takes(3n, { since })))).rejects.toMatchObject({
      code: 'BUDGET_EXCEEDED',
    });
    await journal.reserveBudgets(lease, reserves('0', takes(2n, { since })));
  });
});
