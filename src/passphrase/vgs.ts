import { Secret } from '../core/secret.js';
import { askJson, type Reach, requireSettings, serviceUrl, textAt } from './remote.js';

/**
 * The password from a VGS vault: the value behind the alias TATUM_KMS_VGS_ALIAS, fetched with TATUM_KMS_VGS_USERNAME and
 * TATUM_KMS_VGS_PASSWORD. CUSTOS_VGS_ENDPOINT names another host.
 * @throws CustosError PASSWORD_SOURCE
 */
export async function passwordFromVgs({ settings, clock, ask }: Reach): Promise<Secret> {
  const given = requireSettings(settings, ['TATUM_KMS_VGS_ALIAS', 'TATUM_KMS_VGS_USERNAME', 'TATUM_KMS_VGS_PASSWORD']);
  const endpoint = settings['CUSTOS_VGS_ENDPOINT'] || 'https://api.live.verygoodvault.com';
  const base = serviceUrl(endpoint, 'CUSTOS_VGS_ENDPOINT');
  const url = new URL(`/aliases/${encodeURIComponent(given.TATUM_KMS_VGS_ALIAS)}`, base);
  const credentials = Buffer.from(`${given.TATUM_KMS_VGS_USERNAME}:${given.TATUM_KMS_VGS_PASSWORD}`).toString('base64');
  const send = (signal: AbortSignal) =>
    ask(url, { headers: { authorization: `Basic ${credentials}` }, redirect: 'error', signal });
  const answer = await askJson({ what: 'VGS', clock, send });
  return Secret.text(textAt(answer, ['data', 0, 'value'], 'VGS'));
}
