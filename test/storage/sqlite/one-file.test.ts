import { link, mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import { peekStoreKeys } from '../../../src/storage/peek.js';
import { openQueue } from '../../../src/storage/queue/queue.js';
import { allIds, anySlot, anyWallet, freshDirectory, runChild, storeId } from '../support.js';

const directory = freshDirectory();
const location = () => directory.path('store.db');
const content = () => ({ storeId, slots: [anySlot()] });

async function makeStore(): Promise<void> {
  await (await createStore(location(), content())).close();
}

/** Leaves a wallet that is in the log alone. @returns its signature ID */
async function killBehindLog(): Promise<string> {
  const { lines, errors } = await runChild(
    `
    import { randomUUID } from 'node:crypto';
    import { openStore } from '$(storage/open-store.ts)';
    const store = await openStore(${JSON.stringify(location())});
    const signatureId = randomUUID();
    const [publicBox, secretBox] = [new Uint8Array(80), new Uint8Array(64)];
    const facts = { chain: 'ETH', network: 'mainnet', kind: 'key', createdAt: 1, format: 1 };
    await store.wallets.add([{ signatureId, ...facts, publicBox, secretBox }]);
    console.log(signatureId);
    setInterval(() => undefined, 1000);`,
    { killAfter: 0 },
  );
  expect(errors).toBe('');
  return String(lines[0]);
}

async function idsIn(path: string): Promise<readonly string[]> {
  const store = await openStore(path);
  const found = await allIds(store.wallets, {});
  await store.close();
  return found;
}

describe('a database is made', () => {
  it('never beside the log of a store that was moved away without it, and the log still has its wallets', async () => {
    await makeStore();
    const id = await killBehindLog();
    await rename(location(), directory.path('old.db'));
    const before = await readFile(`${location()}-wal`);
    for (const make of [() => createStore(location(), content()), () => openQueue(location())]) {
      await expect(make()).rejects.toMatchObject({ code: 'STORE_EXISTS', message: expect.stringContaining('-wal') });
    }
    expect(await readdir(directory.path('.'))).not.toContain('store.db');
    expect((await readFile(`${location()}-wal`)).equals(before)).toBe(true);
    await rename(`${location()}-wal`, directory.path('old.db-wal'));
    expect(await idsIn(directory.path('old.db'))).toEqual([id]);
    await makeStore();
    expect(await idsIn(location())).toEqual([]);
  });

  it.each(['-wal', '-journal'])('never beside an empty file with %s, which somebody may have open', async (end) => {
    await writeFile(`${location()}${end}`, '');
    for (const make of [() => createStore(location(), content()), () => openQueue(location())]) {
      await expect(make()).rejects.toMatchObject({ code: 'STORE_EXISTS' });
    }
    expect(await readdir(directory.path('.'))).toEqual([`store.db${end}`]);
  });
});

describe('a database behind a symbolic link', () => {
  it('is the database itself: its log, its lock, and what is written', async () => {
    await makeStore();
    await mkdir(directory.path('elsewhere'));
    const other = directory.path('elsewhere/link.db');
    await symlink(location(), other);
    const [store, linked] = [await openStore(location()), await openStore(other)];
    const [one, two] = [anyWallet(), anyWallet()];
    await store.wallets.add([one]);
    await linked.wallets.add([two]);
    await store.lockForDaemon();
    await expect(linked.lockForDaemon()).rejects.toMatchObject({ code: 'DAEMON_RUNNING' });
    await expect(linked.lockForRekey()).rejects.toMatchObject({ code: 'DAEMON_RUNNING' });
    await linked.close();
    await store.close();
    expect([...(await idsIn(other))].sort()).toEqual([one.signatureId, two.signatureId].sort());
    expect(await readdir(directory.path('elsewhere'))).toEqual(['link.db']);
  });

  it('takes the transactions of a gateway', async () => {
    await (await openQueue(directory.path('queue.db'))).close();
    await symlink(directory.path('queue.db'), directory.path('link.db'));
    const queue = await openQueue(directory.path('link.db'));
    await queue.keys.all();
    await queue.close();
    expect((await readdir(directory.path('.'))).sort()).toEqual(['link.db', 'queue.db']);
  });
});

describe('a file with a second name', () => {
  it('is opened under neither, because what is written under one is lost under the other', async () => {
    await makeStore();
    await link(location(), directory.path('second.db'));
    for (const path of [location(), directory.path('second.db')]) {
      for (const open of [openStore, peekStoreKeys, openQueue]) {
        await expect(open(path)).rejects.toMatchObject({
          code: 'STORE_UNSUPPORTED',
          message: expect.stringContaining(path),
        });
      }
    }
  });

  it('is opened when the name is left of a process that was killed while it made the store', async () => {
    await makeStore();
    const left = directory.path('store.db.new-0123456789ab');
    await link(location(), left);
    await writeFile(directory.path('store.db.new-ba9876543210'), 'another half-made file');
    await (await openStore(location())).close();
    expect((await readdir(directory.path('.'))).sort()).toEqual(['store.db', 'store.db.new-ba9876543210']);
  });
});
