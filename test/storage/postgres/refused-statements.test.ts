import { type Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { openDatabase } from '../../../src/storage/open-database.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import { freshSchema, whyNoPostgres } from '../../support/postgres.js';
import { query } from '../../support/postgres-server.js';
import { anySlot, storeId } from '../support.js';

const none = await whyNoPostgres();
const onServer = none === undefined ? test : test.skip;

interface Notes {
  notes: { id: number };
}

/** A statement that the server refuses, and one sent behind it whose refusal is heard of first. */
const bothAtOnce = (db: Kysely<Notes>, state: string) =>
  Promise.all([
    sql
      .raw(`DO $$ BEGIN RAISE EXCEPTION SQLSTATE '${state}'; END $$`)
      .execute(db)
      .catch((error: unknown) => Promise.resolve().then(() => Promise.reject(error))),
    sql`SELECT 1`.execute(db),
  ]);

onServer.each([
  ['23505', 'STATE_CONFLICT'],
  ['42501', 'STORE_READ_ONLY'],
  ['53100', 'STORE_FULL'],
  ['57014', 'STORE_BUSY'],
])('statements that were sent behind a refused one hide nothing of its reason: %s is %s', async (state, code) => {
  const database = await openDatabase<Notes>(await freshSchema());
  await expect(database.write((db) => bothAtOnce(db, state))).rejects.toMatchObject({ code });
  await database.close();
});

onServer('work that others undo is repeated when statements were sent behind the refused one', async () => {
  const database = await openDatabase<Notes>(await freshSchema());
  let left = 3;
  const done = await database.write(async (db) => {
    left -= 1;
    if (left > 0) await bothAtOnce(db, '40P01');
    return 'done';
  });
  expect([done, left]).toEqual(['done', 0]);
  await database.close();
});

onServer('bytes are read as they are where the server writes them in the other form', async () => {
  const url = await freshSchema();
  const slot = anySlot();
  await (await createStore(url, { storeId, slots: [slot] })).close();
  const name = String(
    (await query(url, 'SELECT current_database() AS name').then(([row]) => row as { name: string })).name,
  );
  const role = `bytes_${Date.now()}`;
  await query(url, `CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD 'not-to-be-seen'`);
  await query(url, `ALTER ROLE ${role} IN DATABASE ${name} SET bytea_output = 'escape'`);
  const store = await openStore(url.replace('//custos:', `//${role}:`));
  expect(await store.slots.all()).toEqual([slot]);
  await store.close();
  await query(url, `DROP ROLE ${role}`);
});
