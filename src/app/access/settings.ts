import { checkIssuerUrl } from '../../cloud/urls.js';
import {
  type OidcSettings,
  readSettings,
  type StoredTenantSettings,
  sealSettings,
  type TenantSettings,
} from '../../core/access/tenant-settings.js';
import { CustosError } from '../../core/errors.js';
import { defaultTenant, type TenantId } from '../../core/ids.js';
import type { AccessTable } from '../../core/store/access.js';
import type { JournalMac } from '../../core/store/journal-mac.js';
import type { OidcFlags } from './oidc-flags.js';
import { openSubscriptionSecret, sealSubscriptionSecret } from './subscription-secret.js';
import type { TokenParts } from './tokens.js';

interface SettingsParts extends Pick<TokenParts, 'mac'> {
  readonly access: Pick<AccessTable, 'settings' | 'putSettings' | 'tenants'>;
}

/** What holds for a tenant. */
export async function settingsOf(
  { access, mac }: Pick<TokenParts, 'mac'> & { readonly access: Pick<AccessTable, 'settings'> },
  tenant: TenantId,
): Promise<TenantSettings> {
  const stored = await access.settings(tenant);
  // What does not verify was written by somebody without the key, and names nobody's identity provider.
  return (stored?.tenant === tenant && readSettings(mac, stored)) || {};
}

/**
 * Changes what was said, and leaves the rest.
 * @returns what holds from then on
 * @throws CustosError TENANT_SETTINGS_INVALID, TENANT_UNKNOWN, URL_INVALID, URL_INSECURE
 */
export async function changeSettings(
  parts: SettingsParts,
  tenant: TenantId,
  { off, ...flags }: OidcFlags,
): Promise<TenantSettings> {
  const { oidc: before, ...rest } = await settingsOf(parts, tenant);
  const isSaid = Object.keys(flags).length > 0;
  if (off && isSaid) throw invalid('--oidc-off goes with no other flag of the identity provider');
  if (!off && !isSaid) {
    await requireTenant(parts, tenant);
    return { ...rest, ...(before && { oidc: before }) };
  }
  const changed = off ? rest : { ...rest, oidc: oidcOf(flags, before) };
  await parts.access.putSettings(sealSettings(parts.mac, tenant, changed));
  return changed;
}

/**
 * Sets the text with which messages to the subscriptions of a tenant are hashed; absent: none. The rest stays.
 * @throws CustosError TENANT_UNKNOWN, STORE_*
 */
export async function setSubscriptionSecret(
  { access, mac }: SettingsParts,
  tenant: TenantId,
  secret: string | undefined,
): Promise<void> {
  const { subscriptionSecret: _former, ...rest } = await settingsOf({ access, mac }, tenant);
  const sealed = secret === undefined ? {} : { subscriptionSecret: sealSubscriptionSecret(mac, tenant, secret) };
  await access.putSettings(sealSettings(mac, tenant, { ...rest, ...sealed }));
}

/** Settings under a new root key. What did not verify before does not afterwards. @throws CustosError RECORD_DAMAGED */
export function resealedSettings(
  { from, to }: { readonly from: JournalMac; readonly to: JournalMac },
  stored: StoredTenantSettings,
): StoredTenantSettings {
  const settings = readSettings(from, stored);
  if (settings === undefined) return stored;
  const { tenant } = stored;
  const { subscriptionSecret: sealed, ...rest } = settings;
  const secret = sealed && sealSubscriptionSecret(to, tenant, openSubscriptionSecret(from, tenant, sealed));
  return sealSettings(to, tenant, { ...rest, ...(secret && { subscriptionSecret: secret }) });
}

/** A change is refused where it is written. */
async function requireTenant({ access }: SettingsParts, tenant: TenantId): Promise<void> {
  // This one is there in every store, also where nothing names it yet.
  if (tenant === defaultTenant || (await access.tenants()).some(({ id }) => id === tenant)) return;
  throw new CustosError('TENANT_UNKNOWN', `the store has no tenant ${tenant}`);
}

function oidcOf(flags: Omit<OidcFlags, 'off'>, before: OidcSettings | undefined): OidcSettings {
  const { oidcIssuer: issuer = before?.issuer, oidcAudience: audience = before?.audience } = flags;
  if (issuer === undefined || audience === undefined) {
    throw invalid('an identity provider needs --oidc-issuer and --oidc-audience');
  }
  checkIssuerUrl(issuer);
  // Another issuer has other keys and parties.
  const kept = issuer === before?.issuer ? before : undefined;
  const { oidcOwnerClaim = kept?.ownerClaim ?? 'sub', oidcJwks: jwks = kept?.jwks } = flags;
  const { oidcAuthorizedParty: authorizedParty = kept?.authorizedParty } = flags;
  if (jwks !== undefined) checkIssuerUrl(jwks);
  for (const text of [audience, oidcOwnerClaim, authorizedParty]) if (text !== undefined) requireVisible(text);
  return {
    ...{ issuer, audience, ownerClaim: oidcOwnerClaim },
    ...(jwks !== undefined && { jwks }),
    ...(authorizedParty !== undefined && { authorizedParty }),
  };
}

function requireVisible(text: string): void {
  if (!/^[^\p{C}]{1,200}$/u.test(text)) throw invalid('a name has 1 to 200 printable characters');
}

function invalid(text: string): CustosError {
  return new CustosError('TENANT_SETTINGS_INVALID', text);
}
