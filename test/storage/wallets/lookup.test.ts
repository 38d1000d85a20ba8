import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { defaultTenant, parseOwnerId, parseTenantId, type SignatureId } from '../../../src/core/ids.js';
import type { Store } from '../../../src/core/store/store.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import { eth, newVault } from '../../vault/support.js';
import { anySlot, anyWallet, freshLocation, kinds, storeId } from '../support.js';

const shop = parseTenantId('shop');
const { vault } = newVault();
const { index, beside } = vault;

const place = { tenant: shop, owner: 'u-17', chain: eth, network: 'mainnet', slot: 'main' } as const;

async function walletOf(marks: Parameters<typeof vault.create>[2] = { kind: 'key' }) {
  return (await vault.create(eth, 'mainnet', marks)).sealed;
}

describe.each(kinds)('finding wallets on %s', (kind) => {
  const location = freshLocation(kind);

  /** A store, and the same as another process has it open. */
  async function stores(): Promise<readonly [Store, Store]> {
    return [await createStore(location(), { storeId, slots: [anySlot()] }), await openStore(location())];
  }

  async function close(...all: readonly Store[]) {
    for (const store of all) await store.close();
  }

  it('a wallet is found by address, owner and label of its tenant, and by nothing of another one', async () => {
    const [store, other] = await stores();
    const sealed = await walletOf({ kind: 'key', tenant: shop, owner: 'u-17', label: 'cold' });
    const { address = '' } = vault.wallet(sealed);
    await store.wallets.add([sealed, await walletOf(), await walletOf({ kind: 'key', owner: 'u-17', label: 'cold' })]);
    expect(await other.wallets.byAddress(index.address(sealed, address))).toEqual([sealed]);
    expect(await other.wallets.byAddress(index.address({ ...sealed, tenant: defaultTenant }, address))).toEqual([]);
    const page = (filter: object) => other.wallets.page(filter, undefined, 10);
    expect(await page({ owner: index.owner(shop, 'u-17') })).toEqual([sealed]);
    expect(await page({ tenant: shop, label: index.label(shop, 'cold') })).toEqual([sealed]);
    expect(await page({ tenant: shop })).toEqual([sealed]);
    expect(await page({ tenant: defaultTenant })).toHaveLength(2);
    expect(await other.wallets.count({ tenant: shop })).toBe(1);
    expect(await other.wallets.tenants()).toEqual([defaultTenant, shop]);
    expect(await other.wallets.chains('mainnet', shop)).toEqual([eth]);
    expect(await other.wallets.chains('testnet')).toEqual([]);
    const ids: SignatureId[] = [];
    const pages = other.wallets.idPages({ tenant: shop, chain: eth, network: 'mainnet' }, 10);
    for await (const some of pages) ids.push(...some);
    expect(ids).toEqual([sealed.signatureId]);
    await close(store, other);
  });

  it('of two wallets for one place at once the database takes one', async () => {
    const [store, other] = await stores();
    const marks = { kind: 'key', tenant: shop, owner: 'u-17', slot: 'main' } as const;
    const made = await Promise.all(Array.from({ length: 6 }, () => walletOf(marks)));
    const results = await Promise.allSettled(made.map((one, at) => (at % 2 ? store : other).wallets.add([one])));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'WALLET_PLACE_TAKEN' });
    }
    const kept = await store.wallets.bySlot(index.slot(place));
    expect(made).toContainEqual(kept);
    expect(await store.wallets.bySlot(index.slot({ ...place, slot: 'second' }))).toBeUndefined();
    await store.wallets.add([await walletOf({ ...marks, slot: 'second' })]);
    expect(await store.wallets.count({})).toBe(2);
    const [second] = (await store.wallets.page({}, undefined, 9)).filter(
      (one) => vault.wallet(one).control?.slot === 'second',
    );
    const move = store.wallets.change({
      ids: [second!.signatureId],
      alter: (sealed) => vault.withControl(sealed, { ...vault.control(sealed), slot: 'main' }),
      events: () => [],
    });
    await expect(move).rejects.toMatchObject({ code: 'WALLET_PLACE_TAKEN' });
    await close(store, other);
  });

  it('an owner gets no more wallets than the limit, however many ask at once', async () => {
    const [store, other] = await stores();
    const bound = { digest: index.owner(shop, 'u-17'), most: 3 };
    await store.owners.add(beside.sealOwner({ tenant: shop, owner: parseOwnerId('u-17'), createdAt: 1 }));
    const made = await Promise.all(
      Array.from({ length: 8 }, () => walletOf({ kind: 'key', tenant: shop, owner: 'u-17' })),
    );
    const adds = made.map((one, at) => (at % 2 ? store : other).wallets.add([one], [], bound));
    const results = await Promise.allSettled(adds);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(await store.wallets.count({ owner: bound.digest })).toBe(3);
    await expect(store.wallets.add(made.slice(4, 6), [], { ...bound, most: 4 })).rejects.toMatchObject({
      code: 'OWNER_LIMIT',
    });
    await close(store, other);
  });

  it('each index of a wallet is allotted once, to however many ask at once, also when the wallet was removed', async () => {
    const [store, other] = await stores();
    const sealed = await walletOf({ kind: 'hd' });
    const { signatureId: id } = sealed;
    await store.wallets.add([sealed]);
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, at) => (at % 2 ? store : other).addresses.allot(id, 0)),
    );
    expect(all.toSorted((one, two) => one - two)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
    expect(await store.addresses.allot(id, 100)).toBe(100);
    expect(await other.addresses.allot(id, 50)).toBe(101);
    const address = beside.sealAddress(
      { ...sealed, index: 100 },
      vault.identify(sealed, { signatureId: id, index: 100 }).address,
    );
    await store.addresses.record(address);
    expect(await other.addresses.byDigest(address.digest)).toEqual([address]);
    expect(await store.addresses.page({ signatureId: id, index: 99 }, 10)).toEqual([
      address,
      { signatureId: id, index: 101 },
    ]);
    await store.wallets.remove(id);
    await expect(store.addresses.allot(id, 0)).rejects.toMatchObject({ code: 'WALLET_UNKNOWN' });
    await store.wallets.add([sealed]);
    expect(await store.addresses.allot(id, 0)).toBe(102);
    await expect(store.addresses.allot(id, 2 ** 31)).rejects.toMatchObject({ code: 'INDEX_INVALID' });
    await close(store, other);
  });

  it('owners are kept once, by tenant', async () => {
    const [store, other] = await stores();
    const owner = { tenant: shop, owner: parseOwnerId('u-17'), createdAt: 1 };
    const stored = beside.sealOwner(owner);
    const added = await Promise.all([store, other, store, other].map((one) => one.owners.add(stored)));
    expect(added.filter((isNew) => isNew)).toHaveLength(1);
    await store.owners.add(beside.sealOwner({ ...owner, tenant: defaultTenant }));
    expect(await store.owners.replace(stored, beside.sealOwner({ ...owner, mostWallets: 2 }), false)).toBe(true);
    // Who read it before that changes nothing: it would take the other change back.
    expect(await other.owners.replace(stored, beside.sealOwner({ ...owner, mostWallets: 3 }), false)).toBe(false);
    const found = await other.owners.get(stored.digest);
    expect(found && beside.openOwner(found)).toEqual({ ...owner, mostWallets: 2 });
    expect(await store.owners.page(shop, undefined, 9)).toHaveLength(1);
    expect(await store.owners.page(undefined, undefined, 9)).toHaveLength(2);
    const unknown = beside.sealOwner({ ...owner, owner: parseOwnerId('u-18') });
    expect(await store.owners.replace(unknown, unknown, false)).toBe(false);
    await close(store, other);
  });

  it('a row of an older format is of the default tenant, and one that says something else is damaged', async () => {
    const [store, other] = await stores();
    const plain = anyWallet();
    await store.wallets.add([plain]);
    expect(await store.wallets.withoutLookup(undefined, 5)).toEqual([plain]);
    expect(await store.wallets.page({ tenant: defaultTenant }, undefined, 5)).toEqual([plain]);
    const database = await openDatabase<never>(location());
    await database.write((db) => sql`UPDATE wallets SET tenant = 'shop'`.execute(db));
    await database.close();
    await expect(store.wallets.get([plain.signatureId])).rejects.toMatchObject({ code: 'RECORD_DAMAGED' });
    await close(store, other);
  });
});
