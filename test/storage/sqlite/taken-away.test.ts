import { renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { Database } from '../../../src/storage/database.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import type { SqliteConnection } from '../../../src/storage/sqlite/connection.js';
import { Flush } from '../../../src/storage/sqlite/flush.js';
import { freshDirectory } from '../support.js';

interface Tables {
  notes: { id: number };
}

const directory = freshDirectory();
const path = () => directory.path('notes.db');

async function openNotes(): Promise<Database<Tables>> {
  writeFileSync(path(), '');
  const database = await openDatabase<Tables>(path());
  await database.write((db) => sql`CREATE TABLE notes (id INTEGER PRIMARY KEY)`.execute(db));
  return database;
}

const add = (database: Database<Tables>, id: number) =>
  database.write(async (db) => void (await db.insertInto('notes').values({ id }).execute()));
/** With another one, so that their thread does not wait itself. */
const addInGroup = async (database: Database<Tables>, id: number) => {
  await Promise.all([add(database, id), database.write(async () => undefined)]);
};
const ids = (database: Database<Tables>) =>
  database.read(async (db) => (await db.selectFrom('notes').select('id').orderBy('id').execute()).map(({ id }) => id));

const ways: readonly (readonly [string, () => void])[] = [
  ['the file', () => rmSync(path())],
  ['its log', () => rmSync(`${path()}-wal`)],
  [
    'the file, and put another one in its place',
    () => {
      renameSync(path(), `${path()}.away`);
      writeFileSync(path(), '');
    },
  ],
];

test.each(ways)('after somebody took away %s nothing is called written, and nothing is told', async (_, take) => {
  const database = await openNotes();
  await add(database, 1);
  take();
  const lost = { code: 'COMMIT_UNKNOWN', message: expect.stringContaining('was deleted, moved or replaced') };
  await expect(add(database, 2)).rejects.toMatchObject(lost);
  await expect(addInGroup(database, 3)).rejects.toMatchObject(lost);
  await expect(ids(database)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  await database.close();
});

test('a file that is back in its place has all that was written', async () => {
  const database = await openNotes();
  renameSync(path(), `${path()}.away`);
  await expect(add(database, 1)).rejects.toMatchObject({ code: 'COMMIT_UNKNOWN' });
  renameSync(`${path()}.away`, path());
  await add(database, 2);
  expect(await ids(database)).toEqual([1, 2]);
  await database.close();
});

test('a file that a link leads to is written like any other', async () => {
  await (await openNotes()).close();
  symlinkSync(path(), directory.path('link.db'));
  const database = await openDatabase<Tables>(directory.path('link.db'));
  await add(database, 1);
  expect(await ids(database)).toEqual([1]);
  await database.close();
});

test('who cannot see which commits there are calls none undone, and goes on as soon as he can', async () => {
  writeFileSync(path(), '');
  writeFileSync(`${path()}-wal`, '');
  let version = 1;
  let isBlind = false;
  const all = () => {
    if (isBlind) throw Object.assign(new Error('disk I/O error'), { errcode: 10 });
    return [{ data_version: version }];
  };
  const prepare = () => ({ all, run: () => ({ changes: 0, lastInsertRowid: 0 }) });
  const reader: SqliteConnection = { prepare, exec: () => undefined, close: () => undefined };
  let end = () => {};
  const aside = () => new Promise<void>((resolve) => (end = resolve));
  const flush = new Flush(path(), reader, { sync: { aside, here: () => undefined }, repair: () => undefined });
  const first = flush.settled();
  version = 2;
  const second = flush.settled();
  isBlind = true;
  // Thrown, it would read as if nothing had been committed.
  await expect(flush.settled()).rejects.toMatchObject({ code: 'STORE_FULL' });
  end();
  await first;
  await expect(second).rejects.toMatchObject({ code: 'STORE_FULL' });
  isBlind = false;
  const last = flush.settled();
  end();
  await expect(last).resolves.toBeUndefined();
  flush.close();
});
