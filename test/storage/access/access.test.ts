import { describe, expect, test } from 'vitest';
import { makeToken, revoked } from '../../../src/app/access/make.js';
import { backupStore, restoreStore } from '../../../src/app/store/backup.js';
import { rekeyStore } from '../../../src/app/store/rekey.js';
import { readSettings, sealSettings } from '../../../src/core/access/tenant-settings.js';
import { readToken } from '../../../src/core/access/token.js';
import { ticketMac } from '../../../src/core/access/user-ticket.js';
import { defaultTenant, parseTenantId } from '../../../src/core/ids.js';
import { Secret } from '../../../src/core/secret.js';
import { journalMac } from '../../../src/core/store/journal-mac.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import type { StoreTables } from '../../../src/storage/schema.js';
import { journalKeyOf } from '../../../src/vault/journal-key.js';
import { makeRootKey, makeSlot, openSlots } from '../../../src/vault/key-slots.js';
import { anySlot, freshDirectory, freshLocation, kinds, storeId } from '../support.js';

const coded = (code: string) => expect.objectContaining({ code });
const shop = parseTenantId('shop');
const wanted = { tenant: defaultTenant, name: 'web', scopes: ['wallets:read'] } as const;
const key = new Uint8Array(32).fill(1);
const mac = journalMac(key);
const fresh = (facts: Partial<Parameters<typeof makeToken>[0]> = {}) =>
  makeToken({ ...wanted, ...facts }, { mac, now: 1 }).stored;

describe.each(kinds)('tenants and tokens on %s', (kind) => {
  const location = freshLocation(kind);
  const open = () => createStore(location(), { storeId, slots: [anySlot()] });

  test('a tenant is made once, and the default tenant is always there', async () => {
    const { access, close } = await open();
    await access.addTenant({ id: shop, createdAt: 5 });
    await expect(access.addTenant({ id: shop, createdAt: 6 })).rejects.toEqual(coded('TENANT_EXISTS'));
    await expect(access.addTenant({ id: defaultTenant, createdAt: 6 })).rejects.toEqual(coded('TENANT_EXISTS'));
    expect(await access.tenants()).toEqual([{ id: shop, createdAt: 5 }]);
    await close();
  });

  test('a token of a tenant that is not there is refused', async () => {
    const { access, close } = await open();
    await expect(access.addToken(fresh({ tenant: shop }))).rejects.toEqual(coded('TENANT_UNKNOWN'));
    expect(await access.tokens({ limit: 10 })).toEqual([]);
    await close();
  });

  test('tokens are found by id and listed by tenant, page by page', async () => {
    const { access, close } = await open();
    await access.addTenant({ id: shop, createdAt: 5 });
    const tokens = [fresh(), fresh({ tenant: shop }), fresh({ tenant: shop })].sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const token of tokens) await access.addToken(token);
    expect(await access.token(tokens[0]?.id ?? '')).toEqual(tokens[0]);
    expect(await access.token('0000')).toBeUndefined();
    const of = tokens.filter(({ tenant }) => tenant === shop);
    expect(await access.tokens({ tenant: shop, limit: 10 })).toEqual(of);
    expect(await access.tokens({ tenant: shop, after: of[0]?.id ?? '', limit: 10 })).toEqual(of.slice(1));
    await close();
  });

  test('a token is revoked once, and the revocation is part of what is authenticated', async () => {
    const { access, close } = await open();
    const token = fresh();
    await access.addToken(token);
    expect(await access.revokeToken(revoked(token, { mac, now: 9 }))).toBe(true);
    expect(await access.revokeToken(revoked(token, { mac, now: 10 }))).toBe(false);
    const found = await access.token(token.id);
    expect(found?.revokedAt).toBe(9);
    expect(found && readToken(mac, found)?.revokedAt).toBe(9);
    expect(found && readToken(mac, { ...found, mac: token.mac })).toBeUndefined();
    await close();
  });

  test('the last use only grows, and is no part of what is authenticated', async () => {
    const { access, close } = await open();
    const token = fresh();
    await access.addToken(token);
    await access.used(new Map([[token.id, 50]]));
    await access.used(new Map([[token.id, 40]]));
    const found = await access.token(token.id);
    expect(found?.lastUsedAt).toBe(50);
    expect(found && readToken(mac, found)?.name).toBe('web');
    await close();
  });

  test.each(['tenant', 'facts', 'hash'] as const)(
    'a token whose %s was changed in the database is not authentic',
    async (column) => {
      const { access, close } = await open();
      const token = fresh();
      await access.addToken(token);
      await close();
      const database = await openDatabase<StoreTables>(location());
      const set = {
        [column]: column === 'facts' ? token.facts.replace('wallets:read', 'tokens:manage') : 'ab'.repeat(32),
      };
      await database.write(async (db) => void (await db.updateTable('tokens').set(set).execute()));
      await database.close();
      const again = await openStore(location());
      const [found] = await again.access.tokens({ limit: 1 });
      expect(found && readToken(mac, found)).toBeUndefined();
      await again.close();
    },
  );

  test('settings of a tenant are replaced, listed and recorded, and those of an unknown tenant refused', async () => {
    const { access, audit, close } = await open();
    const oidc = { issuer: 'https://id.example', audience: 'shop', ownerClaim: 'sub' };
    await expect(access.putSettings(sealSettings(mac, shop, { oidc }))).rejects.toEqual(coded('TENANT_UNKNOWN'));
    await access.addTenant({ id: shop, createdAt: 5 });
    await access.putSettings(sealSettings(mac, shop, { oidc }));
    await access.putSettings(sealSettings(mac, shop, {}));
    const settings = sealSettings(mac, defaultTenant, { oidc });
    await access.putSettings(settings);
    expect(await access.allSettings()).toEqual([settings, sealSettings(mac, shop, {})]);
    expect(await access.settings(defaultTenant)).toEqual(settings);
    expect(readSettings(mac, settings)).toEqual({ oidc });
    const codes = (await audit.find({ limit: 10 })).map(({ leaf }) => leaf?.code);
    expect(codes.filter((code) => code === 'tenant.set')).toHaveLength(3);
    await close();
  });

  test('settings that were changed in the database, or moved to another tenant, are not authentic', () => {
    const settings = sealSettings(mac, shop, {
      oidc: { issuer: 'https://id.example', audience: 'a', ownerClaim: 'sub' },
    });
    const facts = settings.facts.replace('id.example', 'evil.example');
    expect(readSettings(mac, { ...settings, facts })).toBeUndefined();
    expect(readSettings(mac, { ...settings, tenant: defaultTenant })).toBeUndefined();
  });

  test('a ticket is found, taken once, and ended with all of its owner, and those that are over are forgotten', async () => {
    const { tickets, close } = await open();
    const owner = new Uint8Array(32).fill(3);
    const ticket = (hash: string, expiresAt = 100) => {
      const made = { hash, kind: 'session', tenant: shop, owner, expiresAt } as const;
      return { ...made, mac: ticketMac(mac, made) };
    };
    await tickets.add(ticket('a'), 1);
    expect(await tickets.get('a')).toEqual(ticket('a'));
    expect(await Promise.all([tickets.take('a'), tickets.take('a')])).toEqual(expect.arrayContaining([true, false]));
    expect(await tickets.get('a')).toBeUndefined();
    await tickets.add(ticket('b'), 1);
    await tickets.add(ticket('c', 200), 100);
    expect(await tickets.get('b')).toBeUndefined();
    await tickets.end(new Uint8Array(32));
    expect(await tickets.get('c')).toEqual(ticket('c', 200));
    await tickets.end(owner);
    expect(await tickets.get('c')).toBeUndefined();
    await close();
  });

  test('what is made and revoked is in the audit log', async () => {
    const { access, audit, close } = await open();
    const token = fresh();
    await access.addToken(token);
    await access.revokeToken(revoked(token, { mac, now: 9 }));
    const codes = (await audit.find({ limit: 10 })).map(({ leaf }) => leaf?.code).reverse();
    expect(codes).toEqual(['token.made', 'token.revoked']);
    await close();
  });
});

describe('tokens and the root key', () => {
  const location = freshLocation();
  const directory = freshDirectory();
  const password = () => Secret.text('correct horse battery staple');

  test('tokens and settings work after a rekey and after a restore, and a forged one works after neither', async () => {
    const rootKey = makeRootKey();
    const slot = await makeSlot(rootKey, password(), { kind: 'password', storeId, generation: 1 });
    const store = await createStore(location(), { storeId, slots: [slot] });
    const own = journalMac(journalKeyOf(rootKey, storeId));
    const { stored } = makeToken(wanted, { mac: own, now: 1 });
    const forged = fresh();
    await store.access.addToken(stored);
    await store.access.addToken(forged);
    const oidc = { issuer: 'https://id.example', audience: 'shop', ownerClaim: 'sub' };
    await store.access.putSettings(sealSettings(own, defaultTenant, { oidc }));
    await rekeyStore(store, { rootKey, password: password() });
    await store.close();
    const after = await openStore(location());
    const key = await openSlots(await after.slots.all(), password(), storeId);
    const file = directory.path('backup');
    await backupStore(after, key, { file });
    await after.close();
    const copy = directory.path('restored.db');
    await restoreStore(file, { password: password(), location: copy });
    const restored = await openStore(copy);
    const found = await restored.access.tokens({ limit: 10 });
    const valid = found.filter((token) => readToken(journalMac(journalKeyOf(key, storeId)), token) !== undefined);
    expect(found.map(({ id }) => id).sort()).toEqual([stored.id, forged.id].sort());
    expect(valid.map(({ id }) => id)).toEqual([stored.id]);
    const [settings] = await restored.access.allSettings();
    expect(settings && readSettings(journalMac(journalKeyOf(key, storeId)), settings)).toEqual({ oidc });
    expect(settings && readSettings(own, settings)).toBeUndefined();
    await restored.close();
  });
});
