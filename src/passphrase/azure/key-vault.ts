import { Secret } from '../../core/secret.js';
import { askJson, type Reach, requireSettings, serviceUrl, textAt } from '../remote.js';
import { resourceOf, signInNamedBy } from './sign-in.js';
import { azureToken } from './token.js';

/**
 * The password from Azure Key Vault: a token by client credentials, workload identity or managed identity, then the secret
 * TATUM_KMS_AZURE_SECRETNAME of TATUM_KMS_AZURE_VAULTURL, in the version TATUM_KMS_AZURE_SECRETVERSION or the latest.
 * @throws CustosError PASSWORD_SOURCE
 */
export async function passwordFromAzure(reach: Reach): Promise<Secret> {
  const { settings, clock, ask } = reach;
  const given = requireSettings(settings, [
    'TATUM_KMS_AZURE_VAULTURL',
    'TATUM_KMS_AZURE_SECRETNAME',
    ...signInNamedBy(settings),
  ]);
  const vault = serviceUrl(given.TATUM_KMS_AZURE_VAULTURL, 'TATUM_KMS_AZURE_VAULTURL');
  const token = await azureToken(reach, resourceOf(vault));
  const name = encodeURIComponent(given.TATUM_KMS_AZURE_SECRETNAME);
  const version = encodeURIComponent(settings['TATUM_KMS_AZURE_SECRETVERSION'] ?? '');
  const url = new URL(`/secrets/${name}/${version}?api-version=7.4`, vault);
  const send = (signal: AbortSignal) =>
    ask(url, { headers: { authorization: `Bearer ${token}` }, redirect: 'error', signal });
  const answer = await askJson({ what: 'Azure Key Vault', clock, send });
  return Secret.text(textAt(answer, ['value'], 'Azure Key Vault'));
}
