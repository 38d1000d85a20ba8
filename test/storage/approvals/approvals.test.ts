import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { backupStore, restoreStore } from '../../../src/app/store/backup.js';
import { rekeyStore } from '../../../src/app/store/rekey.js';
import { Secret } from '../../../src/core/secret.js';
import type { StoredApproval } from '../../../src/core/store/approvals.js';
import type { Store } from '../../../src/core/store/store.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import { controlSeal, controlView } from '../../../src/vault/control-seal.js';
import { makeRootKey, makeSlot, openSlots } from '../../../src/vault/key-slots.js';
import { viewKey } from '../../../src/vault/vault.js';
import { anySlot, freshDirectory, freshLocation, kinds, storeId } from '../support.js';

const nonce = () => randomBytes(16).toString('hex');
const approval = (facts: Partial<StoredApproval> = {}): Omit<StoredApproval, 'spentFor'> => ({
  nonce: nonce(),
  pendingId: 'p-1',
  at: 1,
  text: 'lines\n',
  signature: 'sig',
  ...facts,
});
const coded = (code: string) => expect.objectContaining({ code });

describe.each(kinds)('approvals on %s', (kind) => {
  const location = freshLocation(kind);
  const directory = freshDirectory();
  const make = (): Promise<Store> => createStore(location(), { storeId, slots: [anySlot()] });

  test('an approval is kept once, and another transaction’s approvals are not among its own', async () => {
    const { approvals, close } = await make();
    const [one, late, other] = [approval(), approval({ at: 2 }), approval({ pendingId: 'p-2' })];
    for (const each of [late, one, other]) await approvals.add(each);
    expect(await approvals.of('p-1')).toEqual([one, late]);
    await expect(approvals.add({ ...other, nonce: one.nonce })).rejects.toEqual(coded('APPROVAL_REPLAYED'));
    expect(await approvals.of('p-2')).toEqual([other]);
    await close();
  });

  test('approvals are spent together or not at all, once, and for the same attempt again without effect', async () => {
    const { approvals, close } = await make();
    const [one, two, three] = [approval(), approval({ at: 2 }), approval({ at: 3 })];
    for (const each of [one, two, three]) await approvals.add(each);
    await approvals.spend({ nonces: [one.nonce, two.nonce], attempt: '0' });
    await approvals.spend({ nonces: [one.nonce, two.nonce], attempt: '0' });
    await expect(approvals.spend({ nonces: [three.nonce, one.nonce], attempt: '1' })).rejects.toEqual(
      coded('APPROVAL_SPENT'),
    );
    expect((await approvals.of('p-1')).map(({ spentFor }) => spentFor)).toEqual(['0', '0', undefined]);
    await approvals.spend({ nonces: [], attempt: '1' });
    await close();
  });

  test('of many that spend one approval for different attempts at once, one wins', async () => {
    const { approvals, close } = await make();
    const one = approval();
    await approvals.add(one);
    const tries = Array.from({ length: 20 }, (_, at) => approvals.spend({ nonces: [one.nonce], attempt: `${at}` }));
    const ended = await Promise.allSettled(tries);
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await close();
  });

  test('a constitution follows the one before it, also when two come at once', async () => {
    const { approvals, close } = await make();
    const seal = controlSeal(makeRootKey(), storeId);
    expect(await approvals.constitution()).toBeUndefined();
    await expect(approvals.addConstitution(seal.seal('constitution', 2, 'two'))).rejects.toEqual(
      coded('CONSTITUTION_CONFLICT'),
    );
    const both = [seal.seal('constitution', 1, 'one'), seal.seal('constitution', 1, 'other')].map((each) =>
      approvals.addConstitution(each),
    );
    const ended = await Promise.allSettled(both);
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await approvals.addConstitution(seal.seal('constitution', 2, 'two'));
    const newest = await approvals.constitution();
    expect(newest && seal.open('constitution', newest)).toBe('two');
    expect(await approvals.constitutions()).toHaveLength(2);
    await close();
  });

  test('a backup has constitutions, approvals and what is spent, and a new root key opens the constitutions', async () => {
    const rootKey = makeRootKey();
    const password = Secret.text('five words make it well');
    const slots = [await makeSlot(rootKey, password, { kind: 'password', storeId, generation: 1 })];
    const store = await createStore(location(), { storeId, slots });
    const seal = controlSeal(rootKey, storeId);
    const [spent, open] = [approval(), approval({ at: 2 })];
    await store.approvals.addConstitution(seal.seal('constitution', 1, 'one'));
    await store.approvals.add(spent);
    await store.approvals.add(open);
    await store.approvals.spend({ nonces: [spent.nonce], attempt: '0' });
    const file = directory.path('backup');
    await backupStore(store, rootKey, { file });

    const restored = directory.path('restored.db');
    await restoreStore(file, { password, location: restored });
    const again = await openStore(restored);
    expect(await again.approvals.of('p-1')).toEqual([{ ...spent, spentFor: '0' }, open]);
    const [kept] = await again.approvals.constitutions();
    expect(kept && seal.open('constitution', kept)).toBe('one');
    await again.close();

    await rekeyStore(store, { rootKey, password });
    await store.close();
    const fresh = await openStore(location());
    const newKey = await openSlots(await fresh.slots.all(), password, storeId);
    const [moved] = await fresh.approvals.constitutions();
    if (moved === undefined) throw new Error('the constitution is gone');
    expect(controlSeal(newKey, storeId).open('constitution', moved)).toBe('one');
    expect(controlView(viewKey(newKey, storeId), storeId).open('constitution', moved)).toBe('one');
    expect(() => seal.open('constitution', moved)).toThrow(coded('RECORD_DAMAGED'));
    await fresh.close();
  });
});

describe('the seal of a constitution', () => {
  const rootKey = makeRootKey();
  const seal = controlSeal(rootKey, storeId);
  const sealed = seal.seal('constitution', 3, 'text');

  test('opens for the root key and its copy for the view key', () => {
    expect(seal.open('constitution', sealed)).toBe('text');
    expect(controlView(viewKey(rootKey, storeId), storeId).open('constitution', sealed)).toBe('text');
  });

  test('does not open as another version, in another store, under another key or with the copy in its place', () => {
    const copy = { ...sealed, box: sealed.viewBox };
    for (const [opener, given] of [
      [seal, { ...sealed, version: 2 }],
      [seal, copy],
      [controlSeal(rootKey, 'ff'.repeat(16)), sealed],
      [controlSeal(makeRootKey(), storeId), sealed],
      [controlView(makeRootKey(), storeId), sealed],
    ] as const) {
      expect(() => opener.open('constitution', given)).toThrow(coded('RECORD_DAMAGED'));
    }
  });
});
