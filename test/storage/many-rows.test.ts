import { writeFile } from 'node:fs/promises';
import { type Expression, type Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import type { Database } from '../../src/storage/database.js';
import { openDatabase } from '../../src/storage/open-database.js';
import { readTogether } from '../../src/storage/read-together.js';
import { rowsInsert } from '../../src/storage/rows-insert.js';
import { freshDirectory } from './support.js';

interface Tables {
  notes: { id: string; text: string | null };
}

const directory = freshDirectory();

async function openNotes(): Promise<Database<Tables>> {
  await writeFile(directory.path('notes.db'), '');
  const database = await openDatabase<Tables>(directory.path('notes.db'));
  await database.write(async (db) => {
    await sql`CREATE TABLE notes (id TEXT, text TEXT)`.execute(db);
  });
  return database;
}

const insert = rowsInsert(
  (db: Kysely<Tables>, rows: readonly Tables['notes'][]) => db.insertInto('notes').values(rows),
  16,
);

test('rows that lack a column or have others are refused, also where the text of their statement is known', async () => {
  const database = await openNotes();
  const whole = { id: 'a', text: 'x' };
  await database.write((db) => insert(db, [whole, whole]));
  const wrong = [{ id: 'b' }, { id: 'b', text: undefined }, { id: 'b', txt: 'x' }, { ...whole, more: 'x' }];
  for (const row of wrong as unknown as Tables['notes'][]) {
    for (const rows of [
      [whole, row],
      [whole, whole, row],
    ]) {
      const written = database.write((db) => insert(db, rows));
      await expect(written).rejects.toMatchObject({ code: 'INTERNAL' });
    }
  }
  expect(await database.read((db) => db.selectFrom('notes').selectAll().execute())).toEqual([whole, whole]);
  await database.close();
});

const notesOf = {
  build: (db: Kysely<Tables>, ids: readonly Expression<string>[]) =>
    db.selectFrom('notes').selectAll().where('id', 'in', ids).orderBy('text'),
  keyOf: ({ id }: Tables['notes']) => id,
};

/** Counts how often a database was read. */
function counted(database: Database<Tables>) {
  const count = { reads: 0 };
  const read: Database<Tables>['read'] = (work) => {
    count.reads += 1;
    return database.read(work);
  };
  return { count, database: { ...database, read } };
}

test('rows of any number are inserted whole, each once', async () => {
  const database = await openNotes();
  for (const number of [0, 1, 2, 3, 15, 16, 17, 47, 49]) {
    const rows = Array.from({ length: number }, (_, at) => ({
      id: `${number}/${at}`,
      text: at % 2 === 0 ? null : `${at}`,
    }));
    await database.write((db) => insert(db, rows));
    const found = await database.read((db) =>
      db.selectFrom('notes').selectAll().where('id', 'like', `${number}/%`).execute(),
    );
    expect(found.map((row) => ({ ...row }))).toEqual(rows);
  }
  await database.close();
});

test('what is asked for in one turn is read at once, and everybody gets the rows of their own key', async () => {
  const opened = await openNotes();
  const ids = Array.from({ length: 150 }, (_, at) => `id ${at}`);
  await opened.write((db) =>
    insert(
      db,
      ids.flatMap((id) => [
        { id, text: `b of ${id}` },
        { id, text: `a of ${id}` },
      ]),
    ),
  );
  const { count, database } = counted(opened);
  const rowsOf = readTogether(database, notesOf);
  const found = await Promise.all(
    [...ids, 'nobody', 'id 7'].map(async (id) => (await rowsOf(id)).map(({ text }) => text)),
  );
  expect(found).toEqual([...ids.map((id) => [`a of ${id}`, `b of ${id}`]), [], ['a of id 7', 'b of id 7']]);
  expect(count.reads).toBe(1);
  await opened.close();
});

test('a read sees what was written before it was asked for', async () => {
  const database = await openNotes();
  const rowsOf = readTogether(database, notesOf);
  expect(await rowsOf('one')).toEqual([]);
  await database.write((db) => insert(db, [{ id: 'one', text: 'written' }]));
  expect(await rowsOf('one')).toHaveLength(1);
  await database.close();
});

test('whoever asks a database that cannot be read hears so, and the next question is asked anew', async () => {
  const opened = await openNotes();
  let isBroken = true;
  const read: Database<Tables>['read'] = async (work) => {
    if (isBroken) throw new Error('gone');
    return opened.read(work);
  };
  const rowsOf = readTogether({ ...opened, read }, notesOf);
  const asked = await Promise.allSettled([rowsOf('one'), rowsOf('two')]);
  expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  isBroken = false;
  expect(await rowsOf('one')).toEqual([]);
  await opened.close();
});
