import { writeFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { CustosError } from '../../../src/core/errors.js';
import type { Database } from '../../../src/storage/database.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import { freshDirectory, runChild } from '../support.js';

interface Tables {
  notes: { id: number; text: string };
}

const directory = freshDirectory();

async function openNotes(name = 'notes.db'): Promise<Database<Tables>> {
  await writeFile(directory.path(name), '', { flag: 'a' });
  const database = await openDatabase<Tables>(directory.path(name));
  await database.write(async (db) => {
    await sql`CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)`.execute(db);
  });
  return database;
}

const add = (database: Database<Tables>, id: number, text = 'x') =>
  database.write(async (db) => {
    await db.insertInto('notes').values({ id, text }).execute();
  });

const ids = (database: Database<Tables>) =>
  database.read(async (db) => (await db.selectFrom('notes').select('id').orderBy('id').execute()).map(({ id }) => id));

test('a failing task is undone alone, and its neighbours in the same commit stay', async () => {
  const database = await openNotes();
  const failing = database.write(async (db) => {
    await db.insertInto('notes').values({ id: 2, text: 'half' }).execute();
    throw new CustosError('STATE_CONFLICT', 'changed my mind');
  });
  const settled = await Promise.allSettled([add(database, 1), failing, add(database, 3), add(database, 1)]);
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
  await expect(failing).rejects.toMatchObject({ code: 'STATE_CONFLICT', message: 'changed my mind' });
  expect(await ids(database)).toEqual([1, 3]);
  await database.close();
});

test('tasks that wait at the same time share few commits', async () => {
  const database = await openNotes();
  const walFrames = async () => {
    const rows = await database.read((db) => sql<{ log: number }>`PRAGMA wal_checkpoint`.execute(db));
    return rows.rows[0]?.log ?? 0;
  };
  const before = await walFrames();
  await Promise.all(Array.from({ length: 300 }, (_, id) => add(database, id)));
  // One commit for each work would write at least one page each.
  expect((await walFrames()) - before).toBeLessThan(30);
  expect(await ids(database)).toHaveLength(300);
  await database.close();
});

test('a write that arrives while the last group ends is also written', async () => {
  const database = await openNotes();
  for (let id = 0; id < 200; id++) {
    // The second write is queued in the very turn in which the first is answered.
    await Promise.all([add(database, 2 * id).then(() => add(database, 2 * id + 1)), Promise.resolve()]);
  }
  expect(await ids(database)).toHaveLength(400);
  await database.close();
});

test('closing waits for writes under way and refuses later ones', async () => {
  const database = await openNotes();
  const writing = Promise.all([add(database, 1), add(database, 2)]);
  await database.close();
  await writing;
  await expect(add(database, 3)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  await database.close();
  const again = await openNotes();
  expect(await ids(again)).toEqual([1, 2]);
  await again.close();
});

test('reads cannot write', async () => {
  const database = await openNotes();
  const writing = database.read((db) => db.insertInto('notes').values({ id: 1, text: 'x' }).execute());
  await expect(writing).rejects.toMatchObject({ code: 'STORE_READ_ONLY' });
  await database.close();
});

test('a commit without a log is synchronized with the disk by SQLite, and one with a log by flush.ts', async () => {
  const synchronous = async (journal: 'wal' | 'delete') => {
    await writeFile(directory.path(`${journal}.db`), '');
    const database = await openDatabase<Tables>(directory.path(`${journal}.db`), { journal });
    const value = await database.write(async (db) => {
      const { rows } = await sql<{ synchronous: number }>`PRAGMA synchronous`.execute(db);
      return rows[0]?.synchronous;
    });
    await database.close();
    return value;
  };
  expect([await synchronous('delete'), await synchronous('wal')]).toEqual([2, 1]);
});

test('locations of other databases are refused, without the password in them', async () => {
  const opening = openDatabase('mysql://user:hidden@host/db');
  await expect(opening).rejects.toMatchObject({ code: 'STORE_UNSUPPORTED' });
  await expect(opening).rejects.not.toThrow(/hidden/);
});

test('opening SQLite says nothing on standard error', async () => {
  await (await openNotes()).close();
  const child = await runChild(`
    const { openDatabase } = await import('$(storage/open-database.ts)');
    const database = await openDatabase(${JSON.stringify(directory.path('notes.db'))});
    console.log((await database.read((db) => db.selectFrom('notes').selectAll().execute())).length);
    await database.close();
  `);
  expect(child).toMatchObject({ code: 0, lines: ['0'], errors: '' });
});

test('processes that write at the same time all get their turn and lose nothing', async () => {
  await (await openNotes()).close();
  const writer = (from: number) => `
    const { openDatabase } = await import('$(storage/open-database.ts)');
    const database = await openDatabase(${JSON.stringify(directory.path('notes.db'))});
    for (let id = ${from}; id < ${from} + 300; id++) {
      await database.write(async (db) => { await db.insertInto('notes').values({ id, text: 'x' }).execute(); });
    }
    await database.close();`;
  const children = await Promise.all([runChild(writer(0)), runChild(writer(1000)), runChild(writer(2000))]);
  expect(children.map(({ code, errors }) => ({ code, errors }))).toEqual(
    Array.from({ length: 3 }, () => ({ code: 0, errors: '' })),
  );
  const database = await openNotes();
  expect(await ids(database)).toHaveLength(900);
  await database.close();
});

/** A second connection that holds the write lock until it is told to let go. */
async function holdLock() {
  const other = await openDatabase<Tables>(directory.path('notes.db'));
  let release = () => {};
  let begun = () => {};
  const holding = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const held = other.write(async (db) => {
    await db.insertInto('notes').values({ id: 1, text: 'first' }).execute();
    begun();
    await new Promise<void>((resolve) => {
      release = resolve;
    });
  });
  await holding;
  return async () => {
    release();
    await held;
    await other.close();
  };
}

test('a writer waits for another one and then gets its turn', async () => {
  const database = await openNotes();
  const release = await holdLock();
  let done = false;
  const waiting = add(database, 2).then(() => {
    done = true;
  });
  // Turns of the event loop, in the second of which the waiter meets the lock.
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(done).toBe(false);
  await release();
  await waiting;
  expect(await ids(database)).toEqual([1, 2]);
  await database.close();
});

test('a writer that never gets its turn gets an error after ten seconds, and nothing of it is written', async () => {
  const database = await openNotes();
  const release = await holdLock();
  await expect(add(database, 2)).rejects.toMatchObject({ code: 'STORE_BUSY' });
  await release();
  expect(await ids(database)).toEqual([1]);
  await add(database, 3);
  expect(await ids(database)).toEqual([1, 3]);
  await database.close();
});

test('an empty array that the database gave is written as an empty one again', async () => {
  const database = await openNotes();
  const kept = await database.write(async (db) => {
    await sql`CREATE TABLE boxes (id INTEGER PRIMARY KEY, box BLOB NOT NULL)`.execute(db);
    await sql`INSERT INTO boxes VALUES (1, ${new Uint8Array()})`.execute(db);
    const { rows } = await sql<{ box: Uint8Array }>`SELECT box FROM boxes`.execute(db);
    await sql`INSERT INTO boxes VALUES (2, ${rows[0]?.box})`.execute(db);
    return (await sql<{ type: string }>`SELECT typeof(box) AS type FROM boxes ORDER BY id`.execute(db)).rows;
  });
  expect(kept).toEqual([{ type: 'blob' }, { type: 'blob' }]);
  await database.close();
});
