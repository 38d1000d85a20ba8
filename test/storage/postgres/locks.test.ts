import { type Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { openDatabase } from '../../../src/storage/open-database.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import type { StoreTables } from '../../../src/storage/schema.js';
import { freshSchema, whyNoPostgres } from '../../support/postgres.js';
import { query } from '../../support/postgres-server.js';
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

onServer(
  'the checkpoint of a log waits for the one that another process is writing, and then does not follow the same one',
  async () => {
    const url = await freshSchema();
    const [one, two] = [await createStore(url, { storeId, slots: [anySlot()] }), await openStore(url)];
    await one.audit.add([{ code: 'clock.set-back', detail: { from: 2, to: 1 } }]);
    const [head] = await one.audit.heads();
    if (head === undefined) throw new Error('no log');
    const checkpoint = (size: number) => ({ writer: head.writer, size, hashes: '', note: 'signed', at: 1 });
    // Holds back the first one's insert, as a slow disk would, until the second one waits or has passed it.
    const slow = await openDatabase<StoreTables>(url);
    let first: Promise<boolean> | undefined;
    let second: Promise<boolean> | undefined;
    await slow.write(async (db) => {
      await sql`LOCK TABLE audit_checkpoints IN SHARE MODE`.execute(db);
      first = one.audit.addCheckpoint(checkpoint(1), undefined);
      while ((await waits(url)) < 1) await new Promise((resolve) => setImmediate(resolve));
      second = two.audit.addCheckpoint(checkpoint(2), undefined);
      while ((await waits(url)) < 2) await new Promise((resolve) => setImmediate(resolve));
    });
    expect(await Promise.all([first, second])).toEqual([true, false]);
    for (const opened of [slow, one, two]) await opened.close();
  },
);

/** Connections that wait to write a checkpoint of this schema, or for one of those. */
async function waits(url: string): Promise<number> {
  const found = await query(
    url,
    `WITH writing AS (SELECT pid FROM pg_locks WHERE NOT granted AND relation = 'audit_checkpoints'::regclass)
     SELECT count(DISTINCT pid)::int AS waiting FROM pg_locks
     WHERE pid IN (TABLE writing) OR (NOT granted AND pg_blocking_pids(pid) && ARRAY(TABLE writing))`,
  );
  return (found as readonly { waiting: number }[])[0]?.waiting ?? 0;
}
