import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { backupStore, restoreStore } from '../../src/app/store/backup.js';
import { verifyStore } from '../../src/app/store/verify.js';
import { Secret } from '../../src/core/secret.js';
import { parsePending } from '../../src/core/signing/pending.js';
import { journalMac } from '../../src/core/store/journal-mac.js';
import type { KeySlot, Store } from '../../src/core/store/store.js';
import { JournalSeal } from '../../src/storage/journal/seal.js';
import { openDatabase } from '../../src/storage/open-database.js';
import { createStore, openStore } from '../../src/storage/open-store.js';
import type { StoreTables } from '../../src/storage/schema.js';
import { BackupReader, readHeader } from '../../src/vault/backup-format.js';
import { journalKeyOf } from '../../src/vault/journal-key.js';
import { makeRecoveryKey, makeSlot } from '../../src/vault/key-slots.js';
import { fileTest } from '../support/file-test.js';
import { chains, newVault } from '../vault/support.js';
import { anyWallet, eth, freshDirectory, freshLocation, runChild, storeId } from './support.js';

const directory = freshDirectory();
const location = freshLocation();
const backup = () => directory.path('backup.custos');
const { rootKey, vault } = newVault();
const password = () => Secret.text('correct horse');
const recoveryKey = makeRecoveryKey();
let slots: KeySlot[];
beforeAll(async () => {
  slots = [
    await makeSlot(rootKey, password(), { kind: 'password', storeId }),
    await makeSlot(rootKey, recoveryKey, { kind: 'recovery', storeId }),
  ];
});

let store: Store;
beforeEach(async () => {
  store = await createStore(location(), { storeId, slots });
});
afterEach(() => store.close());

const pending = (id: string, serializedTransaction = '{}') =>
  parsePending({ id, chain: 'ETH', hashes: [], serializedTransaction }, eth, 'testnet');

async function fill(wallets = 3): Promise<void> {
  const made = await Promise.all(
    Array.from({ length: wallets }, (_, at) => vault.create(eth, 'testnet', { kind: at % 2 === 0 ? 'key' : 'hd' })),
  );
  const [first, second, ...others] = made.map(({ sealed }) => sealed);
  const tagged =
    first && vault.withControl(first, { tags: ['hot'], owner: 'ann', state: 'suspended', since: 5, reason: 'x' });
  const destroyed = second && vault.withControl(second, { tags: [], state: 'destroyed', since: 5 });
  await store.wallets.add([tagged, destroyed, ...others].filter((one) => one !== undefined));
  const [claimed] = await store.journal.claim([pending('a'), pending('b')]);
  if (claimed?.kind !== 'claimed') throw new Error('not claimed');
  await store.journal.advance(claimed.lease, 'signed', { signed: '0xf86c', txId: '0xaa', nonce: 7n, sender: '0x1' });
}

/** Everything that the store holds, as one value. */
async function content(of: Store) {
  const transactions = await of.journal.find({});
  return {
    storeId: of.storeId,
    slots: await of.slots.all(),
    wallets: await of.wallets.page({}, undefined, 10_000),
    transactions: [...transactions].sort((one, other) => (one.id < other.id ? -1 : 1)),
    events: await Promise.all(transactions.map(({ id }) => of.journal.events(id))),
  };
}

test.each([
  ['the password', password],
  ['the recovery key', () => recoveryKey],
])('a backup is restored whole with %s', async (_what, secret) => {
  await fill();
  const told: [number, number][] = [];
  const options = { file: backup(), progress: (done: number, total: number) => told.push([done, total]) };
  expect(await backupStore(store, rootKey, options)).toEqual({ wallets: 3, transactions: 2 });
  expect(told).toEqual([[3, 3]]);
  expect((await stat(backup())).mode & 0o777).toBe(0o600);
  const path = directory.path('restored/store.db');
  expect(await restoreStore(backup(), { password: secret(), location: path })).toEqual({ wallets: 3, transactions: 2 });
  const restored = await openStore(path);
  const [first, second] = await Promise.all([content(store), content(restored)]);
  expect(second).toEqual(first);
  expect(await verifyStore(restored, { vault, chains })).toEqual({ checked: 3, problems: [] });
  await restored.close();
});

async function fillWith({ journal }: Store, id: string, spends: readonly string[]) {
  const [result] = await journal.claim([pending(id)]);
  if (result === undefined || result.kind === 'changed' || result.lease === undefined) throw new Error('no lease');
  await journal.advance(result.lease, 'claimed', { spends }, 'filled');
  return result.lease;
}

async function signWith(id: string, spends: readonly string[]) {
  const lease = await fillWith(store, id, spends);
  await store.journal.advance(lease, 'signed', { signed: '0xf86c', txId: `0x${spends[0]}` });
  return lease;
}

test('after a restore no transaction spends what the last bytes of a signed one spend', async () => {
  await store.journal.expire(await signWith('a', ['aa0']), 'ran out');
  await store.journal.advance(await signWith('a', ['bb0', 'bb1']), 'broadcast', {});
  await store.journal.advance(await signWith('failed', ['cc0']), 'failed', {});
  await signWith('damaged', ['dd0']);
  const database = await openDatabase<StoreTables>(location());
  await database.write((db) =>
    db.updateTable('transaction_events').set({ fact: '{' }).where('transaction_id', '=', 'damaged').execute(),
  );
  await database.close();
  await backupStore(store, rootKey, { file: backup() });
  const path = directory.path('restored.db');
  await restoreStore(backup(), { password: password(), location: path });
  const restored = await openStore(path);
  for (const output of ['bb0', 'bb1']) {
    await expect(fillWith(restored, output, [output])).rejects.toMatchObject({ code: 'OUTPUT_SPENT' });
  }
  for (const output of ['aa0', 'cc0']) await fillWith(restored, output, [output]);
  expect(await restored.journal.get('damaged')).toMatchObject({ state: 'signed' });
  await restored.close();
});

test('rows of files from before times were whole are restored, and a changed one is still seen', async () => {
  const key = journalKeyOf(rootKey, storeId);
  await store.unlockJournal({ key, mayAdopt: false });
  await store.journal.claim([pending('a'), pending('b')]);
  const seal = new JournalSeal(false);
  seal.unlock(journalMac(key));
  const records = (await store.journalRecords.page(undefined, 10)).map((record) => {
    const row = { ...record.row, next_attempt_at: 1_800_000_000_000.25 } as StoreTables['transactions'];
    return { ...record, row: record.id === 'a' ? { ...row, mac: seal.of('transactions', row) } : row };
  });
  const database = await openDatabase<StoreTables>(location());
  await database.write(async (db) => {
    await db.deleteFrom('transaction_events').execute();
    await db.deleteFrom('transactions').execute();
  });
  await database.close();
  await store.journalRecords.add(records);
  expect(await store.journal.get('a')).toMatchObject({ nextAttemptAt: 1_800_000_000_001 });
  await expect(store.journal.get('b')).rejects.toMatchObject({ code: 'RECORD_DAMAGED' });
});

test('a backup shows nothing of what is in it', async () => {
  await fill(2);
  await backupStore(store, rootKey, { file: backup() });
  const bytes = await readFile(backup());
  const [wallet] = await store.wallets.page({}, undefined, 1);
  // Three bytes alone would be in one of a few hundred encrypted backups by chance.
  for (const planted of [wallet?.signatureId ?? '', '0xf86c', '"chain":"ETH"', 'testnet', 'correct horse']) {
    expect(bytes.includes(planted), planted).toBe(false);
  }
});

test('neither a backup nor a restore overwrites an existing file', async () => {
  await fill(1);
  await writeFile(backup(), 'precious');
  await expect(backupStore(store, rootKey, { file: backup() })).rejects.toMatchObject({ code: 'BACKUP_EXISTS' });
  expect(await readFile(backup(), 'utf8')).toBe('precious');
  await backupStore(store, rootKey, { file: directory.path('second') });
  await writeFile(directory.path('there.db'), 'precious too');
  const restoring = restoreStore(directory.path('second'), {
    password: password(),
    location: directory.path('there.db'),
  });
  await expect(restoring).rejects.toMatchObject({ code: 'STORE_EXISTS' });
  expect(await readFile(directory.path('there.db'), 'utf8')).toBe('precious too');
});

test('of two simultaneous backups to one file, one fails because it exists', async () => {
  await fill(1);
  const settled = await Promise.allSettled([
    backupStore(store, rootKey, { file: backup() }),
    backupStore(store, rootKey, { file: backup() }),
  ]);
  expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const failed = settled.find((one) => one.status === 'rejected');
  expect(failed?.reason).toMatchObject({ code: 'BACKUP_EXISTS' });
});

test('a wrong password restores nothing', async () => {
  await fill(1);
  await backupStore(store, rootKey, { file: backup() });
  const path = directory.path('restored/store.db');
  const restoring = restoreStore(backup(), { password: Secret.text('wrong'), location: path });
  await expect(restoring).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
  const mistaken = restoreStore(backup(), { password: makeRecoveryKey(), location: path });
  await expect(mistaken).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
  await expect(stat(directory.path('restored'))).rejects.toMatchObject({ code: 'ENOENT' });
});

/** Reads a backup's bytes to the end with the open key, as a restore does before it makes anything. */
async function readAll(bytes: Uint8Array): Promise<string> {
  let at = 0;
  const source = {
    async take(size: number) {
      if (at + size > bytes.length) throw Object.assign(new Error('cut off'), { code: 'BACKUP_INVALID' });
      at += size;
      return bytes.slice(at - size, at);
    },
    atEnd: async () => at === bytes.length,
  };
  try {
    for await (const rows of new BackupReader(await readHeader(source), rootKey, source).rows()) rows.length;
    return 'whole';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

/** Where the parts of a backup end: magic, header, digest, and each chunk. */
function edges(bytes: Buffer): number[] {
  const found = [16];
  let at = 16 + 4 + bytes.readUInt32BE(16);
  found.push(at);
  at += 32;
  found.push(at);
  while (at < bytes.length) {
    at += 4 + bytes.readUInt32BE(at);
    found.push(at);
  }
  return found;
}

test('a backup that is cut off is invalid, wherever it is cut', async () => {
  await store.wallets.add(Array.from({ length: 1100 }, () => anyWallet()));
  await fill();
  await backupStore(store, rootKey, { file: backup() });
  const bytes = await readFile(backup());
  expect(await readAll(bytes)).toBe('whole');
  const parts = edges(bytes);
  // Magic, header, digest, three pages of wallets, one of transactions, two of the audit log, the end mark.
  expect(parts).toHaveLength(10);
  expect(parts.at(-1)).toBe(bytes.length);
  for (const edge of parts) {
    for (const size of [edge - 1, edge, edge + 1, edge + 4, edge + 5]) {
      if (size < bytes.length) expect(await readAll(bytes.subarray(0, size)), `${size} bytes`).toBe('BACKUP_INVALID');
    }
  }
  expect(await readAll(Buffer.concat([bytes, Buffer.from([0])]))).toBe('BACKUP_INVALID');
});

test('a backup with missing, repeated or exchanged parts is invalid', async () => {
  await store.wallets.add(Array.from({ length: 1100 }, () => anyWallet()));
  await backupStore(store, rootKey, { file: backup() });
  const bytes = await readFile(backup());
  const parts = edges(bytes);
  const chunks = parts.slice(2, -1).map((from, at) => bytes.subarray(from, parts[at + 3]));
  const head = bytes.subarray(0, parts[2]);
  const [one, two, three, end] = chunks;
  if (!one || !two || !three || !end || chunks.length !== 4) throw new Error('unexpected number of chunks');
  expect(await readAll(Buffer.concat([head, one, two, three, end]))).toBe('whole');
  for (const order of [
    [one, three, end],
    [two, one, three, end],
    [one, one, two, three, end],
    [one, two, end],
    [end],
    [one, two, three, end, end],
    [one, two, three],
  ]) {
    expect(await readAll(Buffer.concat([head, ...order]))).toBe('BACKUP_INVALID');
  }
});

test('parts of two backups of one store cannot be mixed', async () => {
  await fill();
  await backupStore(store, rootKey, { file: backup() });
  await backupStore(store, rootKey, { file: directory.path('second') });
  const one = await readFile(backup());
  const two = await readFile(directory.path('second'));
  const headOf = (bytes: Buffer) => edges(bytes)[2] ?? 0;
  const mixed = Buffer.concat([one.subarray(0, headOf(one)), two.subarray(headOf(two))]);
  expect(await readAll(mixed)).toBe('BACKUP_INVALID');
});

test('any changed byte of a backup is detected, and damage never looks like a wrong password', async () => {
  await fill(1);
  await backupStore(store, rootKey, { file: backup() });
  const bytes = await readFile(backup());
  for (let at = 0; at < bytes.length; at++) {
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8(flipped.readUInt8(at) ^ 0x40, at);
    expect(await readAll(flipped), `byte ${at}`).toBe('BACKUP_INVALID');
  }
});

test('any bytes after the mark of a backup give records or a coded error', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.boolean(), async (tail, marked) => {
      const bytes = Buffer.concat([Buffer.from(marked ? 'custos-backup/1\n' : ''), tail]);
      expect(await readAll(bytes)).toBe('BACKUP_INVALID');
    }),
  );
});

test.each([
  ['a later version', 'custos-backup/2\n', 'STORE_NEWER'],
  ['an empty file', '', 'BACKUP_INVALID'],
  ['a text', 'dear diary '.repeat(100), 'BACKUP_INVALID'],
])('a file that is not a backup of this version is refused: %s', async (_what, text, code) => {
  await writeFile(backup(), text);
  const restoring = restoreStore(backup(), { password: password(), location: directory.path('new.db') });
  await expect(restoring).rejects.toMatchObject({ code });
  expect(await readdir(directory.path('.'))).not.toContain('new.db');
});

test('a missing file or a directory is a coded error', async () => {
  await mkdir(backup());
  for (const file of [backup(), directory.path('nowhere')]) {
    const restoring = restoreStore(file, { password: password(), location: directory.path('new.db') });
    await expect(restoring).rejects.toMatchObject({ code: 'BACKUP_INVALID' });
  }
});

test('transactions of the largest size are backed up and restored', async () => {
  // Two are enough for a row that fills a part of its own, and for another one behind it.
  const big = Array.from({ length: 2 }, (_, at) => pending(`big${at}`, '"'.repeat(1024 * 1024)));
  const claims = await store.journal.claim(big);
  for (const claim of claims) {
    if (claim.kind !== 'claimed') throw new Error('not claimed');
    const completed = '\\'.repeat(1024 * 1024);
    for (let turn = 0; turn < 3; turn++) await store.journal.advance(claim.lease, 'claimed', { completed }, 'filled');
  }
  await backupStore(store, rootKey, { file: backup() });
  const path = directory.path('restored.db');
  expect(await restoreStore(backup(), { password: password(), location: path })).toEqual({
    wallets: 0,
    transactions: 2,
  });
  const restored = await openStore(path);
  for (const id of ['big0', 'big1']) expect(await restored.journal.get(id)).toEqual(await store.journal.get(id));
  await restored.close();
});

test('a full disk leaves no backup behind, and the store unchanged', async () => {
  await store.wallets.add(Array.from({ length: 3000 }, () => anyWallet()));
  const child = await runChild(
    `const { openStore } = await import('$(storage/open-store.ts)');
     const { backupStore } = await import('$(app/store/backup.ts)');
     const store = await openStore(${JSON.stringify(location())});
     try {
       await backupStore(store, new Uint8Array(32), { file: ${JSON.stringify(backup())} });
     } catch (error) {
       console.log(error.code);
     }
     console.log(await store.wallets.count({}));
     await store.close();`,
    { fileBlocks: 200 },
  );
  expect(child).toMatchObject({ lines: ['STORE_FULL', '3000'], errors: '', code: 0 });
  expect((await readdir(directory.path('.'))).filter((name) => name.startsWith('backup'))).toEqual([]);
});

test('verifying finds a control box of another record, one that was taken away, and a copy that says something else', async () => {
  const create = () => vault.create(eth, 'testnet', { kind: 'key', tags: ['hot'] });
  const made = await Promise.all(Array.from({ length: 5 }, create));
  const [one, two, three, four, five] = made.map(({ sealed }) => sealed);
  if (!one || !two || !three || !four || !five) throw new Error('not made');
  const { controlBox: _, ...stripped } = two;
  const later = vault.withControl(three, { tags: ['cold'], state: 'active', since: 1 });
  await store.wallets.add([
    { ...one, ...(five.controlBox && { controlBox: five.controlBox }) },
    stripped,
    { ...three, publicBox: later.publicBox },
    { ...four, secretBox: new Uint8Array() },
    five,
  ]);
  const { problems } = await verifyStore(store, { vault, chains });
  const damaged = [one, two, three, four].map(({ signatureId }) => signatureId).sort();
  expect(problems.map(({ signatureId }) => signatureId).sort()).toEqual(damaged);
  expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(['RECORD_DAMAGED']));
});

test('verifying names each record that does not open or does not give its address, and continues', async () => {
  const made = await Promise.all(
    Array.from({ length: 6 }, (_, at) => vault.create(eth, 'testnet', { kind: at % 2 === 0 ? 'hd' : 'key' })),
  );
  const [one, two, three, four] = made.map(({ sealed }) => sealed);
  if (!one || !two || !three || !four) throw new Error('not made');
  const flipped = two.secretBox.slice();
  flipped[20] = (flipped[20] ?? 0) ^ 1;
  await store.wallets.add([
    { ...one, publicBox: three.publicBox },
    { ...two, secretBox: flipped },
    { ...three, network: 'mainnet' },
    four,
    ...made.slice(4).map(({ sealed }) => sealed),
  ]);
  const told: [number, number][] = [];
  const progress = (done: number, total: number) => told.push([done, total]);
  const { checked, problems } = await verifyStore(store, { vault, chains, progress });
  expect(checked).toBe(6);
  expect(told.at(-1)).toEqual([6, 6]);
  const damaged = [one, two, three].map(({ signatureId }) => signatureId).sort();
  expect(problems.map(({ signatureId }) => signatureId).sort()).toEqual(damaged);
  expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(['RECORD_DAMAGED']));
});

fileTest('damaged pages are found by its own checksums')('verifying checks the database first', async () => {
  await store.wallets.add(Array.from({ length: 500 }, () => anyWallet()));
  await store.close();
  const bytes = await readFile(location());
  bytes.fill(0x5a, bytes.length - 6000, bytes.length - 3000);
  await writeFile(location(), bytes);
  store = await openStore(location());
  await expect(verifyStore(store, { vault, chains })).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
});
