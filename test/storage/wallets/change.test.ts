import { describe, expect, it } from 'vitest';
import { parseSignatureId, type SignatureId } from '../../../src/core/ids.js';
import type { SealedWallet } from '../../../src/core/signing/wallet.js';
import type { Store } from '../../../src/core/store/store.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import { allIds, anySlot, anyWallet, freshLocation, kinds, storeId } from '../support.js';

const controlBox = new Uint8Array(40).fill(7);
const unknown = parseSignatureId('26d3883e-4e17-48b3-a0ee-09a3e484ac83');
const withControl = (sealed: SealedWallet): SealedWallet => ({ ...sealed, format: 2, controlBox });
const noEvents = () => [];

describe.each(kinds)('a change of wallets on %s', (kind) => {
  const location = freshLocation(kind);
  const filled = async (count: number): Promise<{ store: Store; ids: SignatureId[] }> => {
    const store = await createStore(location(), { storeId, slots: [anySlot()] });
    const wallets = Array.from({ length: count }, () => anyWallet());
    await store.wallets.add(wallets);
    return { store, ids: wallets.map(({ signatureId }) => signatureId) };
  };

  it('changes all wallets that are named, in pages, and tells the audit log which', async () => {
    const { store, ids } = await filled(1203);
    const [untouched, ...named] = ids;
    const told: number[] = [];
    let events: readonly SignatureId[] = [];
    await store.wallets.change({
      ids: [...named, ...named.slice(0, 5)],
      alter: (sealed) => (sealed.signatureId === named[0] ? sealed : withControl(sealed)),
      events(changed) {
        events = changed;
        return [{ code: 'wallet.removed', detail: { wallets: changed.slice(0, 1) } }];
      },
      progress: (done) => told.push(done),
    });
    expect(told).toEqual([500, 1000, 1202]);
    expect([...events]).toEqual(named.slice(1).sort());
    expect(await allIds(store.wallets, { controlled: true })).toEqual(named.slice(1).sort());
    expect(await store.wallets.count({ controlled: true })).toBe(1201);
    const found = await store.wallets.get([untouched ?? unknown, named[1] ?? unknown]);
    expect(new Map(found.map((one) => [one.signatureId, one.format]))).toEqual(
      new Map([
        [untouched, 1],
        [named[1], 2],
      ]),
    );
    const recorded = await store.audit.find({ event: 'wallet', limit: 10 });
    expect(recorded.map(({ leaf }) => leaf?.code)).toEqual(['wallet.removed']);
    await store.close();
  });

  it('changes none if one is unknown, or if one cannot be changed', async () => {
    const { store, ids } = await filled(3);
    const refused = (change: Promise<void>) => expect(change).rejects;
    await refused(store.wallets.change({ ids: [...ids, unknown], alter: withControl, events: noEvents })).toMatchObject(
      { code: 'WALLET_UNKNOWN' },
    );
    const last = [...ids].sort().at(-1);
    const alter = (sealed: SealedWallet) => {
      if (sealed.signatureId === last) throw new Error('not this one');
      return withControl(sealed);
    };
    await refused(store.wallets.change({ ids, alter, events: noEvents })).toThrow('not this one');
    expect(await store.wallets.count({ controlled: true })).toBe(0);
    await store.close();
  });

  it('loses no change that another process makes at the same time', async () => {
    const { store, ids } = await filled(2);
    const other = await openStore(location());
    const count = (sealed: SealedWallet): SealedWallet => {
      const [times = 0] = sealed.controlBox ?? [0];
      return { ...sealed, format: 2, controlBox: new Uint8Array(40).fill(times + 1) };
    };
    const once = (one: Store) => one.wallets.change({ ids, alter: count, events: noEvents });
    await Promise.all(Array.from({ length: 20 }, (_, at) => once(at % 2 === 0 ? store : other)));
    const found = await store.wallets.get(ids);
    expect(found.map((sealed) => sealed.controlBox?.[0])).toEqual([20, 20]);
    await other.close();
    await store.close();
  });
});
