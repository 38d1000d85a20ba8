import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { CustosError } from '../../../src/core/errors.js';
import type { Database } from '../../../src/storage/database.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import { openSqlite } from '../../../src/storage/sqlite/connection.js';
import type { Sync } from '../../../src/storage/sqlite/flush.js';
import { lookInto } from '../../../src/storage/sqlite/open-files.js';
import { freshDirectory } from '../support.js';

interface Tables {
  notes: { id: number; text: string };
}

const directory = freshDirectory();
const path = () => directory.path('notes.db');

/** What a disk has: a wait for it copies the file and its log as they are then. */
class Disk {
  #waits = 0;
  #fail = false;
  #held: (() => void)[] | undefined;

  readonly sync: Sync = {
    aside: async () => {
      this.#running += 1;
      this.mostAtOnce = Math.max(this.mostAtOnce, this.#running);
      await this.#wait().finally(() => {
        this.#running -= 1;
      });
    },
    here: () => {
      this.waitsHere += 1;
      this.take();
      if (this.#fail || this.failsHere) throw refused();
    },
  };
  failsHere = false;
  #running = 0;
  mostAtOnce = 0;
  waitsHere = 0;

  async #wait(): Promise<void> {
    this.#waits += 1;
    this.take();
    if (this.#held !== undefined) await new Promise<void>((resolve) => this.#held?.push(resolve));
    else await turns(1);
    if (this.#fail) throw refused();
  }

  take(): void {
    // A closed descriptor would give up the locks of the database.
    writeFileSync(
      this.image,
      lookInto(path(), (file) => readFileSync(file)),
    );
    if (existsSync(`${path()}-wal`)) copyFileSync(`${path()}-wal`, `${this.image}-wal`);
  }

  get image(): string {
    return directory.path('image.db');
  }

  get waits(): number {
    return this.#waits;
  }

  hold(): void {
    this.#held = [];
  }

  /** Resolves when somebody waits who is held. */
  async nextWait(): Promise<void> {
    while (this.#held?.length === 0) await turns(1);
  }

  /** Lets all waits end, and those that follow. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const end of held) end();
  }

  fail(fails: boolean): void {
    this.#fail = fails;
  }

  /** The notes after the power went and came back. */
  async afterPowerLoss(): Promise<readonly number[]> {
    const [after, log] = [directory.path('after.db'), directory.path('after.db-wal')];
    rmSync(log, { force: true });
    copyFileSync(this.image, after);
    if (existsSync(`${this.image}-wal`)) copyFileSync(`${this.image}-wal`, log);
    const connection = await openSqlite(after);
    const rows = connection.prepare('SELECT id FROM notes ORDER BY id').all();
    connection.close();
    return rows.map((row) => Number((row as { id: number }).id));
  }
}

const refused = () => Object.assign(new Error('i/o error'), { code: 'EIO' });

let disk: Disk;
beforeEach(() => {
  disk = new Disk();
});

async function openNotes(): Promise<Database<Tables>> {
  await writeFile(path(), '', { flag: 'a' });
  const database = await openDatabase<Tables>(path(), { sync: disk.sync });
  await database.write(async (db) => {
    await sql`CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)`.execute(db);
  });
  return database;
}

const add = (database: Database<Tables>, id: number) =>
  database.write(async (db) => {
    await db
      .insertInto('notes')
      .values({ id, text: 'x'.repeat(500) })
      .execute();
    return id;
  });
/** With another one, so that their thread does not wait itself. */
const addInGroup = async (database: Database<Tables>, id: number) => {
  const [added] = await Promise.all([add(database, id), database.write(async () => undefined)]);
  return added;
};
const ids = (database: Database<Tables>) =>
  database.read(async (db) => (await db.selectFrom('notes').select('id').orderBy('id').execute()).map(({ id }) => id));

/** Turns of the event loop in which what is ready would be told. */
async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test('what is told of a write, a read or a refusal is on the disk, and nothing is told before', async () => {
  const database = await openNotes();
  disk.hold();
  const told: string[] = [];
  const tell = (what: string) => () => void told.push(what);
  const writing = addInGroup(database, 1).then(tell('written'));
  await disk.nextWait();
  const reading = ids(database).then((found) => tell(`read ${found}`)());
  const refusing = database
    .read(async (db) => {
      const [note] = await db.selectFrom('notes').selectAll().execute();
      throw new CustosError('STATE_CONFLICT', `there is ${note?.id}`);
    })
    .catch((error: Error) => tell(error.message)());
  await turns();
  expect(told).toEqual([]);
  disk.release();
  await Promise.all([writing, reading, refusing]);
  expect(told.sort()).toEqual(['read 1', 'there is 1', 'written']);
  await database.close();
});

test('a write that is refused because of another one tells it when that one is on the disk', async () => {
  const database = await openNotes();
  disk.hold();
  let isTold = false;
  const both = Promise.allSettled([add(database, 1), add(database, 1)]).then((found) => {
    isTold = true;
    return found.map(({ status }) => status);
  });
  await disk.nextWait();
  await turns();
  expect(isTold).toBe(false);
  disk.release();
  expect(await both).toEqual(['fulfilled', 'rejected']);
  await database.close();
});

test('a commit during a wait for the disk has a wait of its own', async () => {
  const database = await openNotes();
  const foreign = await openSqlite(path());
  disk.hold();
  const writing = addInGroup(database, 1);
  await disk.nextWait();
  foreign.exec("INSERT INTO notes VALUES (2, 'by another process')");
  const reading = ids(database);
  await turns();
  const before = disk.waits;
  disk.release();
  expect(await writing).toBe(1);
  expect(await reading).toEqual([1, 2]);
  expect(disk.waits - before).toBe(1);
  expect(await disk.afterPowerLoss()).toEqual([1, 2]);
  foreign.close();
  await database.close();
});

test('there is one wait at a time, however reads and commits fall together', async () => {
  const database = await openNotes();
  const foreign = await openSqlite(path());
  disk.hold();
  const writing = addInGroup(database, 1);
  await disk.nextWait();
  foreign.exec("INSERT INTO notes VALUES (2, 'by another process')");
  const reading = ids(database);
  await turns();
  const later: Promise<unknown>[] = [];
  for (let microtask = 0; microtask < 400; microtask++) {
    await Promise.resolve();
    // Reads take some microtasks, so that those begun before ask at every moment around the end of the wait.
    if (microtask === 200) disk.release();
    later.push(ids(database));
  }
  await Promise.all([writing, reading, ...later]);
  expect(disk.mostAtOnce).toBe(1);
  foreign.close();
  await database.close();
});

test('a lone write waits in its own thread, and what the disk refuses then is written again', async () => {
  const database = await openNotes();
  const waits = disk.waits;
  await add(database, 1);
  expect([disk.waitsHere, disk.waits - waits]).toEqual([1, 0]);
  expect(await disk.afterPowerLoss()).toEqual([1]);
  disk.failsHere = true;
  expect(await add(database, 2)).toBe(2);
  expect(disk.waits - waits).toBe(1);
  rmSync(`${disk.image}-wal`, { force: true });
  expect(await disk.afterPowerLoss()).toEqual([1, 2]);
  await database.close();
});

test('a lone write behind several others waits aside, because their callers may have work meanwhile', async () => {
  const database = await openNotes();
  await Promise.all([add(database, 1), add(database, 2)]);
  const waits = disk.waits;
  await add(database, 3);
  expect([disk.waitsHere, disk.waits - waits]).toEqual([0, 1]);
  await add(database, 4);
  expect([disk.waitsHere, disk.waits - waits]).toEqual([1, 1]);
  expect(await disk.afterPowerLoss()).toEqual([1, 2, 3, 4]);
  await database.close();
});

test('what another process committed is on the disk before a read tells it, and only once', async () => {
  const database = await openNotes();
  const foreign = await openSqlite(path());
  foreign.exec("PRAGMA synchronous=OFF; INSERT INTO notes VALUES (7, 'by another process')");
  expect(await ids(database)).toEqual([7]);
  expect(await disk.afterPowerLoss()).toEqual([7]);
  const waits = disk.waits;
  expect(await ids(database)).toEqual([7]);
  await database.write(async (db) => db.selectFrom('notes').selectAll().execute());
  expect(disk.waits).toBe(waits);
  foreign.close();
  await database.close();
});

test('whatever was told is there after the power has gone, through restarts of the log', async () => {
  const database = await openNotes();
  const foreign = await openSqlite(path());
  const told: number[] = [];
  const writer = async (from: number) => {
    for (let id = from; id < 600; id += 20) told.push(await add(database, id));
  };
  let isDone = false;
  const reader = async () => {
    for (let turn = 0; !isDone; turn++) {
      if (turn % 10 === 9) foreign.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
      const seen = await ids(database);
      expect(await disk.afterPowerLoss()).toEqual(expect.arrayContaining(seen.slice(-200)));
      await turns(1);
    }
  };
  const reading = reader();
  await Promise.all(Array.from({ length: 20 }, (_, from) => writer(from)));
  isDone = true;
  await reading;
  expect(await disk.afterPowerLoss()).toHaveLength(600);
  foreign.close();
  await database.close();
});

test('what the disk does not take is told as such, and is written again before anything else is told', async () => {
  const database = await openNotes();
  await add(database, 1);
  disk.fail(true);
  await expect(add(database, 2)).rejects.toMatchObject({ code: 'COMMIT_UNKNOWN' });
  await expect(ids(database)).rejects.toMatchObject({ code: 'STORE_FULL' });
  await expect(add(database, 3)).rejects.toMatchObject({ code: 'COMMIT_UNKNOWN' });
  disk.fail(false);
  expect(await ids(database)).toEqual([1, 2, 3]);
  // The log was moved into the file, so that the disk needs none of what it once refused.
  disk.take();
  rmSync(`${disk.image}-wal`, { force: true });
  expect(await disk.afterPowerLoss()).toEqual([1, 2, 3]);
  expect(await add(database, 4)).toBe(4);
  await database.close();
});

test('a log that cannot be moved into the file after a failure is not taken for written', async () => {
  const database = await openNotes();
  const foreign = await openSqlite(path());
  foreign.exec('BEGIN');
  foreign.prepare('SELECT * FROM notes').all();
  disk.fail(true);
  await expect(add(database, 1)).rejects.toMatchObject({ code: 'COMMIT_UNKNOWN' });
  disk.fail(false);
  await expect(ids(database)).rejects.toMatchObject({ code: 'STORE_FULL' });
  foreign.exec('COMMIT');
  expect(await ids(database)).toEqual([1]);
  foreign.close();
  await database.close();
});
