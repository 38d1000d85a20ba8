import { describe, expect, it } from 'vitest';
import { rekeyStore } from '../../../src/app/store/rekey.js';
import { completeLookup, findByAddress } from '../../../src/app/wallets/lookup.js';
import { limitOwner } from '../../../src/app/wallets/owners.js';
import { type ServiceParts, walletsService } from '../../../src/app/wallets/service.js';
import { systemClock } from '../../../src/core/clock.js';
import { defaultTenant, parseOwnerId, parseSignatureId, parseTenantId } from '../../../src/core/ids.js';
import { Secret } from '../../../src/core/secret.js';
import { createRecord } from '../../../src/signing/create.js';
import { identifyKeys } from '../../../src/signing/sign.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import type { StoreTables } from '../../../src/storage/schema.js';
import { openSlots } from '../../../src/vault/key-slots.js';
import { anySlot, freshLocation, kinds, storeId } from '../../storage/support.js';
import { chains, newVault } from '../../vault/support.js';

const [shop, game] = [parseTenantId('shop'), parseTenantId('game')];
const [ann, bob] = [parseOwnerId('u-17'), parseOwnerId('u-18')];
const place = { owner: ann, chain: 'ETH', network: 'mainnet' } as const;
const unknown = expect.objectContaining({ code: 'WALLET_UNKNOWN' });

describe.each(kinds)('wallets for doors on %s', (kind) => {
  const location = freshLocation(kind);
  const { vault, publicVault, rootKey } = newVault();

  /** A service as a front has it: it reads public halves, and asks for everything else. */
  async function open(isNew = true, more: Partial<ServiceParts> = {}) {
    const store = isNew ? await createStore(location(), { storeId, slots: [anySlot()] }) : await openStore(location());
    const parts: ServiceParts = {
      store,
      vault: publicVault,
      chains,
      clock: systemClock,
      create: (request) => createRecord(request, vault),
      identify: async (request) => identifyKeys(request, vault),
      ...more,
    };
    return { store, parts, service: walletsService(parts), close: () => store.close() };
  }

  it('a place has one wallet, however many ask for it at once, in however many processes', async () => {
    const [one, two] = [await open(), await open(false)];
    const asked = Array.from({ length: 8 }, (_, at) =>
      (at % 2 ? one : two).service.getOrCreate(shop, place, { label: 'Ann' }),
    );
    const answers = await Promise.all(asked);
    expect(new Set(answers.map(({ wallet }) => wallet.signatureId)).size).toBe(1);
    expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await one.store.wallets.count({})).toBe(1);
    const [first] = answers;
    expect(first?.wallet).toMatchObject({ tenant: 'shop', label: 'Ann', control: { owner: 'u-17', slot: 'main' } });
    const others = await Promise.all([
      one.service.getOrCreate(game, place),
      one.service.getOrCreate(shop, { ...place, owner: bob }),
      one.service.getOrCreate(shop, { ...place, slot: 'second' }),
      one.service.getOrCreate(shop, { ...place, network: 'testnet' }),
      one.service.getOrCreate(shop, { ...place, chain: 'BSC' }),
    ]);
    expect(new Set([first, ...others].map((answer) => answer?.wallet.signatureId)).size).toBe(6);
    await one.close();
    await two.close();
  });

  it('a tenant learns nothing of the wallets of another: the answer is that of what does not exist', async () => {
    const { service, close } = await open();
    const [wallet] = await service.create(shop, { chain: 'SOL', network: 'mainnet', owner: ann, label: 'cold' });
    const id = wallet!.signatureId;
    const none = parseSignatureId('26d3883e-4e17-48b3-a0ee-09a3e484ac83');
    expect(await service.get(shop, id)).toEqual(wallet);
    for (const tenant of [game, defaultTenant]) {
      await expect(service.get(tenant, id)).rejects.toEqual(unknown);
      await expect(service.allot(tenant, id)).rejects.toEqual(unknown);
      const messageOf = (asked: Promise<unknown>) => asked.catch((error: Error) => error.message);
      expect(String(await messageOf(service.get(tenant, id))).replace(id, '')).toBe(
        String(await messageOf(service.get(tenant, none))).replace(none, ''),
      );
      for (const query of [{}, { owner: ann }, { label: 'cold' }]) {
        expect(await service.list(tenant, query, { limit: 10 })).toEqual([]);
      }
      const found = { chain: 'SOL', network: 'mainnet', address: wallet!.address! } as const;
      expect(await service.findAddress(tenant, found)).toEqual([]);
      await expect(service.getOwner(tenant, ann)).rejects.toMatchObject({ code: 'OWNER_UNKNOWN' });
    }
    expect(await service.list(shop, { owner: ann, label: 'cold' }, { limit: 10 })).toEqual([wallet]);
    expect(await service.getOwner(shop, ann)).toMatchObject({ owner: 'u-17', wallets: 1 });
    await close();
  });

  it.each(['ETH', 'SOL', 'BTC'])('deposit addresses of %s are allotted once, and found by address', async (chain) => {
    const { service, parts, close } = await open();
    const [wallet] = await service.create(shop, { chain, network: 'mainnet', kind: 'hd' });
    const id = wallet!.signatureId;
    const made = await Promise.all([1, 2, 3].map(() => service.allot(shop, id)));
    expect(made.map(({ index }) => index).toSorted()).toEqual([1, 2, 3]);
    for (const { index, address } of made) {
      const sealed = await parts.store.wallets.get([id]);
      expect(identifyKeys({ sealed, keys: [{ signatureId: id, index }] }, vault)[0]?.address).toBe(address);
      const found = await service.findAddress(shop, {
        chain,
        network: 'mainnet',
        address: address.replace(/^0x.*/, (hex) => hex.toUpperCase().replace('0X', '0x')),
      });
      expect(found).toEqual([{ wallet, index }]);
    }
    expect(await service.allot(shop, id, { least: 1_000 })).toMatchObject({ index: 1_000 });
    await expect(service.allot(shop, id, { least: 2 ** 31 })).rejects.toMatchObject({ code: 'INDEX_INVALID' });
    await close();
  });

  it('the key of an address is that of the first wallet that is meant, with the record that was read', async () => {
    const { store, service, parts, close } = await open();
    const [shown, deposits] = await service.create(shop, { chain: 'ETH', network: 'mainnet', kind: 'hd' }, 2);
    const { address } = await service.allot(shop, deposits!.signatureId);
    const first = publicVault.facts((await store.wallets.get([shown!.signatureId]))[0]!, {
      signatureId: shown!.signatureId,
      index: 0,
    })!.address;
    let lookups = 0;
    const byDigest: typeof store.addresses.byDigest = (digest) => {
      lookups += 1;
      return store.addresses.byDigest(digest);
    };
    const counting = walletsService({ ...parts, store: { ...store, addresses: { ...store.addresses, byDigest } } });
    const at = (text: string) => ({ chain: 'ETH', network: 'mainnet', address: text }) as const;
    const [record] = await store.wallets.get([shown!.signatureId]);
    const found = await counting.findKey(shop, at(first), () => true);
    expect([found, lookups]).toEqual([{ wallet: shown, sealed: record, index: 0 }, 0]);
    expect(await counting.findKey(shop, at(first), () => false)).toBeUndefined();
    expect(await counting.findKey(game, at(first), () => true)).toBeUndefined();
    expect(lookups).toBe(2);
    expect(await counting.findKey(shop, at(address), () => true)).toMatchObject({ wallet: deposits, index: 1 });
    expect(await counting.findKey(shop, at(address), ({ signatureId }) => signatureId === shown?.signatureId)).toBe(
      undefined,
    );
    await close();
  });

  it.each(['address', 'owner', 'label', 'slot'])(
    'a wallet that a changed %s digest finds is not given away',
    async (name) => {
      const { service, close } = await open();
      const mine = { chain: 'ETH', network: 'mainnet', owner: ann, label: 'mine', kind: 'key' } as const;
      const { wallet: right } = await service.getOrCreate(shop, place, mine);
      const { wallet: other } = await service.getOrCreate(shop, { ...place, owner: bob }, { ...mine, label: 'other' });
      const database = await openDatabase<StoreTables>(location());
      await database.write(async (db) => {
        const column = `${name}_digest` as 'slot_digest';
        const [row] = await db
          .selectFrom('wallets')
          .selectAll()
          .where('signature_id', '=', right.signatureId)
          .execute();
        const of = (id: string, digest: Uint8Array | null) =>
          db
            .updateTable('wallets')
            .set({ [column]: digest })
            .where('signature_id', '=', id)
            .execute();
        await of(right.signatureId, null);
        await of(other.signatureId, row?.[column] ?? null);
      });
      await database.close();
      const page = { limit: 10 };
      const searches: Readonly<Record<string, () => Promise<unknown>>> = {
        address: () => service.findAddress(shop, { chain: 'ETH', network: 'mainnet', address: right.address ?? '' }),
        owner: () => service.list(shop, { owner: ann }, page),
        label: () => service.list(shop, { label: 'mine' }, page),
        slot: () => service.getOrCreate(shop, place),
      };
      await expect(searches[name]?.()).rejects.toMatchObject({ code: 'RECORD_DAMAGED' });
      await close();
    },
  );

  it('an owner gets as many wallets as they may have, by their own limit or that of the service', async () => {
    const { service, parts, store, close } = await open(true, { mostWallets: 2 });
    const request = { chain: 'XRP', network: 'testnet', owner: ann } as const;
    const all = await Promise.allSettled(Array.from({ length: 5 }, () => service.create(shop, request)));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    await expect(service.create(shop, request, 2)).rejects.toMatchObject({ code: 'OWNER_LIMIT' });
    await limitOwner(parts, { tenant: shop, owner: ann }, { mostWallets: 4 });
    await expect(service.create(shop, request, 3)).rejects.toMatchObject({ code: 'OWNER_LIMIT' });
    expect(await service.create(shop, request, 2)).toHaveLength(2);
    expect(await store.wallets.count({})).toBe(4);
    await close();
  });

  it('a request of another form is refused before a wallet is made', async () => {
    const { service, store, close } = await open();
    const good = { chain: 'ETH', network: 'mainnet' } as const;
    const bad: readonly (readonly [object, number, string])[] = [
      [{ chain: 'NONE' }, 1, 'CHAIN_UNKNOWN'],
      [{ owner: 'a\nb' }, 1, 'OWNER_INVALID'],
      [{ tags: ['Hot'] }, 1, 'USAGE'],
      [{ label: '' }, 1, 'USAGE'],
      [{ label: 'x'.repeat(201) }, 1, 'USAGE'],
      [{}, 0, 'USAGE'],
      [{}, 101, 'USAGE'],
      [{}, 1.5, 'USAGE'],
    ];
    for (const [change, count, code] of bad) {
      await expect(service.create(shop, { ...good, ...change }, count)).rejects.toMatchObject({ code });
    }
    await expect(service.getOrCreate(shop, { ...place, slot: 'A' })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(service.findAddress(shop, { ...place, address: '0x1' })).rejects.toMatchObject({
      code: 'ADDRESS_INVALID',
    });
    expect(await store.wallets.count({})).toBe(0);
    const [key] = await service.create(shop, { ...good, kind: 'key' });
    await expect(service.allot(shop, key!.signatureId)).rejects.toMatchObject({ code: 'INDEX_UNEXPECTED' });
    await close();
  });

  it('wallets of an older version are found once they were completed, and a rekey makes everything found again', async () => {
    const { service, parts, store, close } = await open();
    const { lookup: _, ...older } = (await vault.create(chains.get('ETH').id, 'mainnet', { kind: 'hd', owner: ann }))
      .sealed;
    await store.wallets.add([older]);
    const { wallet } = await service.getOrCreate(shop, place);
    const { address } = await service.allot(shop, wallet.signatureId);
    const first = vault.identify(older, { signatureId: older.signatureId, index: 0 }).address;
    const where = { tenant: defaultTenant, chain: 'ETH', network: 'mainnet' } as const;
    expect(await findByAddress(parts, where, first)).toEqual([]);
    expect(await completeLookup(parts)).toBe(1);
    expect(await completeLookup(parts)).toBe(0);
    expect(await findByAddress(parts, where, first)).toEqual([{ wallet: vault.wallet(older), index: 0 }]);
    expect(await service.getOwner(defaultTenant, ann)).toMatchObject({ wallets: 1 });

    const password = Secret.text('five words make it well');
    await rekeyStore(store, { rootKey, password });
    await close();
    const again = await openStore(location());
    const fresh = newVault(await openSlots(await again.slots.all(), password, storeId));
    const after = { ...parts, store: again, vault: fresh.publicVault };
    const rekeyed = walletsService({ ...after, create: (request) => createRecord(request, fresh.vault) });
    expect(await findByAddress(after, where, first)).toMatchObject([{ index: 0 }]);
    expect(await rekeyed.findAddress(shop, { ...place, address })).toMatchObject([{ index: 1 }]);
    expect(await rekeyed.getOrCreate(shop, place)).toMatchObject({
      wallet: { signatureId: wallet.signatureId },
      isNew: false,
    });
    expect(await rekeyed.getOwner(shop, ann)).toMatchObject({ wallets: 1 });
    expect(await rekeyed.allot(shop, wallet.signatureId)).toMatchObject({ index: 2 });
    await again.close();
  });
});
