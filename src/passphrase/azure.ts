import { Secret } from '../core/secret.js';
import { askJson, requireSettings, type Settings, serviceUrl, textAt } from './remote.js';

/**
 * The password from Azure Key Vault: a token by client credentials (AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET;
 * AZURE_AUTHORITY_HOST for other clouds), then the secret TATUM_KMS_AZURE_SECRETNAME of TATUM_KMS_AZURE_VAULTURL, in the
 * version TATUM_KMS_AZURE_SECRETVERSION or the latest.
 * @throws CustosError PASSWORD_SOURCE
 */
export async function passwordFromAzure(settings: Settings): Promise<Secret> {
  const given = requireSettings(settings, [
    'TATUM_KMS_AZURE_VAULTURL',
    'TATUM_KMS_AZURE_SECRETNAME',
    'AZURE_TENANT_ID',
    'AZURE_CLIENT_ID',
    'AZURE_CLIENT_SECRET',
  ]);
  const vault = serviceUrl(given.TATUM_KMS_AZURE_VAULTURL, 'TATUM_KMS_AZURE_VAULTURL');
  const token = await askToken(settings, given);
  const version = settings['TATUM_KMS_AZURE_SECRETVERSION'] ?? '';
  const name = encodeURIComponent(given.TATUM_KMS_AZURE_SECRETNAME);
  const url = new URL(`/secrets/${name}/${encodeURIComponent(version)}?api-version=7.4`, vault);
  const answer = await askJson('Azure Key Vault', (signal) =>
    fetch(url, { headers: { authorization: `Bearer ${token}` }, redirect: 'error', signal }),
  );
  return Secret.text(textAt(answer, ['value'], 'Azure Key Vault'));
}

async function askToken(
  settings: Settings,
  given: Readonly<Record<'AZURE_TENANT_ID' | 'AZURE_CLIENT_ID' | 'AZURE_CLIENT_SECRET', string>>,
): Promise<string> {
  const host = settings['AZURE_AUTHORITY_HOST'] ?? 'https://login.microsoftonline.com';
  const url = new URL(
    `/${encodeURIComponent(given.AZURE_TENANT_ID)}/oauth2/v2.0/token`,
    serviceUrl(host, 'AZURE_AUTHORITY_HOST'),
  );
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: given.AZURE_CLIENT_ID,
    client_secret: given.AZURE_CLIENT_SECRET,
    scope: 'https://vault.azure.net/.default',
  });
  const answer = await askJson('Azure sign-in', (signal) =>
    fetch(url, { method: 'POST', body, redirect: 'error', signal }),
  );
  return textAt(answer, ['access_token'], 'Azure sign-in');
}
