import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordRefusal, recordUnlock } from '../../../src/app/audit/unlock.js';
import { Secret } from '../../../src/core/secret.js';
import type { Store } from '../../../src/core/store/store.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import { createStore } from '../../../src/storage/open-store.js';
import type { StoreTables } from '../../../src/storage/schema.js';
import { makeSlot, openSlot } from '../../../src/vault/key-slots.js';
import { freshLocation, kinds, storeId } from '../../storage/support.js';

const rootKey = new Uint8Array(32).fill(5);

describe.each(kinds)('an unlocking of a store on %s', (kind) => {
  const location = freshLocation(kind);
  let store: Store;

  const open = (password: string) => async () => openSlot(await store.slots.all(), Secret.text(password), storeId);
  const unlock = async (password: string) => {
    const opening = { store, command: 'wallet list' };
    return recordUnlock(opening, await recordRefusal(opening, open(password)));
  };
  const codes = async () => (await store.audit.find({ limit: 10 })).map(({ leaf }) => leaf?.code).reverse();
  const enact = () => store.approvals.addConstitution({ version: 1, box: Uint8Array.of(1), viewBox: Uint8Array.of(2) });

  beforeEach(async () => {
    const slot = await makeSlot(rootKey, Secret.text('right'), { kind: 'password', storeId, generation: 1 });
    store = await createStore(location(), { storeId, slots: [slot] });
  });
  afterEach(() => store.close());

  it('is recorded at once where there is a constitution, also when the password is wrong', async () => {
    await enact();
    await expect(unlock('wrong')).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
    expect(new Set(await codes())).toEqual(new Set(['constitution.enacted', 'store.unlock-failed']));
    await unlock('right');
    // Events of one millisecond have no order among themselves here.
    expect(new Set(await codes())).toEqual(new Set(['constitution.enacted', 'store.unlock-failed', 'store.unlocked']));
  });

  it('succeeds where the log is broken, so that somebody can stop signing, and nothing else is recorded', async () => {
    await enact();
    await unlock('right');
    const before = await codes();
    const database = await openDatabase<StoreTables>(location());
    await database.write((db) => db.updateTable('audit_heads').set({ size: 0, hashes: '' }).execute());
    await database.close();
    expect(await unlock('right')).toMatchObject({ slot: { kind: 'password' } });
    await expect(store.audit.add([{ code: 'daemon.stopped', detail: {} }])).rejects.toMatchObject({
      code: 'AUDIT_BROKEN',
    });
    expect(await codes()).toEqual(before);
  });

  it('is recorded with the first thing that follows, and only once, where there is no constitution', async () => {
    await expect(unlock('wrong')).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
    await unlock('right');
    expect(await codes()).toEqual([]);
    await store.audit.add([{ code: 'wallet.exported', detail: { wallets: ['a'] } }]);
    await store.audit.add([{ code: 'wallet.exported', detail: { wallets: ['b'] } }]);
    const found = await store.audit.events({ writer: 'main', from: 0, limit: 10 });
    expect(found.map(({ leaf }) => leaf?.code)).toEqual(['store.unlocked', 'wallet.exported', 'wallet.exported']);
  });
});
