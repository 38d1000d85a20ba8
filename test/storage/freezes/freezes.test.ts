import { describe, expect, test } from 'vitest';
import { backupStore, restoreStore } from '../../../src/app/store/backup.js';
import { rekeyStore } from '../../../src/app/store/rekey.js';
import { Secret } from '../../../src/core/secret.js';
import { journalMac } from '../../../src/core/store/journal-mac.js';
import type { Store } from '../../../src/core/store/store.js';
import { freezeText } from '../../../src/policy/freeze-text.js';
import { endMac, freezeMac, isEnded } from '../../../src/policy/freezes.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import { freezeKeyOf } from '../../../src/vault/freeze-key.js';
import { journalKeyOf } from '../../../src/vault/journal-key.js';
import { makeRootKey, makeSlot, openSlots } from '../../../src/vault/key-slots.js';
import { anySlot, freshDirectory, freshLocation, kinds, storeId } from '../support.js';

const coded = (code: string) => expect.objectContaining({ code });
const [first, second] = ['aa'.repeat(16), 'bb'.repeat(16)];
const textOf = (id: string) =>
  freezeText({ store: storeId, freeze: { id, scope: { kind: 'all' }, reason: 'test', at: 1 } });
const end = { at: 3, signatures: '[]', mac: 'm', rootMac: 'r' };

describe.each(kinds)('freezes on %s', (kind) => {
  const location = freshLocation(kind);
  const directory = freshDirectory();
  const make = (): Promise<Store> => createStore(location(), { storeId, slots: [anySlot()] });

  test('a freeze is kept as it came, and only a missing MAC is added', async () => {
    const { freezes, close } = await make();
    const one = { id: first, at: 2, text: textOf(first), signature: 'sig' };
    await freezes.add(one);
    await freezes.add({ ...one, text: 'other' });
    await freezes.add({ id: second, at: 1, text: textOf(second), mac: 'mac' });
    expect(await freezes.all()).toEqual([{ id: second, at: 1, text: textOf(second), mac: 'mac' }, one]);
    await freezes.authenticate(first, 'verified');
    await freezes.authenticate(second, 'verified');
    expect(await freezes.get(first)).toEqual({ ...one, mac: 'verified' });
    expect((await freezes.get(second))?.mac).toBe('mac');
    expect(await freezes.get('cc'.repeat(16))).toBeUndefined();
    await close();
  });

  test('a freeze ends once, also when several end it at the same time', async () => {
    const { freezes, close } = await make();
    await expect(freezes.end(first, end)).rejects.toEqual(coded('FREEZE_UNKNOWN'));
    await freezes.add({ id: first, at: 2, text: textOf(first), mac: 'mac' });
    const ends = Array.from({ length: 5 }, (_, at) => freezes.end(first, { ...end, at }));
    const done = await Promise.allSettled(ends);
    expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(freezes.end(first, end)).rejects.toEqual(coded('FREEZE_ENDED'));
    expect((await freezes.get(first))?.end).toMatchObject({ signatures: '[]', mac: 'm', rootMac: 'r' });
    await close();
  });

  test('a backup has freezes and their ends, and a new root key authenticates those again that were authentic', async () => {
    const rootKey = makeRootKey();
    const password = Secret.text('five words make it well');
    const slots = [await makeSlot(rootKey, password, { kind: 'password', storeId, generation: 1 })];
    const store = await createStore(location(), { storeId, slots });
    const macs = (key: Uint8Array) => ({
      journal: journalMac(journalKeyOf(key, storeId)),
      root: journalMac(freezeKeyOf(key, storeId)),
    });
    const { journal, root } = macs(rootKey);
    const [text, forged] = [textOf(first), textOf(second)];
    const facts = { text, at: 3, signatures: '[]' };
    await store.freezes.add({ id: first, at: 1, text, mac: freezeMac(journal, text) });
    await store.freezes.end(first, { ...end, mac: endMac(journal, facts), rootMac: endMac(root, facts) });
    await store.freezes.add({ id: second, at: 2, text: forged, mac: 'forged' });
    const before = await store.freezes.all();

    const file = directory.path('backup');
    await backupStore(store, rootKey, { file });
    const restored = directory.path('restored.db');
    await restoreStore(file, { password, location: restored });
    const again = await openStore(restored);
    expect(await again.freezes.all()).toEqual(before);
    await again.close();

    await rekeyStore(store, { rootKey, password });
    await expect(store.freezes.add({ id: 'cc'.repeat(16), at: 1, text, mac: 'old' })).rejects.toEqual(
      coded('STORE_REKEYED'),
    );
    await store.close();
    const fresh = await openStore(location());
    const next = macs(await openSlots(await fresh.slots.all(), password, storeId));
    const [good, bad] = await fresh.freezes.all();
    expect(good?.mac).toBe(freezeMac(next.journal, text));
    expect(good && isEnded(good, next.journal)).toBe(true);
    expect(good?.end?.rootMac).toBe(endMac(next.root, facts));
    expect(bad?.mac).toBe('forged');
    await fresh.close();
  });
});
