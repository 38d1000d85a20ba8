import type { SettingsReader } from '../config/reader.js';

const names = ['oidcIssuer', 'oidcAudience', 'oidcOwnerClaim', 'oidcJwks', 'oidcAuthorizedParty'] as const;

/** What was typed about a tenant's identity provider. */
export type OidcFlags = { readonly [name in (typeof names)[number]]?: string } & { readonly off: boolean };

export function readOidcFlags(read: SettingsReader): OidcFlags {
  const given = names.flatMap((name) => {
    const value = read.given(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(given), off: read.isSet('oidcOff') };
}
