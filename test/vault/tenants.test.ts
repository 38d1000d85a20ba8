import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { defaultTenant, parseOwnerId, parseSignatureId, parseTenantId } from '../../src/core/ids.js';
import type { MadeWallet } from '../../src/core/signing/vault.js';
import type { WalletControl } from '../../src/core/signing/wallet.js';
import { walletStates } from '../../src/core/signing/wallet.js';
import { makeResealing } from '../../src/vault/reseal.js';
import { controlBytes, readControl } from '../../src/vault/wallet-control.js';
import { bsc, chains, codeOf, eth, newVault, storeId } from './support.js';

const { vault, publicVault, rootKey } = newVault();
const shop = parseTenantId('shop');
const signatureId = parseSignatureId('26d3883e-4e17-48b3-a0ee-09a3e484ac83');

let made: MadeWallet;
let plain: MadeWallet;
beforeAll(async () => {
  made = await vault.create(eth, 'mainnet', { kind: 'hd', tenant: shop, owner: 'u-17', slot: 'main', label: 'Ann' });
  plain = await vault.create(eth, 'mainnet', { kind: 'key', tenant: defaultTenant });
});

describe('a record with a tenant', () => {
  test('a wallet of another tenant has record format 3, and one of the default tenant stays as it was', () => {
    expect(made.sealed).toMatchObject({ format: 3, tenant: 'shop' });
    expect(plain.sealed).toMatchObject({ format: 1 });
    expect(plain.sealed).not.toHaveProperty('tenant');
    expect(publicVault.wallet(made.sealed)).toEqual(made.wallet);
    expect(made.wallet).toMatchObject({ tenant: 'shop', control: { owner: 'u-17', slot: 'main', revision: 1 } });
  });

  test('a record opens under no other tenant, and none is taken away or put in', () => {
    const { tenant: _, ...without } = made.sealed;
    const others = [
      { ...made.sealed, tenant: parseTenantId('shop-2') },
      { ...made.sealed, tenant: defaultTenant },
    ];
    for (const record of [...others, without, { ...without, format: 2 }]) {
      expect(codeOf(() => vault.export(record))).toBe('RECORD_DAMAGED');
      expect(codeOf(() => vault.control(record))).toBe('RECORD_DAMAGED');
      expect(codeOf(() => publicVault.wallet(record))).toBe('RECORD_DAMAGED');
      expect(codeOf(() => vault.identify(record, { signatureId: record.signatureId, index: 0 }))).toBe(
        'RECORD_DAMAGED',
      );
    }
    expect(codeOf(() => vault.export({ ...plain.sealed, tenant: shop }))).toBe('RECORD_DAMAGED');
    expect(codeOf(() => vault.export({ ...plain.sealed, format: 3, tenant: shop }))).toBe('RECORD_DAMAGED');
  });

  test('a flag makes a record of the default tenant one of format 3, and taking it away one of format 2', async () => {
    const flagged = await vault.create(bsc, 'mainnet', { kind: 'key', requireUserToken: true });
    expect(flagged.sealed).toMatchObject({ format: 3, tenant: 'default' });
    expect(vault.control(flagged.sealed)).toMatchObject({ requireUserToken: true, revision: 1 });
    const { requireUserToken: _, ...control } = vault.control(flagged.sealed);
    const freed = vault.withControl(flagged.sealed, control);
    expect(freed).toMatchObject({ format: 2 });
    expect(freed).not.toHaveProperty('tenant');
    expect(vault.control(freed)).toEqual({ ...control, revision: 2 });
  });

  test('tenant, slot and flag go with an exported wallet', () => {
    expect(vault.export(made.sealed)).toMatchObject({ tenant: 'shop', slot: 'main', owner: 'u-17' });
    expect(vault.export(plain.sealed)).not.toHaveProperty('tenant');
  });

  test('any control of format 3 reads back as it was written', () => {
    const tag = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,63}$/);
    const controls = fc.record(
      {
        tags: fc.uniqueArray(tag).map((tags) => tags.sort()),
        owner: fc.string({ minLength: 1 }),
        state: fc.constantFrom(...walletStates),
        since: fc.nat(),
        requireUserToken: fc.constant(true),
        slot: tag,
        revision: fc.nat(),
      },
      { requiredKeys: ['tags', 'state', 'since', 'revision'] },
    );
    const read = (bytes: Uint8Array) => readControl(textsOf(bytes), { signatureId, format: 3 });
    fc.assert(
      fc.property(controls, (one) => {
        expect(read(controlBytes(one as WalletControl, 3))).toEqual(one);
      }),
    );
    const good = ['1', 'active', '5', '', '', '', '', 'user-token', 'main', 'hot'];
    const readTexts = (texts: readonly string[]) => () => readControl(texts, { signatureId, format: 3 });
    expect(codeOf(readTexts(good))).toBe('none');
    expect(codeOf(readTexts(good.with(7, 'yes')))).toBe('RECORD_DAMAGED');
    expect(codeOf(readTexts(good.slice(0, 8)))).toBe('RECORD_DAMAGED');
  });
});

describe('blind indexes', () => {
  const { index } = publicVault;

  test('a mnemonic wallet is found by its address of index 0, by its owner and by its label', () => {
    const first = vault.identify(made.sealed, { signatureId: made.wallet.signatureId, index: 0 }).address;
    expect(made.sealed.lookup).toEqual({
      address: index.address(made.wallet, first),
      owner: index.owner(shop, 'u-17'),
      label: index.label(shop, 'Ann'),
      slot: index.slot({ tenant: shop, owner: 'u-17', chain: eth, network: 'mainnet', slot: 'main' }),
    });
  });

  test('the digest of the address that a wallet shows is the one that it is found by, whatever becomes of a digest that was given', () => {
    const { address } = made.sealed.lookup!;
    index.addressOf(made.wallet).fill(0);
    expect([index.addressOf(made.wallet), index.addressOf({ ...made.wallet })]).toEqual([address, address]);
  });

  test('any two places have different digests of 32 bytes, whatever is long or joined in them', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '-', '/', '|'), minLength: 1, maxLength: 40 });
    const place = fc.tuple(text, text);
    fc.assert(
      fc.property(place, place, ([tenant, owner], [other, another]) => {
        const [one, two] = [index.owner(tenant as never, owner), index.owner(other as never, another)];
        expect(one).toHaveLength(32);
        const isSame = tenant === other && owner === another;
        expect(Buffer.from(one).equals(Buffer.from(two))).toBe(isSame);
        expect(Buffer.from(index.label(tenant as never, owner)).equals(Buffer.from(one))).toBe(false);
      }),
    );
    const long = 'x'.repeat(36);
    expect(index.owner(parseTenantId(`${long}1`), 'u')).not.toEqual(index.owner(parseTenantId(`${long}2`), 'u'));
  });

  test('each tenant, chain and network has its own digest of an address, and each store its own digests', () => {
    const address = '0x0000000000000000000000000000000000000001';
    const places = [
      { chain: eth, network: 'mainnet' as const },
      { chain: eth, network: 'testnet' as const },
      { chain: bsc, network: 'mainnet' as const },
      { tenant: shop, chain: eth, network: 'mainnet' as const },
    ];
    const all = [
      ...places.map((place) => index.address(place, address)),
      newVault().vault.index.address(places[0]!, address),
    ];
    expect(new Set(all.map((one) => Buffer.from(one).toString('hex'))).size).toBe(all.length);
    expect(index.address({ ...places[0]!, tenant: defaultTenant }, address)).toEqual(
      index.address(places[0]!, address),
    );
  });
});

describe('what is sealed beside wallets', () => {
  const login = {
    password: { logN: 14, r: 8, p: 1, salt: 'AA', key: 'AA' },
    handle: 'AAAA',
    passkeys: [{ id: 'AAAA', publicKey: 'AAAA', signCount: 7, name: 'phone', createdAt: 6, transports: ['usb'] }],
  };
  const spending = [
    { chain: eth, decimals: 18, aDay: 10n ** 30n, aTransaction: 0n },
    { chain: eth, decimals: 6, token: '0xAb', aDay: 1n },
  ];
  const mostSpent = { budget: '0f'.repeat(16), limits: spending };
  const limits = { mostWallets: 3, mostRequests: 60, mostSpent };
  const owner = { tenant: shop, owner: parseOwnerId('u-17'), createdAt: 5, ...limits, login };
  const place = { signatureId, index: 7, tenant: shop, chain: eth, network: 'mainnet' as const };

  test('an owner and an address open as they were sealed, and nowhere else', () => {
    const stored = vault.beside.sealOwner(owner);
    expect(publicVault.beside.openOwner(stored)).toEqual(owner);
    const digest = publicVault.index.owner(shop, 'u-18');
    for (const other of [
      { ...stored, createdAt: 6 },
      { ...stored, tenant: defaultTenant },
      { ...stored, digest },
    ]) {
      expect(codeOf(() => publicVault.beside.openOwner(other))).toBe('RECORD_DAMAGED');
    }
    const address = vault.beside.sealAddress(place, '0xAb');
    expect(publicVault.beside.openAddress(address)).toEqual({ ...place, address: '0xAb' });
    for (const other of [
      { ...address, index: 8 },
      { ...address, digest },
    ]) {
      expect(codeOf(() => publicVault.beside.openAddress(other))).toBe('RECORD_DAMAGED');
    }
  });

  test('a new root key gives wallets, owners and addresses other digests, and each still belongs to its own', () => {
    const fresh = newVault();
    const resealing = makeResealing({ from: rootKey, to: fresh.rootKey }, storeId, chains);
    const { lookup: _, ...unfound } = made.sealed;
    const [wallet] = resealing.reseal([unfound]);
    const again = resealing.resealOwner(vault.beside.sealOwner(owner));
    const reserved = { signatureId, index: 8 };
    const [address, kept] = resealing.resealAddresses([vault.beside.sealAddress(place, '0xAb'), reserved]);
    resealing.wipe();
    expect(wallet?.lookup).toEqual(fresh.vault.index.wallet(made.wallet));
    expect(wallet?.lookup?.address).not.toEqual(made.sealed.lookup?.address);
    expect(fresh.publicVault.beside.openOwner(again)).toEqual(owner);
    expect(again.digest).toEqual(wallet?.lookup?.owner);
    expect(fresh.publicVault.beside.openAddress(address as never)).toMatchObject({ index: 7, address: '0xAb' });
    expect(kept).toEqual(reserved);
  });
});

function textsOf(bytes: Uint8Array): string[] {
  const buffer = Buffer.from(bytes);
  const texts: string[] = [];
  for (let at = 0; at < buffer.length; ) {
    const end = at + 4 + buffer.readUInt32BE(at);
    texts.push(buffer.subarray(at + 4, end).toString());
    at = end;
  }
  return texts;
}
