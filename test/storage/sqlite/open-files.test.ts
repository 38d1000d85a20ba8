import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { openSqlite as openBuilt } from '../../../dist/storage/sqlite/connection.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import { peekStoreKeys } from '../../../src/storage/peek.js';
import { anySlot, freshDirectory, runChild, storeId } from '../support.js';

const directory = freshDirectory();
const location = () => directory.path('store.db');

async function makeStore(): Promise<void> {
  const store = await createStore(location(), { storeId, slots: [anySlot()] });
  await store.close();
}

/** What another process prints that opens the store, does `work` with it, and closes it. */
async function elsewhere(work: string): Promise<readonly string[]> {
  const { lines, errors } = await runChild(`
    const { openStore } = await import('$(storage/open-store.ts)');
    const { openDatabase } = await import('$(storage/open-database.ts)');
    const { sql } = await import('kysely');
    const location = ${JSON.stringify(location())};
    ${work}`);
  expect(errors).toBe('');
  return lines;
}

const hasProc = existsSync('/proc/self/fd') && existsSync('/proc/self/maps');
if (!hasProc) console.warn('skipped: this system does not list the open files and libraries of a process in /proc');
it.skipIf(!hasProc)('a store that is closed has no open file, whatever was prepared', async () => {
  await makeStore();
  const store = await openStore(location());
  await store.journal.endLeases();
  await store.journal.events('none');
  await store.close();
  const names = readdirSync('/proc/self/fd').flatMap((one) => {
    try {
      return [readlinkSync(`/proc/self/fd/${one}`)];
    } catch {
      return [];
    }
  });
  expect(names.filter((name) => name.startsWith(location()))).toEqual([]);
});

it.skipIf(!hasProc)('built and unbuilt modules in one process have one copy of SQLite', async () => {
  await makeStore();
  const store = await openStore(location());
  (await openBuilt(location())).close();
  const maps = readFileSync('/proc/self/maps', 'utf8').split('\n');
  const copies = new Set(
    maps.map((line) => line.split(/\s+/)[5]).filter((file) => file?.endsWith('sqlite.glibc.node')),
  );
  expect(copies.size).toBe(process.versions.node.startsWith('20.') ? 1 : 0);
  await store.close();
});

it.each<readonly [string, () => Promise<unknown>]>([
  ['looks for its key slots', () => peekStoreKeys(location())],
  ['opens and closes it once more', async () => (await openStore(location())).close()],
  ['finds another daemon on it', async () => expect(lockAgain()).rejects.toMatchObject({ code: 'DAEMON_RUNNING' })],
])('what a process writes is there although it %s, and another process comes and goes', async (_, look) => {
  await makeStore();
  const store = await openStore(location());
  await store.lockForDaemon();
  const database = await openDatabase<Record<string, never>>(location());
  await database.write(async (db) => void (await sql`CREATE TABLE notes (note TEXT)`.execute(db)));
  await look();
  await elsewhere(`await (await openStore(location)).close();`);
  await database.write(async (db) => void (await sql`INSERT INTO notes VALUES ('durable')`.execute(db)));
  const read = `
    const database = await openDatabase(location);
    const { rows } = await database.read((db) => sql\`SELECT note FROM notes\`.execute(db));
    console.log(rows[0]?.note);
    const store = await openStore(location);
    await store.lockForDaemon().catch(({ code }) => console.log(code));`;
  expect(await elsewhere(read)).toEqual(['durable', 'DAEMON_RUNNING']);
  await database.close();
  await store.close();
});

async function lockAgain(): Promise<void> {
  const second = await openStore(location());
  try {
    await second.lockForDaemon();
  } finally {
    await second.close();
  }
}
