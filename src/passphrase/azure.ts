import type { Clock } from '../core/clock.js';
import { Secret } from '../core/secret.js';
import { askJson, requireSettings, type Settings, serviceUrl, textAt } from './remote.js';

/**
 * The password from Azure Key Vault: a token by client credentials (AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET;
 * AZURE_AUTHORITY_HOST for other clouds), then the secret TATUM_KMS_AZURE_SECRETNAME of TATUM_KMS_AZURE_VAULTURL, in the
 * version TATUM_KMS_AZURE_SECRETVERSION or the latest.
 * @throws CustosError PASSWORD_SOURCE
 */
export async function passwordFromAzure(settings: Settings, clock: Clock, ask: typeof fetch = fetch): Promise<Secret> {
  const given = requireSettings(settings, [
    'TATUM_KMS_AZURE_VAULTURL',
    'TATUM_KMS_AZURE_SECRETNAME',
    'AZURE_TENANT_ID',
    'AZURE_CLIENT_ID',
    'AZURE_CLIENT_SECRET',
  ]);
  const vault = serviceUrl(given.TATUM_KMS_AZURE_VAULTURL, 'TATUM_KMS_AZURE_VAULTURL');
  const host = settings['AZURE_AUTHORITY_HOST'] || 'https://login.microsoftonline.com';
  const authority = serviceUrl(host, 'AZURE_AUTHORITY_HOST');
  const token = await askToken({ vault, authority, given, clock, ask });
  const name = encodeURIComponent(given.TATUM_KMS_AZURE_SECRETNAME);
  const version = encodeURIComponent(settings['TATUM_KMS_AZURE_SECRETVERSION'] ?? '');
  const url = new URL(`/secrets/${name}/${version}?api-version=7.4`, vault);
  const send = (signal: AbortSignal) =>
    ask(url, { headers: { authorization: `Bearer ${token}` }, redirect: 'error', signal });
  const answer = await askJson({ what: 'Azure Key Vault', clock, send });
  return Secret.text(textAt(answer, ['value'], 'Azure Key Vault'));
}

interface SignIn {
  readonly vault: URL;
  readonly authority: URL;
  readonly ask: typeof fetch;
  readonly given: Readonly<Record<'AZURE_TENANT_ID' | 'AZURE_CLIENT_ID' | 'AZURE_CLIENT_SECRET', string>>;
  readonly clock: Clock;
}

/** OAuth 2.0 client credentials (RFC 6749, 4.4), for vaults of the same cloud as this vault. */
async function askToken({ vault, authority, given, clock, ask }: SignIn): Promise<string> {
  const url = new URL(`/${encodeURIComponent(given.AZURE_TENANT_ID)}/oauth2/v2.0/token`, authority);
  const [, cloud = 'vault.azure.net'] = /\.(vault\.(?:azure\.cn|usgovcloudapi\.net))$/.exec(vault.hostname) ?? [];
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: given.AZURE_CLIENT_ID,
    client_secret: given.AZURE_CLIENT_SECRET,
    scope: `https://${cloud}/.default`,
  });
  const send = (signal: AbortSignal) => ask(url, { method: 'POST', body, redirect: 'error', signal });
  return textAt(await askJson({ what: 'Azure sign-in', clock, send }), ['access_token'], 'Azure sign-in');
}
