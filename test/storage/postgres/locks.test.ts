import { type Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { openDatabase } from '../../../src/storage/open-database.js';
import { createStore } from '../../../src/storage/open-store.js';
import type { StoreTables } from '../../../src/storage/schema.js';
import { freshSchema, whyNoPostgres } from '../../support/postgres.js';
import { anySlot, storeId } from '../support.js';

const none = await whyNoPostgres();
const onServer = none === undefined ? test : test.skip;

interface Notes {
  notes: { id: number };
}

onServer('what takes a lock that other processes wait for runs behind the others of its transaction', async () => {
  const database = await openDatabase<Notes>(await freshSchema());
  await database.write((db) => sql`CREATE TABLE notes (id bigint PRIMARY KEY)`.execute(db));
  const order: number[] = [];
  const insert = (id: number) => async (db: Kysely<Notes>) => {
    order.push(id);
    await db.insertInto('notes').values({ id }).execute();
  };
  await Promise.all([
    database.write(insert(1), { last: true }),
    database.write(insert(2)),
    database.write(insert(3), { last: true }),
    database.write(insert(4)),
  ]);
  expect(order).toEqual([2, 4, 1, 3]);
  await database.close();
});

onServer('a checkpoint waits for no process that writes events of its log', async () => {
  const url = await freshSchema();
  const store = await createStore(url, { storeId, slots: [anySlot()] });
  await store.audit.add([{ code: 'clock.set-back', detail: { from: 2, to: 1 } }]);
  const [head] = await store.audit.heads();
  if (head === undefined) throw new Error('no log');
  const other = await openDatabase<StoreTables>(url);
  const checkpoint = { writer: head.writer, size: 1, hashes: '', note: 'signed', at: 1 };
  const added = await other.write(async (db) => {
    await db.selectFrom('audit_heads').selectAll().forUpdate().execute();
    return store.audit.addCheckpoint(checkpoint, undefined);
  });
  expect(added).toBe(true);
  expect(await store.audit.addCheckpoint(checkpoint, undefined)).toBe(false);
  await other.close();
  await store.close();
});
