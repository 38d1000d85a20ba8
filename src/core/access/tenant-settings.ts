import type { TenantId } from '../ids.js';
import type { JournalMac } from '../store/journal-mac.js';

/** Whose tokens prove that a user of a tenant is there (OpenID Connect). */
export interface OidcSettings {
  /** As `iss` says it, letter for letter. */
  readonly issuer: string;
  /** What `aud` has to contain. */
  readonly audience: string;
  /** The claim that is the owner's id. */
  readonly ownerClaim: string;
  /** Where the issuer's keys are; absent: where its discovery document says. */
  readonly jwks?: string;
  /** What `azp` has to be, if it is not the audience. */
  readonly authorizedParty?: string;
}

/** What an operator decided about a tenant. */
export interface TenantSettings {
  readonly oidc?: OidcSettings;
  /** The text with which messages to its subscriptions are hashed, sealed under the journal's key: base64url of a box. */
  readonly subscriptionSecret?: string;
}

/** Settings as they are stored. */
export interface StoredTenantSettings {
  readonly tenant: TenantId;
  /** JSON of `TenantSettings`. */
  readonly facts: string;
  /** Authenticates both with the journal's key: write access to the database names no identity provider. */
  readonly mac: string;
}

/** What authenticates settings. */
function settingsMac(mac: JournalMac, { tenant, facts }: Omit<StoredTenantSettings, 'mac'>): string {
  return mac(['custos/tenant-settings', tenant, facts]);
}

export function sealSettings(mac: JournalMac, tenant: TenantId, settings: TenantSettings): StoredTenantSettings {
  const facts = JSON.stringify(settings);
  return { tenant, facts, mac: settingsMac(mac, { tenant, facts }) };
}

/** @returns undefined for a row that whoever wrote it had no key for */
export function readSettings(mac: JournalMac, stored: StoredTenantSettings): TenantSettings | undefined {
  if (settingsMac(mac, stored) !== stored.mac) return undefined;
  // It is authentic, so a Custos wrote it.
  return JSON.parse(stored.facts) as TenantSettings;
}
