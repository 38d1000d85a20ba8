import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readdir, readFile, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { Store } from '../../../src/core/store/store.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import { createStore, openStore, storeExists } from '../../../src/storage/open-store.js';
import { openQueue } from '../../../src/storage/queue/queue.js';
import { anySlot, anyWallet, freshDirectory, runChild, storeId } from '../support.js';

const directory = freshDirectory();
const location = () => directory.path('store.db');

async function makeStore(path = location()): Promise<Store> {
  return createStore(path, { storeId, slots: [anySlot()] });
}

async function sqlOn(path: string, ...statements: string[]): Promise<void> {
  const database = await openDatabase<never>(path);
  await database.write(async (db) => {
    for (const statement of statements) await sql.raw(statement).execute(db);
  });
  await database.close();
}

test('only the owner can read a new store, its directory and all files beside it', async () => {
  const path = directory.path('deep/down/store.db');
  const store = await makeStore(path);
  await store.wallets.add([anyWallet()]);
  await store.lockForDaemon();
  expect((await stat(directory.path('deep/down'))).mode & 0o777).toBe(0o700);
  const names = await readdir(directory.path('deep/down'));
  expect(names).toEqual(expect.arrayContaining(['store.db', 'store.db-wal', 'store.db-shm', 'store.db.daemon-lock']));
  for (const name of names) expect((await stat(directory.path(`deep/down/${name}`))).mode & 0o077, name).toBe(0);
  await store.close();
});

test('a store is closed into its one file, which can be copied alone and opened elsewhere', async () => {
  const store = await makeStore();
  const wallet = anyWallet();
  await store.wallets.add([wallet]);
  await store.close();
  await copyFile(location(), directory.path('copy.db'));
  const copy = await openStore(directory.path('copy.db'));
  expect(copy.storeId).toBe(storeId);
  expect(await copy.wallets.get([wallet.signatureId])).toEqual([wallet]);
  await copy.close();
});

test('making a store never touches an existing file of the name, whatever it is', async () => {
  await writeFile(location(), 'precious');
  await expect(makeStore()).rejects.toMatchObject({ code: 'STORE_EXISTS' });
  expect(await readFile(location(), 'utf8')).toBe('precious');
  await symlink(directory.path('nowhere'), directory.path('link.db'));
  await expect(makeStore(directory.path('link.db'))).rejects.toMatchObject({ code: 'STORE_EXISTS' });
  await mkdir(directory.path('folder.db'));
  await expect(makeStore(directory.path('folder.db'))).rejects.toMatchObject({ code: 'STORE_EXISTS' });
  expect((await readdir(directory.path('.'))).sort()).toEqual(['folder.db', 'link.db', 'store.db']);
});

test('of two that make the same store at the same time, one fails because it exists', async () => {
  const settled = await Promise.allSettled([makeStore(), makeStore(), makeStore()]);
  const made = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  expect(made).toHaveLength(1);
  for (const one of settled) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'STORE_EXISTS' });
  for (const store of made) await store.close();
  expect((await readdir(directory.path('.'))).filter((name) => !/^store\.db(-wal|-shm)?$/.test(name))).toEqual([]);
});

test('a store that fails while it is filled leaves nothing behind', async () => {
  const fill = async (empty: Pick<Store, 'wallets'>) => {
    await empty.wallets.add([anyWallet()]);
    throw new Error('interrupted');
  };
  await expect(createStore(location(), { storeId, slots: [anySlot()], fill })).rejects.toThrow('interrupted');
  expect(await readdir(directory.path('.'))).toEqual([]);
});

test('a missing store is reported as missing, and a look does not make one', async () => {
  await expect(openStore(location())).rejects.toMatchObject({ code: 'STORE_MISSING' });
  expect(await storeExists(location())).toBe(false);
  expect(await readdir(directory.path('.'))).toEqual([]);
});

test('an empty file is a damaged store, never a new one', async () => {
  await writeFile(location(), '');
  await expect(openStore(location())).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
  expect((await stat(location())).size).toBe(0);
});

test('a store that is cut off anywhere is damaged, and is left as it is', async () => {
  await (await makeStore()).close();
  const whole = await readFile(location());
  const cuts = [1, 15, 16, 50, 99, 100, 4095, 4096, 8192, whole.length - 4096, whole.length - 1];
  for (const size of cuts) {
    const path = directory.path(`cut-${size}.db`);
    await writeFile(path, whole.subarray(0, size));
    const code = size < 16 ? 'STORE_FOREIGN' : 'STORE_DAMAGED';
    await expect(openStore(path), `${size} bytes`).rejects.toMatchObject({ code });
    expect((await stat(path)).size).toBe(size);
  }
});

test('a truncated store beside a left-over log is still called damaged', async () => {
  const store = await makeStore();
  await store.close();
  await truncate(location(), 8192);
  await writeFile(`${location()}-wal`, '');
  const opening = openStore(location()).then(async (opened) => {
    await opened.check().finally(() => opened.close());
  });
  await expect(opening).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
});

test('foreign files are refused by their kind and left unchanged', async () => {
  const sqlite = directory.path('other.db');
  await writeFile(sqlite, '');
  await sqlOn(sqlite, 'CREATE TABLE contacts (name TEXT)');
  const files: Record<string, string | Buffer> = {
    'notes.txt': 'dear diary '.repeat(500),
    'wallet.dat': `U2FsdGVkX1${'8'.repeat(800)}`,
    'zeros.bin': Buffer.alloc(10_000),
    'other.db': await readFile(sqlite),
  };
  for (const [name, content] of Object.entries(files)) {
    await writeFile(directory.path(name), content);
    await expect(openStore(directory.path(name)), name).rejects.toMatchObject({ code: 'STORE_FOREIGN' });
    expect(await readFile(directory.path(name)), name).toEqual(Buffer.from(content));
  }
});

test('a wallet.dat is named as such, because it can be migrated', async () => {
  await writeFile(location(), `U2FsdGVkX1${'8'.repeat(800)}`);
  await expect(openStore(location())).rejects.toMatchObject({ message: expect.stringContaining('is a wallet.dat') });
});

test('a store of a later format is refused as newer', async () => {
  await (await makeStore()).close();
  await sqlOn(location(), "UPDATE meta SET value = '99' WHERE key = 'format'");
  await expect(openStore(location())).rejects.toMatchObject({ code: 'STORE_NEWER' });
});

test.each([
  ["DELETE FROM meta WHERE key = 'format'"],
  ["UPDATE meta SET value = 'x' WHERE key = 'format'"],
  ["UPDATE meta SET value = 'short' WHERE key = 'store_id'"],
  ['DROP TABLE meta'],
])('a store without readable facts about itself is damaged: %s', async (statement) => {
  await (await makeStore()).close();
  await sqlOn(location(), statement);
  await expect(openStore(location())).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
});

test('flipped bytes anywhere end in a coded error or do no harm, never in another failure', async () => {
  const store = await makeStore();
  const wallets = Array.from({ length: 40 }, () => anyWallet());
  await store.wallets.add(wallets);
  await store.close();
  const whole = await readFile(location());
  const codes = new Set<string>();
  for (let at = 0; at < whole.length; at += 211) {
    const path = directory.path('flipped.db');
    const bytes = Buffer.from(whole);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 0xff, at);
    await writeFile(path, bytes);
    codes.add(await outcome(path, wallets.length));
  }
  codes.delete('as before');
  expect([...codes].filter((code) => !/^(STORE|RECORD)_(DAMAGED|FOREIGN|NEWER)$/.test(code))).toEqual([]);
});

async function outcome(path: string, count: number): Promise<string> {
  try {
    const store = await openStore(path);
    try {
      await store.check();
      await store.slots.all();
      const page = await store.wallets.page({}, undefined, 100);
      return page.length === count ? 'as before' : `${page.length} wallets`;
    } finally {
      await store.close();
    }
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

test('the check of the database finds a damaged page', async () => {
  const store = await makeStore();
  await store.wallets.add(Array.from({ length: 500 }, () => anyWallet()));
  await store.check();
  await store.close();
  const bytes = await readFile(location());
  bytes.fill(0x5a, bytes.length - 6000, bytes.length - 3000);
  await writeFile(location(), bytes);
  const damaged = await openStore(location());
  await expect(damaged.check()).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
  await damaged.close();
});

// Root may write everywhere on a disk, so these places are ones where even root cannot make a file.
test.each([
  ['/proc/custos/store.db', 'STORE_UNREACHABLE'],
  ['/proc/store.db', 'STORE_UNREACHABLE'],
])('an unwritable place is a coded error: %s', async (path, code) => {
  await expect(makeStore(path)).rejects.toMatchObject({ code });
  await expect(storeExists(path)).resolves.toBe(false);
});

test('a path below a file is a coded error', async () => {
  await writeFile(directory.path('file'), 'x');
  const path = directory.path('file/store.db');
  await expect(makeStore(path)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  await expect(openStore(path)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  await expect(storeExists(path)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
});

const noFiles: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  'a directory': (path) => mkdir(path),
  'a pipe': async (path) => execFileSync('mkfifo', [path]),
  'a socket': async (path) => {
    const server = createServer().listen(path);
    await once(server, 'listening');
    server.unref();
  },
  'a device': (path) => symlink('/dev/zero', path),
};

test.each(Object.keys(noFiles))('%s in the place of a store or queue is a coded error at once', async (kind) => {
  await noFiles[kind]?.(location());
  for (const open of [openStore, openQueue]) {
    await expect(open(location())).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
      message: expect.stringMatching(/the path is a (directory|pipe, a socket or a device)/),
    });
  }
});

test('only one daemon runs at a time: the second learns which process the first is, and a killed one leaves no lock', async () => {
  await (await makeStore()).close();
  const daemon = `
    const { openStore } = await import('$(storage/open-store.ts)');
    const store = await openStore(${JSON.stringify(location())});
    try {
      await store.lockForDaemon();
      console.log('locked', process.pid);
      setInterval(() => {}, 1000);
    } catch (error) {
      console.log(error.code, error.message);
    }
    if (process.argv.length > 99) await store.close();`;
  const store = await openStore(location());
  await store.lockForDaemon();
  const refused = await runChild(`${daemon}\nawait store.close();`);
  expect(refused.lines).toEqual([expect.stringMatching(new RegExp(`^DAEMON_RUNNING .*process ${process.pid}`))]);
  await store.close();
  const killed = await runChild(daemon, { killAfter: 1 });
  expect(killed).toMatchObject({ signal: 'SIGKILL', lines: [expect.stringMatching(/^locked/)] });
  const next = await openStore(location());
  await next.lockForDaemon();
  await next.close();
});

test('a store that a link leads to is one store: it has one daemon, and what was written before a crash', async () => {
  const wallet = anyWallet();
  await (await makeStore()).close();
  const link = directory.path('link.db');
  await symlink(location(), link);
  const crashing = `
    const { openStore } = await import('$(storage/open-store.ts)');
    const { parseSignatureId } = await import('$(core/ids.ts)');
    const store = await openStore(${JSON.stringify(link)});
    const bytes = new Uint8Array(100);
    const id = parseSignatureId('${wallet.signatureId}');
    const facts = { chain: 'ETH', network: 'mainnet', kind: 'key', createdAt: 1, format: 1 };
    await store.wallets.add([{ ...facts, signatureId: id, publicBox: bytes, secretBox: bytes }]);
    process.kill(process.pid, 'SIGKILL');`;
  expect(await runChild(crashing)).toMatchObject({ signal: 'SIGKILL', errors: '' });
  const [store, same] = [await openStore(link), await openStore(location())];
  expect(await store.wallets.get([wallet.signatureId])).toMatchObject([{ signatureId: wallet.signatureId }]);
  await store.lockForDaemon();
  await expect(same.lockForDaemon()).rejects.toMatchObject({ code: 'DAEMON_RUNNING' });
  await Promise.all([store.close(), same.close()]);
});

test('a password slot can be replaced, but the last password cannot be removed', async () => {
  const store = await makeStore();
  const [first] = await store.slots.all();
  const second = anySlot();
  await store.slots.replace([second, anySlot('recovery')], [first!.id]);
  expect((await store.slots.all()).filter(({ kind }) => kind === 'password')).toEqual([second]);
  await expect(store.slots.replace([], [second.id])).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  expect(await store.slots.all()).toHaveLength(2);
  await store.close();
});
