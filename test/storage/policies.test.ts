import { describe, expect, test } from 'vitest';
import { backupStore, restoreStore } from '../../src/app/store/backup.js';
import { rekeyStore } from '../../src/app/store/rekey.js';
import { Secret } from '../../src/core/secret.js';
import { createStore, openStore } from '../../src/storage/open-store.js';
import { controlSeal, controlView } from '../../src/vault/control-seal.js';
import { makeRootKey, makeSlot, openSlots } from '../../src/vault/key-slots.js';
import { viewKey } from '../../src/vault/vault.js';
import { anySlot, freshDirectory, freshLocation, kinds } from './support.js';

/** Of its own: the lock of a rekey is by store id, and other tests rekey at the same time. */
const storeId = 'ab'.repeat(16);
const coded = (code: string) => expect.objectContaining({ code });

describe.each(kinds)('published policies on %s', (kind) => {
  const location = freshLocation(kind);
  const directory = freshDirectory();

  test('follow one another, also when two come at once, and are read from any version on', async () => {
    const { policies, close } = await createStore(location(), { storeId, slots: [anySlot()] });
    const seal = controlSeal(makeRootKey(), storeId);
    expect(await policies.after(0)).toEqual([]);
    await expect(policies.add(seal.seal('policy', 2, 'two'))).rejects.toEqual(coded('POLICY_CONFLICT'));
    const both = ['one', 'other'].map((text) => policies.add(seal.seal('policy', 1, text)));
    const ended = await Promise.allSettled(both);
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await policies.add(seal.seal('policy', 2, 'two'));
    expect((await policies.after(0)).map(({ version }) => version)).toEqual([1, 2]);
    const [newest] = await policies.after(1);
    expect(newest && seal.open('policy', newest)).toBe('two');
    expect(await policies.after(2)).toEqual([]);
    await close();
  });

  test('are in a backup, and a new root key opens them', async () => {
    const rootKey = makeRootKey();
    const password = Secret.text('five words make it well');
    const slots = [await makeSlot(rootKey, password, { kind: 'password', storeId, generation: 1 })];
    const store = await createStore(location(), { storeId, slots });
    const seal = controlSeal(rootKey, storeId);
    await store.policies.add(seal.seal('policy', 1, 'one'));
    await store.policies.add(seal.seal('policy', 2, 'two'));
    const file = directory.path('backup');
    await backupStore(store, rootKey, { file });

    const restored = directory.path('restored.db');
    await restoreStore(file, { password, location: restored });
    const again = await openStore(restored);
    expect((await again.policies.after(0)).map((one) => seal.open('policy', one))).toEqual(['one', 'two']);
    await again.close();

    await rekeyStore(store, { rootKey, password });
    await store.close();
    const fresh = await openStore(location());
    const newKey = await openSlots(await fresh.slots.all(), password, storeId);
    const moved = await fresh.policies.after(0);
    const view = controlView(viewKey(newKey, storeId), storeId);
    expect(moved.map((one) => controlSeal(newKey, storeId).open('policy', one))).toEqual(['one', 'two']);
    expect(moved.map((one) => view.open('policy', one))).toEqual(['one', 'two']);
    for (const one of moved) expect(() => seal.open('policy', one)).toThrow(coded('RECORD_DAMAGED'));
    await fresh.close();
  });
});

test('a sealed policy does not open as a constitution, nor a constitution as a policy', () => {
  const rootKey = makeRootKey();
  const seal = controlSeal(rootKey, storeId);
  const view = controlView(viewKey(rootKey, storeId), storeId);
  for (const opener of [seal, view]) {
    expect(opener.open('policy', seal.seal('policy', 1, 'text'))).toBe('text');
    expect(() => opener.open('constitution', seal.seal('policy', 1, 'text'))).toThrow(coded('RECORD_DAMAGED'));
    expect(() => opener.open('policy', seal.seal('constitution', 1, 'text'))).toThrow(coded('RECORD_DAMAGED'));
  }
});
