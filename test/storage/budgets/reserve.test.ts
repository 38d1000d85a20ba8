import { describe, expect, it } from 'vitest';
import type { Journal } from '../../../src/core/store/journal.js';
import { kinds } from '../support.js';
import { claimOne, day, freshPlace, HOUR, noon, reserves, takes, usedBy } from './support.js';

describe.each(kinds)('budgets on %s', (kind) => {
  const place = freshPlace(kind);
  const journal = () => place.store().journal;

  /** Claims a transaction and reserves for it. */
  async function spend(of: Journal, id: string, ...charges: ReturnType<typeof takes>[]) {
    const lease = await claimOne(of, id);
    await of.reserveBudgets(lease, reserves('0', ...charges));
    return lease;
  }

  it('a reservation counts for every other transaction and process, and not for its own', async () => {
    await spend(journal(), 'a', takes(4n));
    expect(await usedBy(journal())).toBe(4n);
    expect(await usedBy((await place.another()).journal)).toBe(4n);
    const wanted = [
      { budget: day, since: noon - HOUR },
      { budget: 'other', since: 0 },
      { budget: day, since: noon + HOUR },
    ];
    expect(await journal().budgetsUsed(wanted, { id: 'b', attempt: '0' })).toEqual([4n, 0n, 0n]);
    expect(await journal().budgetsUsed(wanted, { id: 'a', attempt: '0' })).toEqual([0n, 0n, 0n]);
    expect(await journal().budgetsUsed(wanted, { id: 'a', attempt: '1' })).toEqual([4n, 0n, 0n]);
    expect(await journal().budgetsUsed([], { id: 'a', attempt: '0' })).toEqual([]);
  });

  it('a limit is filled to its last unit and never beyond', async () => {
    await spend(journal(), 'a', takes(9n));
    await expect(spend(journal(), 'b', takes(2n))).rejects.toMatchObject({
      code: 'BUDGET_EXCEEDED',
      message: `transaction b takes 2 of the budget "${day}", and 9 of 10 are taken`,
    });
    await spend(journal(), 'c', takes(1n));
    await expect(spend(journal(), 'd', takes(1n))).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
    await spend(journal(), 'e', takes(0n));
    expect(await usedBy(journal())).toBe(10n);
  });

  it('a refused reservation changes nothing, whichever of its charges does not fit', async () => {
    await spend(journal(), 'a', takes(9n));
    const lease = await spend(journal(), 'b', takes(3n, { budget: 'other' }));
    const before = await journal().events('b');
    const both = [takes(5n, { budget: 'other' }), takes(2n)];
    for (const charges of [both, both.toReversed()]) {
      const refused = journal().reserveBudgets(lease, reserves('0', ...charges));
      await expect(refused).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
    }
    expect([await usedBy(journal()), await usedBy(journal(), 'other')]).toEqual([9n, 3n]);
    expect(await journal().events('b')).toEqual(before);
    await journal().advance(lease, 'cancelled', {});
    expect(await usedBy(journal(), 'other')).toBe(0n);
  });

  it('the same making of bytes reserves in place of what it had reserved', async () => {
    const lease = await spend(journal(), 'a', takes(6n), takes(2n, { budget: 'other' }));
    await journal().reserveBudgets(lease, reserves('0', takes(7n)));
    expect([await usedBy(journal()), await usedBy(journal(), 'other')]).toEqual([7n, 0n]);
    await journal().reserveBudgets(lease, reserves('0'));
    expect(await usedBy(journal())).toBe(0n);
  });

  it('two charges to one budget count both', async () => {
    const lease = await claimOne(journal(), 'a');
    const charges = [takes(6n), takes(6n)];
    await expect(journal().reserveBudgets(lease, reserves('0', ...charges))).rejects.toMatchObject({
      code: 'BUDGET_EXCEEDED',
    });
    await journal().reserveBudgets(lease, reserves('0', takes(6n), takes(4n)));
    expect(await usedBy(journal())).toBe(10n);
    await journal().advance(lease, 'denied', {});
    expect(await usedBy(journal())).toBe(0n);
  });

  it('approvals raise a limit, and what they raised counts for others', async () => {
    const lease = await claimOne(journal(), 'a');
    const { max: _, ...raised } = takes(50n);
    await journal().reserveBudgets(lease, reserves('0', raised));
    await expect(spend(journal(), 'b', takes(1n))).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
  });

  it('amounts are exact up to the largest that a chain has', async () => {
    const most = 2n ** 256n - 1n;
    await spend(journal(), 'a', takes(most - 1n, { max: most }));
    await expect(spend(journal(), 'b', takes(2n, { max: most }))).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
    await spend(journal(), 'c', takes(1n, { max: most }));
    expect(await usedBy(journal())).toBe(most);
  });

  it('another ceiling of a limit gives nothing back that was spent', async () => {
    await spend(journal(), 'a', takes(9n));
    await expect(spend(journal(), 'b', takes(1n, { max: 5n }))).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
    await spend(journal(), 'c', takes(11n, { max: 20n }));
    await expect(spend(journal(), 'd', takes(1n, { max: 20n }))).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
  });

  it('a window forgets what left it, with the minute of its begin counted whole', async () => {
    await spend(journal(), 'a', takes(9n));
    const since = (minutes: number) => usedBy(journal(), day, noon + minutes * 60_000);
    expect([await since(-1), await since(0), await since(0.99), await since(1)]).toEqual([9n, 9n, 9n, 0n]);
    place.clock.moment += 25 * HOUR;
    await spend(journal(), 'b', takes(10n, { since: place.clock.moment - 24 * HOUR }));
    expect(await usedBy(journal(), day, 0)).toBe(19n);
  });

  it('a refused reservation sets the clock of no budget forward', async () => {
    await spend(journal(), 'a', takes(10n));
    place.clock.moment += 48 * HOUR;
    const ahead = [takes(1n, { budget: 'other' }), takes(1n)];
    await expect(spend(journal(), 'b', ...ahead)).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
    place.clock.moment = noon;
    await spend(journal(), 'c', takes(1n, { budget: 'other' }));
    expect(await usedBy(journal(), 'other', noon + HOUR)).toBe(0n);
  });

  it('a clock that was set back frees nothing, now or later', async () => {
    await spend(journal(), 'a', takes(6n));
    place.clock.moment -= 30 * HOUR;
    const since = () => place.clock.moment - 24 * HOUR;
    await expect(spend(journal(), 'b', takes(5n, { since: since() }))).rejects.toMatchObject({
      code: 'BUDGET_EXCEEDED',
    });
    await spend(journal(), 'c', takes(4n, { since: since() }));
    // When the clock is right again, what it charged meanwhile counts from the latest moment that was seen.
    place.clock.moment = noon + 23 * HOUR;
    expect(await usedBy(journal(), day, since())).toBe(10n);
  });

  it('only the holder of an unsigned transaction reserves', async () => {
    const lease = await claimOne(journal(), 'a');
    await journal().claim([]);
    const stale = { ...lease, generation: lease.generation - 1 };
    const take = (of: typeof lease) => journal().reserveBudgets(of, reserves('0', takes(1n)));
    await expect(take(stale)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    const other = await place.another();
    const foreign = other.journal.reserveBudgets(lease, reserves('0', takes(1n)));
    await expect(foreign).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await journal().advance(lease, 'signed', { signed: '0x01', txId: '0x01' });
    await expect(take(lease)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    expect(await usedBy(journal())).toBe(0n);
  });

  it('of what is reserved at once, one that may not stops no other', async () => {
    const first = await claimOne(journal(), 'a');
    const second = await claimOne(journal(), 'b');
    const third = await claimOne(journal(), 'c');
    const stale = { ...second, generation: second.generation - 1 };
    const settled = await Promise.allSettled([
      journal().reserveBudgets(first, reserves('0', takes(4n))),
      journal().reserveBudgets(stale, reserves('0', takes(1n))),
      journal().reserveBudgets(second, reserves('0', takes(7n))),
      journal().reserveBudgets(third, reserves('0', takes(5n))),
    ]);
    const codes = settled.map((one) => (one.status === 'rejected' ? one.reason.code : 'reserved'));
    expect(codes).toEqual(['reserved', 'LEASE_LOST', 'BUDGET_EXCEEDED', 'reserved']);
    expect(await usedBy(journal())).toBe(9n);
  });

  it('an amount below zero or a window without a moment is never reserved', async () => {
    const lease = await claimOne(journal(), 'a');
    for (const charge of [takes(-1n), takes(1n, { since: Number.NaN }), takes(1n, { since: 0.5 })]) {
      const reserved = journal().reserveBudgets(lease, reserves('0', charge));
      await expect(reserved).rejects.toMatchObject({ code: 'INTERNAL' });
    }
    expect(await usedBy(journal())).toBe(0n);
  });

  it('a hundred requests at once through two processes never pass a limit', async () => {
    const processes = [place.store(), await place.another()];
    const ids = Array.from({ length: 100 }, (_, at) => `t${at}`);
    const limits = [
      { budget: day, max: 10n },
      { budget: 'week', max: 40n },
    ];
    const claims = ids.map(async (id, at) => {
      const { journal: own } = processes[at % 2] ?? place.store();
      return { own, lease: await claimOne(own, id) };
    });
    const claimed = await Promise.all(claims);
    // None waits for a claim of the other process, so that both read before either has written.
    const results = await Promise.allSettled(
      claimed.map(({ own, lease }, at) => {
        // Half of them name the budgets in the other order.
        const charges = limits.map((limit) => takes(1n, limit));
        return own.reserveBudgets(lease, reserves('0', ...(at % 4 < 2 ? charges : charges.toReversed())));
      }),
    );
    const refused = results.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []));
    expect(refused).toEqual(Array(90).fill('BUDGET_EXCEEDED'));
    expect(await usedBy(journal())).toBe(10n);
    expect(await usedBy(journal(), 'week')).toBe(10n);
  });
});
