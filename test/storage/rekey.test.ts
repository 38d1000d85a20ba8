import { readdir } from 'node:fs/promises';
import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { backupStore, restoreStore } from '../../src/app/store/backup.js';
import { rekeyStore } from '../../src/app/store/rekey.js';
import { Secret } from '../../src/core/secret.js';
import type { Store, StretchedSlot } from '../../src/core/store/store.js';
import { openDatabase } from '../../src/storage/open-database.js';
import { createStore, openStore } from '../../src/storage/open-store.js';
import type { StoreTables } from '../../src/storage/schema.js';
import { journalKeyOf } from '../../src/vault/journal-key.js';
import { makeRecoveryKey, makeRootKey, makeSlot, openSlots, openWithRecoveryKey } from '../../src/vault/key-slots.js';
import { openVault } from '../../src/vault/vault.js';
import { chains, codeOf } from '../vault/support.js';
import { claimOne, reserves, takes } from './budgets/support.js';
import { eth, freshDirectory, freshLocation, runChild, storeId } from './support.js';

const password = () => Secret.text('five words make it well');
const further = () => Secret.text('the second of two passwords');
const fresh = () => Secret.text('chosen after the first leaked');
const location = freshLocation();
const directory = freshDirectory();

let rootKey: Uint8Array;
let slots: StretchedSlot[];
let recoveryKey: Secret;

const vaultOf = (key: Uint8Array) => openVault({ rootKey: key, storeId, chains });
const refused = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: { code?: string }) => error.code,
  );

beforeAll(async () => {
  rootKey = makeRootKey();
  recoveryKey = makeRecoveryKey();
  slots = [
    await makeSlot(rootKey, password(), { kind: 'password', storeId, generation: 1 }),
    await makeSlot(rootKey, further(), { kind: 'password', storeId, generation: 1 }),
    await makeSlot(rootKey, recoveryKey, { kind: 'recovery', storeId, generation: 1 }),
  ];
});

async function storeWith(count: number): Promise<Store> {
  const store = await createStore(location(), { storeId, slots });
  const vault = vaultOf(rootKey);
  const kinds = ['hd', 'key'] as const;
  const made = await Promise.all(
    Array.from({ length: count }, (_, at) =>
      vault.create(eth, 'testnet', { kind: count > 10 ? 'key' : (kinds[at % 2] ?? 'key') }),
    ),
  );
  await store.wallets.add(made.map(({ sealed }) => sealed));
  return store;
}

/** What all wallets hold, opened with a root key. */
async function secretsOf(store: Store, key: Uint8Array): Promise<unknown[]> {
  const vault = vaultOf(key);
  return (await store.wallets.page({}, undefined, 10_000)).map((sealed) => [sealed.signatureId, vault.export(sealed)]);
}

async function statements(...all: ReturnType<typeof sql>[]): Promise<void> {
  const database = await openDatabase<StoreTables>(location());
  await database.write(async (db) => {
    for (const statement of all) await statement.execute(db);
  });
  await database.close();
}

function insertSlot({ id, kind, kdf, salt, box }: StretchedSlot, generation: number | null) {
  return sql`INSERT INTO key_slots (id, kind, log_n, r, p, salt, box, created_at, generation)
    VALUES (${id}, ${kind}, ${kdf.logN}, ${kdf.r}, ${kdf.p}, ${salt}, ${box}, 1, ${generation})`;
}

describe('a new root key', () => {
  test('a new root key keeps tags, owner and state of wallets, also of a destroyed one', async () => {
    const store = await createStore(location(), { storeId, slots });
    const old = vaultOf(rootKey);
    const create = () => old.create(eth, 'testnet', { kind: 'key', tags: ['hot'], owner: 'ann' });
    const [one, other] = [(await create()).sealed, (await create()).sealed];
    const gone = old.withControl(other, { tags: ['hot'], state: 'destroyed', since: 5, reason: 'done' });
    await store.wallets.add([one, gone]);
    (await rekeyStore(store, { rootKey, password: fresh() })).wipe();
    await store.close();
    const again = await openStore(location());
    const vault = vaultOf(await openSlots(await again.slots.all(), fresh(), storeId));
    const found = await again.wallets.get([one.signatureId, gone.signatureId]);
    const controls = new Map(found.map((sealed) => [sealed.signatureId, vault.control(sealed)]));
    expect(controls.get(one.signatureId)).toEqual(old.control(one));
    expect(controls.get(gone.signatureId)).toEqual(old.control(gone));
    await again.close();
  });

  test('a new root key keeps all wallets, and nothing that opened the store before opens it again', async () => {
    const store = await storeWith(4);
    const before = await secretsOf(store, rootKey);
    const sealed = await store.wallets.page({}, undefined, 10);
    const recovery = await rekeyStore(store, { rootKey, password: fresh() });
    await store.close();

    const again = await openStore(location());
    expect(again.rootGeneration).toBe(2);
    const all = await again.slots.all();
    const opened = await openSlots(all, fresh(), storeId);
    expect(await openWithRecoveryKey(all, recovery, storeId)).toEqual(opened);
    expect(await secretsOf(again, opened)).toEqual(before);
    for (const old of [password(), further()])
      expect(await refused(openSlots(all, old, storeId))).toBe('PASSWORD_WRONG');
    expect(await refused(openWithRecoveryKey(all, recoveryKey, storeId))).toBe('PASSWORD_WRONG');
    for (const one of await again.wallets.page({}, undefined, 10)) {
      expect(codeOf(() => vaultOf(rootKey).export(one))).toBe('RECORD_DAMAGED');
      const old = sealed.find(({ signatureId }) => signatureId === one.signatureId);
      expect(one.secretBox).not.toEqual(old?.secretBox);
      expect(one.publicBox).not.toEqual(old?.publicBox);
    }
    await again.close();
  });

  test('an old key slot that is put back opens nothing, whatever its number', async () => {
    const store = await storeWith(1);
    const [old] = slots;
    (await rekeyStore(store, { rootKey, password: fresh() })).wipe();
    await store.close();
    for (const generation of [null, 1, 2]) {
      await statements(sql`DELETE FROM key_slots WHERE id = ${old!.id}`, insertSlot(old!, generation));
      const again = await openStore(location());
      const all = await again.slots.all();
      expect(await refused(openSlots(all, password(), storeId))).toBe('PASSWORD_WRONG');
      expect(await openSlots(all, fresh(), storeId)).toHaveLength(32);
      await again.close();
    }
  });

  test('another program with an open store adds nothing under the old root key', async () => {
    const store = await storeWith(1);
    const other = await openStore(location());
    (await rekeyStore(store, { rootKey, password: fresh() })).wipe();
    const { sealed } = await vaultOf(rootKey).create(eth, 'testnet', { kind: 'key' });
    for (const one of [store, other]) {
      expect(await refused(one.wallets.add([sealed]))).toBe('STORE_REKEYED');
      expect(await refused(one.slots.replace([{ ...slots[0]!, id: 'x' }], []))).toBe('STORE_REKEYED');
      await one.close();
    }
  });

  test('a backup during which the root key was replaced is none, and nobody is blamed for it', async () => {
    const store = await storeWith(1);
    const other = await openStore(location());
    (await rekeyStore(store, { rootKey, password: fresh() })).wipe();
    other.unlockAudit(journalKeyOf(rootKey, storeId));
    expect(await refused(backupStore(other, rootKey, { file: directory.path('mixed') }))).toBe('STORE_REKEYED');
    expect(await readdir(directory.path(''))).not.toContain('mixed');
    await other.close();
    await store.close();
  });

  test('whoever has the store open while the root key is replaced hears of that, and of no damage', async () => {
    const store = await storeWith(1);
    const other = await openStore(location());
    const journalKey = journalKeyOf(rootKey, storeId);
    for (const one of [store, other]) await one.unlockJournal({ key: journalKey, mayAdopt: false });
    const lease = await claimOne(other.journal, 'a');
    const event = { code: 'store.backed-up', detail: { file: 'any', wallets: 1, transactions: 0 } } as const;
    await other.audit.add([event]);
    (await rekeyStore(store, { rootKey, password: fresh() })).wipe();
    const doors: Readonly<Record<string, () => Promise<unknown>>> = {
      'audit.heads': () => other.audit.heads(),
      'audit.add': () => other.audit.add([event]),
      'journal.get': () => other.journal.get('a'),
      'journal.events': () => other.journal.events('a'),
      'journal.advance': () => other.journal.advance(lease, 'failed', {}),
      'journal.reserveBudgets': () => other.journal.reserveBudgets(lease, reserves('0', takes(1n))),
      'journal.cancel': () => other.journal.cancel('a'),
      backup: () => backupStore(other, rootKey, { file: directory.path('beside') }),
    };
    for (const [door, knock] of Object.entries(doors))
      expect([door, await refused(knock())]).toEqual([door, 'STORE_REKEYED']);
    await other.close();
    await store.close();
  });

  test('a rekey changes nothing at all if a record does not open', async () => {
    const store = await storeWith(3);
    const [, damaged] = await store.wallets.page({}, undefined, 3);
    await statements(
      sql`UPDATE wallets SET secret_box = ${new Uint8Array(80)} WHERE signature_id = ${damaged!.signatureId}`,
    );
    const before = await store.wallets.page({}, undefined, 3);
    expect(await refused(rekeyStore(store, { rootKey, password: fresh() }))).toBe('RECORD_DAMAGED');
    await store.close();
    const again = await openStore(location());
    expect(again.rootGeneration).toBe(1);
    expect(await again.wallets.page({}, undefined, 3)).toEqual(before);
    expect(await openSlots(await again.slots.all(), password(), storeId)).toEqual(rootKey);
    await again.close();
  });

  test('a rekey never runs beside a daemon, wherever that is started', async () => {
    const store = await storeWith(1);
    const daemon = await openStore(location());
    await daemon.lockForDaemon();
    expect(await refused(rekeyStore(store, { rootKey, password: fresh() }))).toBe('DAEMON_RUNNING');
    await daemon.close();
    await store.lockForRekey();
    const late = await openStore(location());
    expect(['DAEMON_RUNNING', 'STORE_BUSY']).toContain(await refused(late.lockForDaemon()));
    await late.close();
    (await rekeyStore(store, { rootKey, password: fresh() })).wipe();
    await store.close();
    const next = await openStore(location());
    await next.lockForDaemon();
    await next.close();
  });

  test('a backup opens with the secrets of the time when it was made, and a restored one keeps its root key', async () => {
    const store = await storeWith(2);
    const before = await secretsOf(store, rootKey);
    await backupStore(store, rootKey, { file: directory.path('old') });
    (await rekeyStore(store, { rootKey, password: fresh() })).wipe();
    await store.close();
    const again = await openStore(location());
    const opened = await openSlots(await again.slots.all(), fresh(), storeId);
    await backupStore(again, opened, { file: directory.path('new') });
    await again.close();
    const restore = (file: string, given: Secret, to: string) =>
      restoreStore(directory.path(file), { password: given, location: directory.path(to) });
    expect(await refused(restore('new', password(), 'a.db'))).toBe('PASSWORD_WRONG');
    await restore('new', fresh(), 'b.db');
    const restored = await openStore(directory.path('b.db'));
    expect(restored.rootGeneration).toBe(2);
    expect(await secretsOf(restored, await openSlots(await restored.slots.all(), fresh(), storeId))).toEqual(before);
    await restored.close();
    await restore('old', password(), 'c.db');
  });
});

test('kill -9 during a rekey leaves a store completely under the old key or the new one, and it can be repeated', async () => {
  const store = await storeWith(2_500);
  const before = await secretsOf(store, rootKey);
  await store.close();
  const script = `
    const { openStore } = await import('$(storage/open-store.ts)');
    const { rekeyStore } = await import('$(app/store/rekey.ts)');
    const { openSlots } = await import('$(vault/key-slots.ts)');
    const { Secret } = await import('$(core/secret.ts)');
    const store = await openStore(${JSON.stringify(location())});
    const password = Secret.text('five words make it well');
    const rootKey = await openSlots(await store.slots.all(), password, store.storeId);
    // The text goes out before the next page is written, so that each page is a moment to be killed at.
    const { writeSync } = await import('node:fs');
    await rekeyStore(store, { rootKey, password, progress: (done) => writeSync(1, done + '\\n') });
    writeSync(1, 'done\\n');
    await store.close();
    writeSync(1, 'closed\\n');`;
  let generation = 1;
  for (const killAfter of [1, 3, 5, 6, 7, undefined]) {
    const child = await runChild(script, killAfter === undefined ? {} : { killAfter });
    if (killAfter === undefined) expect(child).toMatchObject({ code: 0 });
    const again = await openStore(location());
    const told = child.lines.includes('done');
    expect([generation, generation + 1]).toContain(again.rootGeneration);
    if (told) expect(again.rootGeneration).toBe(generation + 1);
    generation = again.rootGeneration;
    const opened = await openSlots(await again.slots.all(), password(), storeId);
    expect(await secretsOf(again, opened)).toEqual(before);
    await again.close();
  }
  expect(generation).toBeGreaterThan(1);
});
