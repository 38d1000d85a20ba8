import { type RawBuilder, sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backupStore, restoreStore } from '../../../src/app/store/backup.js';
import { rekeyStore } from '../../../src/app/store/rekey.js';
import { Secret } from '../../../src/core/secret.js';
import { MOST_MINUTES } from '../../../src/core/store/buckets.js';
import type { Store } from '../../../src/core/store/store.js';
import type { Database } from '../../../src/storage/database.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import { openStore } from '../../../src/storage/open-store.js';
import type { StoreTables } from '../../../src/storage/schema.js';
import { journalKeyOf } from '../../../src/vault/journal-key.js';
import { makeSlot, openSlots } from '../../../src/vault/key-slots.js';
import { freshDirectory, freshLocation, kinds, storeId } from '../support.js';
import { chargeMinutes, claimOne, day, freshPlace, HOUR, noon, reserves, rootKey, takes, usedBy } from './support.js';

const damaged = { code: 'RECORD_DAMAGED' };

describe.each(kinds)('budgets on %s that somebody changes without the key', (kind) => {
  const place = freshPlace(kind);
  let database: Database<StoreTables>;

  beforeEach(async () => {
    database = await openDatabase<StoreTables>(place.location());
    await place.store().journal.reserveBudgets(await claimOne(place.store().journal, 'a'), reserves('0', takes(6n)));
  });
  afterEach(() => database.close());

  const run = (...all: RawBuilder<unknown>[]) =>
    database.write(async (db) => {
      for (const statement of all) await statement.execute(db);
    });

  /** Every way in which the sums are read or changed. */
  async function expectDamaged(since = noon): Promise<void> {
    const { journal } = await place.another();
    await expect(usedBy(journal, day, since)).rejects.toMatchObject({ ...damaged, details: { budget: day } });
    const lease = await claimOne(journal, 'b');
    await expect(journal.reserveBudgets(lease, reserves('0', takes(1n, { max: 1000n })))).rejects.toMatchObject(
      damaged,
    );
    await expect(place.store().journal.cancel('a')).rejects.toMatchObject(damaged);
  }

  const spans = ['total', 'era', 'day', 'hour'];
  const inRows = (span: string) => (span === 'minutes' ? Promise.resolve() : chargeMinutes(place, MOST_MINUTES));

  it.each(['minutes', ...spans])('a sum that is altered is found: %s', async (span) => {
    await inRows(span);
    const like = `${span}%`;
    await run(sql`UPDATE budget_sums SET sums = replace(sums, ' ', ' 1') WHERE span LIKE ${like}`);
    await expectDamaged();
  });

  it.each(['minutes', ...spans])('a sum that is deleted is found: %s', async (span) => {
    await inRows(span);
    const like = `${span}%`;
    await run(sql`DELETE FROM budget_sums WHERE span LIKE ${like}`);
    await expectDamaged();
  });

  it('the sums of a budget that are all deleted are found', async () => {
    await chargeMinutes(place, MOST_MINUTES);
    await run(sql`DELETE FROM budget_sums`);
    await expectDamaged();
  });

  it.each(spans)('an older copy of one sum is found: %s', async (span) => {
    await inRows(span);
    const like = `${span}%`;
    const select = sql<StoreTables['budget_sums']>`SELECT * FROM budget_sums WHERE span LIKE ${like} ORDER BY at DESC`;
    const [old] = await database.read(async (db) => (await select.execute(db)).rows);
    const { journal } = place.store();
    await journal.reserveBudgets(await claimOne(journal, 'c'), reserves('0', takes(2n, { max: 1000n })));
    await run(
      sql`UPDATE budget_sums SET sums = ${old?.sums}, at = ${old?.at}, mac = ${old?.mac} WHERE span = ${old?.span}`,
    );
    await expectDamaged(place.clock.moment);
  });

  it('an older list of minutes beside the rows that took its place is found', async () => {
    const select = sql<StoreTables['budget_sums']>`SELECT * FROM budget_sums`;
    const [old] = await database.read(async (db) => (await select.execute(db)).rows);
    await chargeMinutes(place, MOST_MINUTES);
    if (old === undefined) throw new Error('the budget has no row');
    await database.write((db) => db.insertInto('budget_sums').values(old).execute());
    await expectDamaged();
  });

  it('sums that are copied to another budget are found', async () => {
    await run(sql`UPDATE budget_sums SET budget = 'other'`);
    await expect(usedBy(place.store().journal, 'other')).rejects.toMatchObject(damaged);
  });

  it.each(['charges', 'attempt'])('a reservation that is altered is found: %s', async (column) => {
    const value = column === 'attempt' ? '1' : JSON.stringify([[day, '5', noon]]);
    await run(sql`UPDATE budget_reservations SET ${sql.ref(column)} = ${value}`);
    const { journal } = await place.another();
    await expect(journal.budgetsUsed([], { id: 'a', attempt: '0' })).rejects.toMatchObject(damaged);
    await expect(journal.cancel('a')).rejects.toMatchObject(damaged);
  });

  it('a reservation that is deleted frees nothing', async () => {
    await run(sql`DELETE FROM budget_reservations`);
    await place.store().journal.cancel('a');
    expect(await usedBy(place.store().journal)).toBe(6n);
  });

  it('an earlier making is not freed by the removal of a line from the story', async () => {
    const { journal } = place.store();
    await journal.cancel('a');
    const lease = await claimOne(journal, 'c');
    const budgets = await journal.reserveBudgets(lease, reserves('0', takes(3n)));
    await journal.advance(lease, 'claimed', { budgets }, 'reserved');
    await run(sql`DELETE FROM transaction_events WHERE transaction_id = 'c' AND event = 'reserved'`);
    await expect(journal.cancel('c')).rejects.toMatchObject(damaged);
  });
});

describe.each(kinds)('budgets on %s in another place', (kind) => {
  const place = freshPlace(kind);
  const directory = freshDirectory();
  const copy = freshLocation(kind);
  const opening = { key: journalKeyOf(rootKey, storeId), mayAdopt: false };

  /** Reservations of every fate, some of them years old. */
  async function fill(store: Store): Promise<void> {
    const { journal } = store;
    for (const [at, id] of ['a', 'b', 'c', 'd', 'e', 'f'].entries()) {
      place.clock.moment = noon + at * 31 * 24 * HOUR;
      const lease = await claimOne(journal, id);
      const charges = [
        takes(BigInt(at + 1), { max: 100n }),
        takes(2n ** 200n, { budget: `per ${id}`, max: 2n ** 201n }),
      ];
      const budgets = await journal.reserveBudgets(lease, reserves('0', ...charges));
      await journal.advance(lease, 'claimed', { budgets }, 'reserved');
      if (id === 'b') await journal.advance(lease, 'failed', {});
      if (id === 'c') await journal.cancel(id);
      if (id === 'd' || id === 'e') await journal.advance(lease, 'signed', { signed: `0x${id}`, txId: `0x${id}` });
      if (id === 'd') await journal.expire(lease, 'proof');
      if (id === 'e') await journal.advance(lease, 'failed', {});
    }
    const again = await claimOne(journal, 'd');
    const budgets = await journal.reserveBudgets(again, reserves('1', takes(50n, { max: 100n })));
    await journal.advance(again, 'claimed', { budgets }, 'reserved');
  }

  async function rowsOf(location: string) {
    const database = await openDatabase<StoreTables>(location);
    try {
      return await database.read(async (db) => {
        const reservations = db.selectFrom('budget_reservations').selectAll().orderBy('attempt');
        const sums = db.selectFrom('budget_sums').selectAll().where('sums', '!=', '').orderBy('budget').orderBy('span');
        return {
          reservations: await reservations.orderBy('transaction_id').execute(),
          // The latest moment of a restored sum may be earlier: what was freed does not move it.
          sums: (await sums.execute()).map(({ at: _at, mac: _mac, ...row }) => row),
        };
      });
    } finally {
      await database.close();
    }
  }

  it('a restored backup has the same reservations and sums', async () => {
    const store = place.store();
    await fill(store);
    const slots = [await makeSlot(rootKey, Secret.text('correct horse'), { kind: 'password', storeId })];
    const old = await store.slots.all();
    await store.slots.replace(
      slots,
      old.map(({ id }) => id),
    );
    await backupStore(store, rootKey, { file: directory.path('backup') });
    const password = Secret.text('correct horse');
    await restoreStore(directory.path('backup'), { password, location: copy() });
    const restored = await openStore(copy(), place.clock);
    await restored.unlockJournal(opening);
    expect(await rowsOf(copy())).toEqual(await rowsOf(place.location()));
    expect(await usedBy(restored.journal, day, 0)).toBe(1n + 5n + 6n + 50n);
    await restored.close();
  });

  it('a new root key keeps reservations and sums, and what was damaged stays damaged', async () => {
    const store = place.store();
    await fill(store);
    const before = await rowsOf(place.location());
    const database = await openDatabase<StoreTables>(place.location());
    await database.write((db) => sql`UPDATE budget_sums SET sums = '1 1' WHERE budget = 'per a'`.execute(db));
    await database.close();
    const password = Secret.text('another horse');
    (await rekeyStore(store, { rootKey, password })).wipe();
    const opened = await openStore(place.location(), place.clock);
    const fresh = await openSlots(await opened.slots.all(), password, storeId);
    await opened.unlockJournal({ key: journalKeyOf(fresh, storeId), mayAdopt: false });
    expect((await rowsOf(place.location())).sums.length).toBe(before.sums.length);
    expect(await usedBy(opened.journal, day, 0)).toBe(1n + 5n + 6n + 50n);
    await expect(usedBy(opened.journal, 'per a', 0)).rejects.toMatchObject(damaged);
    await opened.close();
  });
});
