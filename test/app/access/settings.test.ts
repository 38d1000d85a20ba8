import { expect, test } from 'vitest';
import type { OidcFlags } from '../../../src/app/access/oidc-flags.js';
import {
  changeSettings,
  resealedSettings,
  setSubscriptionSecret,
  settingsOf,
} from '../../../src/app/access/settings.js';
import { openSubscriptionSecret } from '../../../src/app/access/subscription-secret.js';
import { readSettings, sealSettings } from '../../../src/core/access/tenant-settings.js';
import { parseTenantId, defaultTenant as tenant } from '../../../src/core/ids.js';
import { journalMac } from '../../../src/core/store/journal-mac.js';
import { createStore } from '../../../src/storage/open-store.js';
import { anySlot, freshLocation, storeId } from '../../storage/support.js';

const location = freshLocation();
const mac = journalMac(new Uint8Array(32).fill(1));
const coded = (code: string) => expect.objectContaining({ code });
const oidc = { issuer: 'https://id.example/', audience: 'web', ownerClaim: 'sub' };
const named = { oidcIssuer: oidc.issuer, oidcAudience: 'web' };

async function opened() {
  const { access, close } = await createStore(location(), { storeId, slots: [anySlot()] });
  const set = (flags: Partial<OidcFlags>) => changeSettings({ access, mac }, tenant, { off: false, ...flags });
  return { access, set, close };
}

test('the identity provider of a tenant is named, changed in part, shown, and taken away', async () => {
  const { access, set, close } = await opened();
  expect(await set({})).toEqual({});
  expect(await access.allSettings()).toEqual([]);
  expect(await set(named)).toEqual({ oidc });
  const changed = { ...oidc, ownerClaim: 'player', authorizedParty: 'app' };
  expect(await set({ oidcOwnerClaim: 'player', oidcAuthorizedParty: 'app' })).toEqual({ oidc: changed });
  expect(await set({})).toEqual({ oidc: changed });
  const other = 'https://other.example';
  expect(await set({ oidcIssuer: other })).toEqual({ oidc: { ...oidc, issuer: other } });
  expect(await set({ off: true })).toEqual({});
  await close();
});

test.each([
  ['TENANT_SETTINGS_INVALID', { oidcAudience: 'web' }],
  ['TENANT_SETTINGS_INVALID', { ...named, off: true }],
  ['TENANT_SETTINGS_INVALID', { ...named, oidcOwnerClaim: 'a\u200bb' }],
  ['TENANT_SETTINGS_INVALID', { ...named, oidcAuthorizedParty: '' }],
  ['URL_INSECURE', { ...named, oidcIssuer: 'http://id.example' }],
  ['URL_INVALID', { ...named, oidcJwks: 'id.example/keys' }],
] as const)('wrong settings are %s and change nothing', async (code, flags) => {
  const { access, set, close } = await opened();
  await expect(set(flags)).rejects.toEqual(coded(code));
  expect(await access.allSettings()).toEqual([]);
  await close();
});

test('settings that somebody without the key wrote count as none', async () => {
  const { access, close } = await opened();
  await access.putSettings(sealSettings(() => 'forged', tenant, { oidc }));
  expect(await settingsOf({ access, mac }, tenant)).toEqual({});
  await close();
});

test('the secret of subscriptions is sealed, stays when the identity provider changes, and opens after a new root key', async () => {
  const { access, set, close } = await opened();
  const secret = 'chosen by the application';
  await setSubscriptionSecret({ access, mac }, tenant, secret);
  await set(named);
  const stored = await access.settings(tenant);
  expect(await settingsOf({ access, mac }, tenant)).toMatchObject({ oidc, subscriptionSecret: expect.any(String) });
  expect(JSON.stringify(stored)).not.toContain(secret);
  const from = mac;
  const to = journalMac(new Uint8Array(32).fill(2));
  if (stored === undefined) throw new Error('nothing is stored');
  const resealed = resealedSettings({ from, to }, stored);
  const { subscriptionSecret = '', ...rest } = readSettings(to, resealed) ?? {};
  expect(rest).toEqual({ oidc });
  expect(openSubscriptionSecret(to, tenant, subscriptionSecret)).toBe(secret);
  const damaged = expect.objectContaining({ code: 'RECORD_DAMAGED' });
  expect(() => openSubscriptionSecret(from, tenant, subscriptionSecret)).toThrow(damaged);
  expect(() => openSubscriptionSecret(to, parseTenantId('shop'), subscriptionSecret)).toThrow(damaged);
  const forged = { ...stored, facts: '{}' };
  expect(resealedSettings({ from, to }, forged)).toBe(forged);
  await setSubscriptionSecret({ access, mac }, tenant, undefined);
  expect(await settingsOf({ access, mac }, tenant)).toEqual({ oidc });
  await close();
});
